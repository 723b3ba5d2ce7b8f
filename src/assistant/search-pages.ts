// Searches the pages of documents by words alone, without an index: until there is one.
import type { App } from '../context.ts';
import { findDocuments, listPages } from '../documents/document-store.ts';
import { createPacer } from '../lib/pace.ts';
import { stemsOf } from '../lib/words.ts';
import type { PassageHit } from '../protocol/document-models.ts';

const PASSAGE_UNITS = 1_000;
const MOST_PAGES = 2_000;

interface Piece {
  hit: PassageHit;
  stems: string[];
}

export async function searchPassages(
  app: Pick<App, 'db'>,
  place: { tenantId: string; roomIds: readonly string[]; library: boolean; documentIds?: readonly string[] },
  question: { text: string; limit: number },
  signal?: AbortSignal,
): Promise<{ hits: PassageHit[]; keywordsOnly: boolean }> {
  const pause = createPacer();
  const pieces: Piece[] = [];
  let pages = 0;
  for (const document of await findDocuments(app.db, place.tenantId, { ...place, status: 'processed' })) {
    for (const page of await listPages(app.db, place.tenantId, document.id, { limit: MOST_PAGES - pages })) {
      signal?.throwIfAborted();
      await pause();
      pages += 1;
      pieces.push(...piecesOf(document, page));
    }
  }
  const hits = rank(pieces, [...new Set(stemsOf(question.text))]).slice(0, question.limit);
  return { hits: hits.map((hit, index) => ({ ...hit, keywordRank: index + 1 })), keywordsOnly: true };
}

function piecesOf(document: { id: string; name: string }, page: { number: number; text: string }): Piece[] {
  const pieces: Piece[] = [];
  let heading = '';
  let text = '';
  const push = (): void => {
    const said = text.trim();
    text = '';
    if (said === '') return;
    pieces.push({
      hit: {
        chunkId: `${document.id}:${page.number}:${pieces.length}`,
        documentId: document.id,
        documentName: document.name,
        page: page.number,
        heading,
        text: said,
        score: 0,
      },
      stems: stemsOf(`${document.name} ${heading} ${said}`),
    });
  };
  for (const line of page.text.split('\n')) {
    const title = /^#{1,6} (.*)/.exec(line)?.[1];
    if (title !== undefined || text.length + line.length > PASSAGE_UNITS) push();
    if (title !== undefined) heading = title;
    text += `${line}\n`;
  }
  push();
  return pieces;
}

/** BM25, best first; what holds none of the words is left out. */
function rank(pieces: readonly Piece[], wanted: readonly string[]): PassageHit[] {
  const average = pieces.reduce((sum, { stems }) => sum + stems.length, 0) / Math.max(1, pieces.length);
  for (const word of wanted) {
    const holders = pieces.filter(({ stems }) => stems.includes(word));
    const rarity = Math.log(1 + (pieces.length - holders.length + 0.5) / (holders.length + 0.5));
    for (const { hit, stems } of holders) {
      const times = stems.filter((stem) => stem === word).length;
      hit.score += (rarity * times * 2.2) / (times + 1.2 * (0.25 + (0.75 * stems.length) / average));
    }
  }
  return pieces
    .map(({ hit }) => hit)
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score);
}
