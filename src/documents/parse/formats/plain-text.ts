// Plain text: paragraphs as they stand, in sections.
import { decodeText } from '../decode-text.ts';
import type { FormatInput } from '../format.ts';
import type { Block, ReadEvent } from '../parsed.ts';
import { splitIntoSections } from '../sections.ts';

export async function* readPlainText({ bytes }: FormatInput): AsyncGenerator<ReadEvent> {
  const decoded = decodeText(bytes);
  const sections = splitIntoSections(paragraphsOf(decoded.text));
  yield { type: 'started', total: sections.length, unit: 'section' };
  if (decoded.isGuessed) yield encodingWarning(decoded.encoding);
  for (const page of sections) yield { type: 'page', page };
}

export const encodingWarning = (encoding: string): ReadEvent => ({
  type: 'warning',
  warning: {
    code: 'encoding_guessed',
    message: `The file does not say how its letters are written; it was read as ${encoding}.`,
  },
});

/** Lines stay lines: in plain text they mean something. */
function paragraphsOf(text: string): Block[] {
  const paragraphs: string[][] = [[]];
  for (const line of linesOf(text)) {
    if (line === '') paragraphs.push([]);
    else paragraphs.at(-1)!.push(line);
  }
  return paragraphs.filter((lines) => lines.length > 0).map((lines) => ({ type: 'paragraph', text: lines.join('\n') }));
}

/** Without what no reader sees: control characters, spaces at the end. A form feed is an empty line. */
export function linesOf(text: string): string[] {
  return text
    .replace(/\f/g, '\n\n')
    .replace(/[\u0000-\u0008\u000b\u000e-\u001f\u007f]/g, '')
    .split(/\r\n?|\n/)
    .map((line) => line.trimEnd());
}
