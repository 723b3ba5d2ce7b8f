// PDF: pages of blocks in the order they are read, page by page, never more than a few in memory.
import type { DocumentWarning } from '../../../protocol/document-models.ts';
import { type FormatInput, ReadProblem } from '../format.ts';
import type { ParsedPage, ReadEvent } from '../parsed.ts';
import type { PlacedBlock } from './pdf-blocks.ts';
import { readContent } from './pdf-content.ts';
import { openPdf, PageProblem, type PdfFile } from './pdf-engine.ts';
import { layOut, type Sheet, toSheet } from './pdf-layout.ts';
import { type ReadContent, readScan } from './pdf-scans.ts';
import { createTypesetting } from './pdf-typography.ts';

/** Pages that are looked at before and after a page to see what is printed on all of them. */
const NEIGHBOURS = 2;

interface Seen {
  number: number;
  /** Absent: the page is broken. */
  read?: ReadContent & { sheet: Sheet };
  hasAnything: boolean;
}

export async function* readPdf({ bytes, request, recognize }: FormatInput): AsyncGenerator<ReadEvent> {
  const file = await openPdf(bytes);
  try {
    yield { type: 'started', total: file.pages, unit: 'page' };
    const last = Math.min(file.pages, request.bounds.pages);
    const typesetting = createTypesetting();
    const first = Math.max(1, request.fromPage - NEIGHBOURS);
    const window = createWindow(
      (number) => look(file, number, number < request.fromPage ? undefined : recognize),
      first,
      last,
    );
    let before: PlacedBlock[] = [];
    let hasAnything = request.fromPage > 1;
    for (let number = first; number <= last; number += 1) {
      const seen = await window.around(number, ({ read }) => read && typesetting.learn(read.content));
      const neighbours = [...seen.values()].flatMap(({ number: other, read }) =>
        read && other !== number ? read.sheet : [],
      );
      const { read, hasAnything: isSomething } = seen.get(number)!;
      hasAnything ||= isSomething;
      before = read
        ? layOut(
            read.sheet,
            neighbours,
            typesetting.describe({ isFirstPage: number === 1, isRecognised: read.source === 'ocr' }),
            before,
          )
        : [];
      if (number < request.fromPage) continue;
      const warning = read ? read.warning : damaged(number);
      if (warning) yield { type: 'warning', warning };
      yield { type: 'page', page: toPage(number, read, before) };
    }
    if (last < file.pages) {
      const message = `Only the first ${last} of ${file.pages} pages were read.`;
      yield { type: 'warning', warning: { code: 'pages_left_out', message } };
    }
    if (!hasAnything) throw nothingThere(file);
  } finally {
    file.close();
  }
}

const damaged = (page: number): DocumentWarning => ({
  page,
  code: 'page_unreadable',
  message: `Page ${page} is damaged and could not be read.`,
});

function nothingThere(file: PdfFile): ReadProblem {
  if (file.isEncrypted) {
    return new ReadProblem(
      'file_encrypted',
      'The PDF is protected, and nothing on its pages can be read; bring it without protection.',
    );
  }
  return new ReadProblem('file_empty', 'Nothing stands on any page of the PDF.');
}

async function look(file: PdfFile, number: number, recognize: FormatInput['recognize']): Promise<Seen> {
  try {
    const content = await file.withPage(number - 1, readContent);
    const hasAnything = content.letters + content.pictures.length + content.shapes > 0;
    const read = await readScan(file, number, content, recognize);
    return { number, read: { ...read, sheet: toSheet(read.content) }, hasAnything };
  } catch (error) {
    if (!(error instanceof PageProblem)) throw error;
    return { number, hasAnything: true };
  }
}

function toPage(number: number, read: Seen['read'], placed: readonly PlacedBlock[]): ParsedPage {
  const blocks = placed.map(({ block }) => block);
  const source = blocks.length > 0 ? (read?.source ?? 'none') : 'none';
  return { number, blocks, source, ...(read?.boxes && source !== 'none' ? { words: read.boxes } : {}) };
}

/** Pages near the one that is being read. The next are begun early, so that pictures are recognised side by side. */
function createWindow(read: (number: number) => Promise<Seen>, first: number, last: number) {
  const begun = new Map<number, Promise<Seen>>();
  const seen = new Map<number, Seen>();
  return {
    /** @param onNew is called for each page once, in order */
    async around(number: number, onNew: (page: Seen) => void): Promise<Map<number, Seen>> {
      const until = Math.min(last, number + NEIGHBOURS);
      for (let at = Math.max(first, number); at <= until; at += 1) {
        if (begun.has(at) || seen.has(at)) continue;
        const page = read(at);
        // Told to whoever waits for it; that may be later, or nobody.
        page.catch(() => {});
        begun.set(at, page);
      }
      for (let at = Math.max(first, number); at <= until; at += 1) {
        const page = await begun.get(at);
        if (!page) continue;
        begun.delete(at);
        seen.set(at, page);
        onNew(page);
      }
      for (const at of seen.keys()) if (at < number - NEIGHBOURS) seen.delete(at);
      return seen;
    },
  };
}
