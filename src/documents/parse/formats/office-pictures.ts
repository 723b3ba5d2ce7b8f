// Pages that were scanned and put into an office file as pictures: their words are recognised where there is hardly any text beside them.
import type { DocumentWarning } from '../../../protocol/document-models.ts';
import { append } from '../flow.ts';
import { type FormatInput, ReadProblem } from '../format.ts';
import { blockMarkdown } from '../markdown.ts';
import type { Block, ParsedPage, ReadEvent } from '../parsed.ts';
import { splitIntoSections } from '../sections.ts';

export interface OfficePictures {
  /** @param part name of the part with the picture; absent for one that lies elsewhere */
  add(part: string | undefined): void;
  /** Those added so far stand on the page being read: what they came with has not turned it. */
  settle(): void;
  /** No picture stands on the page being read. */
  readonly isEmpty: boolean;
  /** What they say, after the blocks of a page with so little text that they must be what the page is about. Begins anew. */
  take(page: number, blocks: readonly Block[]): Promise<{ blocks: Block[]; warnings: DocumentWarning[] }>;
}

/** Text beside a picture, for each of them, from which on it is an illustration. */
const TEXT_UNITS = 150;
/** Smaller files are logos and signatures. */
const LEAST_BYTES = 12_000;
const MOST_BYTES = 40_000_000;
/** In one file. */
const MOST_PICTURES = 300;

export function createOfficePictures(
  { recognize, request }: FormatInput,
  open: (part: string) => AsyncIterable<Uint8Array>,
): OfficePictures {
  let added: string[] = [];
  let waiting: string[] = [];
  let left = MOST_PICTURES;
  return {
    add(part) {
      if (part !== undefined && /\.(png|jpe?g)$/i.test(part)) added.push(part);
    },
    settle() {
      waiting = [...new Set([...waiting, ...added])];
      added = [];
    },
    get isEmpty() {
      return waiting.length === 0;
    },
    async take(page, blocks) {
      const parts = waiting;
      waiting = [];
      const units = blocks.reduce((sum, block) => sum + blockMarkdown(block).length, 0);
      const found: Block[] = [];
      const warnings = new Map<string, DocumentWarning>();
      if (parts.length === 0 || units > TEXT_UNITS * parts.length) return { blocks: found, warnings: [] };
      for (const part of parts) {
        const bytes = await contentOf(open(part));
        if (!bytes || left === 0) continue;
        left -= 1;
        for (const event of await readPicture({ bytes, request, ...(recognize ? { recognize } : {}) })) {
          if (event.type === 'page') append(found, event.page.blocks);
          else if (event.type === 'warning') warnings.set(event.warning.code, { ...event.warning, page });
        }
      }
      return { blocks: found, warnings: [...warnings.values()] };
    },
  };
}

/** A page with what its pictures say after what it says itself. */
export const pageWith = (number: number, blocks: readonly Block[], drawn: readonly Block[]): ParsedPage => ({
  number,
  blocks: [...blocks, ...drawn],
  source: drawn.length > 0 ? 'ocr' : blocks.length > 0 ? 'text' : 'none',
});

/** A whole text without pages, as its sections. */
export function* sectionEvents(
  blocks: readonly Block[],
  drawn: { blocks: readonly Block[]; warnings: readonly DocumentWarning[] },
): Generator<ReadEvent> {
  const sections = splitIntoSections([...blocks, ...drawn.blocks]);
  yield { type: 'started', total: sections.length, unit: 'section' };
  for (const page of sections) {
    yield { type: 'page', page: drawn.blocks.length > 0 && page.source === 'text' ? { ...page, source: 'ocr' } : page };
  }
  for (const warning of drawn.warnings) yield { type: 'warning', warning };
}

/** @returns undefined for a picture too small to be a page, or too large to be held */
async function contentOf(content: AsyncIterable<Uint8Array>): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of content) {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) return undefined;
    chunks.push(chunk);
  }
  return bytes < LEAST_BYTES ? undefined : Buffer.concat(chunks);
}

/** A picture that cannot be read takes nothing of the document with it. */
async function readPicture(input: FormatInput): Promise<ReadEvent[]> {
  const { readImage } = await import('./image.ts');
  const events: ReadEvent[] = [];
  try {
    for await (const event of readImage(input)) events.push(event);
  } catch (error) {
    if (error instanceof ReadProblem) return [];
    const message = 'A page is a picture, and recognising its text failed.';
    return [{ type: 'warning', warning: { code: 'needs_ocr', message } }];
  }
  return events;
}
