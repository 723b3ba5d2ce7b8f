// Takes out of foreign text what nobody sees but a model or a terminal would heed.

/** Colours and cursor movements of terminals. */
const TERMINAL = /\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])/g;
/** Controls but tab and newline, soft hyphens, direction marks, zero-width spaces, tags, and selectors that can carry hidden words. */
const HIDDEN =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]|[\u{e0100}-\u{e01ef}]/gu;

/** @returns the text as a person would see it; line ends become \n */
export const visibleText = (text: string): string =>
  text.replace(TERMINAL, '').replace(/\r\n?/g, '\n').replace(HIDDEN, '').toWellFormed();
