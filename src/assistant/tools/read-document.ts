// Tool `read_document`: pages of one document in order, as many as fit, with how to go on.
import { z } from 'zod';
import { type DocumentRow, findDocuments, listPages } from '../../documents/document-store.ts';
import { AppError } from '../../lib/errors.ts';
import { requireMember } from '../../rooms/access.ts';
import type { DocumentsHere } from '../documents-here.ts';
import { pagePassage } from '../find-passages.ts';
import { passageLine } from '../passages.ts';
import { stepWords } from '../step-words.ts';
import type { AssistantTool } from './tool.ts';

const MOST_PAGES = 50;
/** Of what a result may hold: the rest is for what JSON adds and for the line that says how to go on. */
const TEXT_SHARE = 0.8;

const page = z.number().int().min(1);
const input = z.object({
  documentId: z.string().min(1).max(64).describe('From the list of <documents>'),
  fromPage: page.optional().describe('1 when left out'),
  toPage: page.optional().describe('As far as fits when left out'),
  skip: z
    .number()
    .int()
    .min(0)
    .optional()
    .describe('Characters of the first page to leave out, to go on within a long page'),
});
type Input = z.infer<typeof input>;

export const readDocument: AssistantTool<Input> = {
  name: 'read_document',
  description:
    'Reads pages (sheets, slides) of one document in order, as JSON lines with "cite" (the marker for the answer), page and text. Says what was left out and how to go on. Use it for what stands around a passage, and when a question is about a whole document.',
  kind: 'search',
  citesPassages: true,
  input,
  async run({ app, actor, room, documents, language }, wanted) {
    await requireMember(app.db, actor, room.id, 'read');
    const document = await requireDocumentHere(app, documents, wanted.documentId);
    const from = wanted.fromPage ?? 1;
    const last = Math.min(wanted.toPage ?? Number.MAX_SAFE_INTEGER, from + MOST_PAGES - 1);
    const limit = Math.max(0, last - from + 1);
    const pages = limit === 0 ? [] : await listPages(app.db, document.tenant_id, document.id, { from, limit });
    const bounded = withinUnits(pages, wanted.skip ?? 0, Math.floor(app.limits.toolResultUnits * TEXT_SHARE));
    const lines = bounded.pages.map((one) => passageLine(documents!.shelf.put([pagePassage(document, one)])[0]!));
    const lastRead = bounded.pages.at(-1)?.number;
    const end = wanted.toPage === undefined ? document.pages : Math.min(wanted.toPage, document.pages);
    return {
      text: [...lines, whatIsLeft(document, from, lastRead, end, bounded.stoppedAt)].join('\n'),
      summary: stepWords(language).read(bounded.pages.length, document.pages, document.name),
      covered: { documents: 1, pages: bounded.pages.length, ofPages: document.pages },
    };
  },
};

/** @throws AppError not_found, for a document of another place as for one that never was */
async function requireDocumentHere(
  app: Parameters<typeof readDocument.run>[0]['app'],
  documents: DocumentsHere | undefined,
  documentId: string,
): Promise<DocumentRow> {
  const place = documents?.place;
  const [row] = place ? await findDocuments(app.db, place.tenantId, { ...place, documentIds: [documentId] }) : [];
  if (!row) throw new AppError('not_found', `There is no document ${documentId} here.`);
  return row;
}

interface Bounded<Page> {
  pages: Page[];
  /** Where the last page was cut, in characters of its text. */
  stoppedAt?: number;
}

/** Whole pages as long as they fit; of a first one that is too long, what fits. */
function withinUnits<Page extends { text: string }>(pages: Page[], skip: number, units: number): Bounded<Page> {
  const kept: Page[] = [];
  let left = units;
  for (const [index, one] of pages.entries()) {
    const text = index === 0 ? one.text.slice(skip) : one.text;
    // Line breaks and quotation marks take two characters in JSON.
    const cost = JSON.stringify(text).length;
    if (cost <= left) {
      kept.push({ ...one, text });
      left -= cost;
      continue;
    }
    if (index > 0) break;
    const fits = Math.floor((text.length * left) / cost);
    const cut = text.slice(0, fits).toWellFormed();
    return { pages: [{ ...one, text: cut }], stoppedAt: skip + cut.length };
  }
  return { pages: kept };
}

function whatIsLeft(
  document: DocumentRow,
  from: number,
  lastRead: number | undefined,
  end: number,
  stoppedAt: number | undefined,
): string {
  const all = `${document.pages} ${document.progress_unit}s`;
  if (lastRead === undefined) {
    if (document.status !== 'processed') return `Nothing has been read there yet; the document is ${document.status}.`;
    return `Nothing stands there: the document has ${all}.`;
  }
  if (stoppedAt !== undefined) {
    return `Page ${lastRead} is longer than fits. Go on with fromPage ${lastRead} and skip ${stoppedAt}.`;
  }
  const read = `Read ${from === lastRead ? `page ${from}` : `pages ${from} to ${lastRead}`} of ${all}.`;
  return lastRead < end ? `${read} Go on with fromPage ${lastRead + 1}.` : read;
}
