// SQL of full-text search in one room: the one place where each database has a branch of its own.
import { type RawBuilder, sql } from 'kysely';
import { dialectOf } from '../../database/dialect.ts';
import type { DbOrTrx } from '../context.ts';
import type { Message } from '../protocol/models.ts';
import { type MessageRow, toMessages } from './message-store.ts';

export interface MessageSearch {
  roomId: string;
  /** What a person typed: words that must all occur, the last one may be a beginning. */
  query: string;
  limit: number;
  /** Only messages before this place in the timeline. */
  beforeSeq?: number;
  /** Only what the assistant said, or only what everybody else did. */
  by?: 'assistant' | 'people';
  /** Answers that this model wrote are left out. */
  exceptModel?: string | undefined;
  /** `any`: one word is enough, the best matches first. Default `all`, newest first. */
  match?: 'all' | 'any';
}

const MAX_WORDS = 16;
const MAX_WORD_UNITS = 64;

/**
 * Newest first, or with `any` best first; deleted messages, answers being written and lines of the room itself are not found. A
 * query without a letter or digit finds nothing.
 */
export async function searchMessages(db: DbOrTrx, tenantId: string, search: MessageSearch): Promise<Message[]> {
  const words = wordsOf(search.query);
  if (words.length === 0) return [];
  const dialect = dialectOf(db);
  if (dialect !== 'sqlite') throw new Error(`Search is not written for ${dialect} yet.`);
  const rows =
    search.match === 'any'
      ? await findBest(db, tenantId, search, words.map(beginningOf))
      : await findNewest(db, tenantId, search, toFts5(words));
  return toMessages(db, tenantId, rows);
}

async function findNewest(db: DbOrTrx, tenantId: string, search: MessageSearch, body: string): Promise<MessageRow[]> {
  const { rows } = await sql<MessageRow>`
    select m.* ${foundBy(tenantId, search, body)} order by s.rowid desc limit ${search.limit}`.execute(db);
  return rows;
}

/** Ranked here and among the newest matches only: the index would weigh every match of the room, and words by other rooms' use. */
async function findBest(
  db: DbOrTrx,
  tenantId: string,
  search: MessageSearch,
  beginnings: string[],
): Promise<MessageRow[]> {
  const body = beginnings.map((word) => `"${word}" *`).join(' OR ');
  const { rows: candidates } = await sql<{ id: string; seq: number; text: string }>`
    select m.id, m.seq, substr(m.text, 1, ${WEIGHED_UNITS}) as text ${foundBy(tenantId, search, body)}
    order by s.rowid desc limit ${WEIGHED_MESSAGES}`.execute(db);
  const ids = rankByWords(candidates, beginnings).slice(0, search.limit);
  if (ids.length === 0) return [];
  const rows = await db
    .selectFrom('messages')
    .selectAll()
    .where('id', 'in', ids)
    .where('tenant_id', '=', tenantId)
    .execute();
  return rows.sort((a, b) => ids.indexOf(a.id) - ids.indexOf(b.id));
}

// Together some twenty milliseconds for the longest messages in the worst script.
const WEIGHED_MESSAGES = 200;
const WEIGHED_UNITS = 2_000;

/** Ids of the messages with the most and rarest words first; of equals the earlier in the list. */
function rankByWords(candidates: readonly { id: string; text: string }[], words: readonly string[]): string[] {
  const folded = candidates.map(({ text }) => ` ${fold(text)}`);
  const scores = candidates.map(() => 0);
  for (const word of new Set(words.map(fold))) {
    const having = folded.flatMap((text, index) => (text.includes(` ${word}`) ? [index] : []));
    const weight = Math.log(1 + candidates.length / (having.length + 1));
    for (const index of having) scores[index]! += weight;
  }
  const order = candidates.map((_, index) => index).sort((a, b) => scores[b]! - scores[a]! || a - b);
  return order.map((index) => candidates[index]!.id);
}

/** As the index sees a text: words without case and marks, a space between them. */
const fold = (text: string): string =>
  text
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ');

/** The FROM and WHERE of a search. Rows of a room are inserted in the order of their seq, so the index can be walked by rowid. */
function foundBy(tenantId: string, search: MessageSearch, body: string): RawBuilder<unknown> {
  const { roomId, beforeSeq, by, exceptModel } = search;
  const match = `room : "${roomId.replaceAll(/[^0-9A-Za-z]/g, '')}" AND body : (${body})`;
  const before =
    beforeSeq === undefined
      ? sql``
      : sql`and s.rowid < coalesce((select search_id from messages where room_id = ${roomId} and seq >= ${beforeSeq}
            order by seq limit 1), 9223372036854775807)`;
  const kinds =
    by === 'assistant' ? sql`m.author_kind = 'assistant'` : sql`m.author_kind not in ('system', 'assistant')`;
  const author = by === undefined ? sql`m.author_kind != 'system'` : kinds;
  const model = exceptModel === undefined ? sql`` : sql`and coalesce(m.model, '') != ${exceptModel}`;
  return sql`from message_search s join messages m on m.search_id = s.rowid
    where message_search match ${match} ${before} and m.room_id = ${roomId} and m.tenant_id = ${tenantId}
      and ${author} ${model}`;
}

/** Letters and digits only, so that nothing a person types is query syntax. */
const wordsOf = (query: string): string[] =>
  (query.normalize('NFC').match(/[\p{L}\p{N}\p{M}]+/gu) ?? [])
    .slice(0, MAX_WORDS)
    .map((word) => word.slice(0, MAX_WORD_UNITS).toWellFormed());

/** Enough of a word to find its Indonesian forms: `garansinya` finds `garansi`, `pembayaran` finds `pembayarannya`. */
const beginningOf = (word: string): string =>
  word.replace(/^(.{4,}?)(?:(?:kan|an|i)?(?:nya|lah|kah|ku|mu)|kan)$/iu, '$1');

/** All words, the last one as a beginning unless it is a single letter: then half of the index would match. */
const toFts5 = (words: string[]): string =>
  words.map((word, index) => `"${word}"${index === words.length - 1 && word.length > 1 ? ' *' : ''}`).join(' AND ');
