// Names of files, as people gave them, made harmless: for showing, and for the disk of who downloads them.

/** Controls, line breaks, direction marks, zero-width and tag characters, and what systems do not allow in a name. */
const UNSAFE = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u{e0000}-\u{e007f}<>:"|?*]/gu;
/** Devices of Windows, with or without an extension. */
const DEVICE = /^(con|prn|aux|nul|com\d|lpt\d)(?=\.|$)/i;
/** UTF-16 units; with four bytes each it still fits where 255 characters do. */
const MAX_UNITS = 200;
const MAX_EXTENSION_UNITS = 16;

/** Without folders and without anything that misleads the eye or a disk; may be empty. */
export function safeFileName(given: string): string {
  const name = given.toWellFormed().split(/[/\\]/).at(-1)!;
  const clean = name
    .normalize('NFC')
    .replace(UNSAFE, '')
    .replace(/\s+/g, ' ')
    // A leading dot hides a file, a trailing one or a space is dropped by Windows.
    .replace(/^[. ]+|[. ]+$/g, '')
    .replace(DEVICE, '_$1');
  return shorten(clean);
}

/** The beginning of the name and its extension. */
function shorten(name: string): string {
  if (name.length <= MAX_UNITS) return name;
  const extension = /\.[^. ]+$/.exec(name)?.[0] ?? '';
  const kept = extension.length <= MAX_EXTENSION_UNITS ? extension : '';
  return `${name
    .slice(0, MAX_UNITS - kept.length)
    .toWellFormed()
    .replace(/[\ufffd. ]+$/, '')}${kept}`;
}

/** @param name may be empty or nothing but dots: then it gets one */
export function documentName(given: string, extension: string): string {
  const name = safeFileName(given);
  return name === '' ? `document.${extension}` : name;
}
