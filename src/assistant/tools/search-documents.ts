// Tool `search_documents`: more passages than those found beforehand, under the numbers that follow theirs.
import { z } from 'zod';
import { findDocuments } from '../../documents/document-store.ts';
import { searchPassages } from '../../documents/search.ts';
import { AppError } from '../../lib/errors.ts';
import { requireMember } from '../../rooms/access.ts';
import { joinOverPages } from '../page-joins.ts';
import { passageLine, type ShownPassage } from '../passages.ts';
import { stepWords } from '../step-words.ts';
import type { AssistantTool } from './tool.ts';

const MOST = 12;
const USUAL = 6;
/** Of what a result may hold, so that none of its lines is ever cut. */
const RESULT_SHARE = 0.95;

const input = z.object({
  query: z.string().min(1).max(1_000).describe('What to look for, in the language of the documents'),
  documentIds: z
    .array(z.string().max(64))
    .max(50)
    .optional()
    .describe('Only in these, by the ids of <documents>; everywhere when left out'),
  limit: z.number().int().min(1).max(MOST).optional().describe(`How many passages at most; ${USUAL} when left out`),
});

export const searchDocuments: AssistantTool<z.infer<typeof input>> = {
  name: 'search_documents',
  description:
    'Searches the documents of this room and the library, by words and by meaning. Gives the best passages as JSON lines with "cite" (the marker for the answer), document, page, heading and text. Use it when the passages you were given do not hold the whole answer, once for each thing you look for.',
  kind: 'search',
  citesPassages: true,
  input,
  async run({ app, actor, room, documents, language, signal }, { query, documentIds, limit = USUAL }) {
    await requireMember(app.db, actor, room.id, 'read');
    if (!documents) return { text: 'There are no documents here.' };
    const { place, shelf } = documents;
    let searched = documents.processed;
    if (documentIds?.length) {
      const there = await findDocuments(app.db, place.tenantId, { ...place, documentIds });
      const missing = documentIds.filter((id) => !there.some((row) => row.id === id));
      if (missing.length > 0) throw new AppError('not_found', `There is no document ${missing.join(', ')} here.`);
      searched = there.filter(({ status }) => status === 'processed').length;
    }
    const where = documentIds?.length ? { ...place, documentIds } : place;
    const { hits, keywordsOnly } = await searchPassages(app, where, { text: query, limit }, signal);
    const joined = await joinOverPages(app, place.tenantId, hits);
    const shown = withinUnits(shelf.put(joined), Math.floor(app.limits.toolResultUnits * RESULT_SHARE));
    const pages = new Set(shown.map(({ documentId, page }) => `${documentId} ${page}`)).size;
    const counts = { documents: searched, passages: shown.length, pages };
    return {
      text: shown.map(passageLine).join('\n') || `Nothing was found in ${searched} documents.`,
      summary: stepWords(language).found(counts, keywordsOnly),
      covered: { documents: searched, pages },
    };
  },
};

function withinUnits(passages: ShownPassage[], units: number): ShownPassage[] {
  let left = units;
  return passages.filter((passage) => {
    const cost = passageLine(passage).length + 1;
    if (cost > left) return false;
    left -= cost;
    return true;
  });
}
