// In which language documents are written: asked for every question, so it is remembered.
import type { App } from '../context.ts';
import { type DocumentRow, findBeginnings } from '../documents/document-store.ts';
import { detectLanguage, type Language } from '../lib/words.ts';

/** Covers hold little text. */
const LOOKED_AT = { pages: 3, units: 1_500 };
const MOST_REMEMBERED = 5_000;

/** By database, so that two products in one process know nothing of each other. */
const memories = new WeakMap<App['db'], Map<string, Language>>();

/** @returns those that are written in another language than this */
export async function documentsInOtherLanguage(
  app: Pick<App, 'db'>,
  documents: readonly DocumentRow[],
  language: Language,
): Promise<DocumentRow[]> {
  const memory = memories.get(app.db) ?? new Map<string, Language>();
  memories.set(app.db, memory);
  const read = documents.filter(({ status }) => status === 'processed');
  await learn(
    app,
    memory,
    read.filter((row) => !memory.has(keyOf(row))),
    language,
  );
  return read.filter((row) => (memory.get(keyOf(row)) ?? language) !== language);
}

const keyOf = ({ id, reading }: DocumentRow): string => `${id} ${reading}`;

async function learn(
  app: Pick<App, 'db'>,
  memory: Map<string, Language>,
  unknown: readonly DocumentRow[],
  fallback: Language,
): Promise<void> {
  const [first] = unknown;
  if (!first) return;
  if (memory.size + unknown.length > MOST_REMEMBERED) memory.clear();
  const ids = unknown.map(({ id }) => id);
  const texts = new Map<string, string>();
  for (const { documentId, text } of await findBeginnings(app.db, first.tenant_id, ids, LOOKED_AT)) {
    texts.set(documentId, `${texts.get(documentId) ?? ''} ${text}`);
  }
  for (const row of unknown) {
    const text = texts.get(row.id) ?? '';
    // Lists of numbers and names are in no language: those say the same whatever they are compared with.
    if (detectLanguage(text, 'id') === detectLanguage(text, 'en'))
      memory.set(keyOf(row), detectLanguage(text, fallback));
  }
}
