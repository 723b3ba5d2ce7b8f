// Text that somebody else wrote, as text in Markdown.

/** On one line, with nothing in it that Markdown would take for more than words. */
export const escapeMarkdown = (text: string): string =>
  text
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/[\\`*[\]<>|~]/g, '\\$&');
