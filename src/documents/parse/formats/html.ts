// HTML: headings, lists and tables of a page, in sections.
import { decodeText } from '../decode-text.ts';
import type { FormatInput } from '../format.ts';
import { readHtml } from '../html-blocks.ts';
import type { ReadEvent } from '../parsed.ts';
import { splitIntoSections } from '../sections.ts';
import { encodingWarning } from './plain-text.ts';

const DECLARATION_BYTES = 4_096;

export async function* readHtmlPage({ bytes }: FormatInput): AsyncGenerator<ReadEvent> {
  const start = Buffer.from(bytes.subarray(0, DECLARATION_BYTES)).toString('latin1');
  const declared = /<meta[^>]{0,200}charset\s{0,9}=\s{0,9}["']?([\w-]{1,40})/i.exec(start)?.[1];
  const decoded = decodeText(bytes, declared);
  const { title, blocks } = readHtml(decoded.text);
  // A page without a heading of its own has that of its window.
  if (title !== '' && !blocks.some((block) => block.type === 'heading' && block.level === 1)) {
    blocks.unshift({ type: 'heading', level: 1, text: title });
  }
  const sections = splitIntoSections(blocks);
  yield { type: 'started', total: sections.length, unit: 'section' };
  if (decoded.isGuessed) yield encodingWarning(decoded.encoding);
  for (const page of sections) yield { type: 'page', page };
}
