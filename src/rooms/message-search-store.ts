// SQL of full-text search in one room: the one place where each database has a branch of its own.
import { sql } from 'kysely';
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
  /** `any`: one word is enough, the best matches first. Default `all`, newest first. */
  match?: 'all' | 'any';
}

const MAX_WORDS = 16;
const MAX_WORD_UNITS = 64;

/** Newest first; deleted messages and answers being written are not found. A query without a letter or digit finds nothing. */
export async function searchMessages(db: DbOrTrx, tenantId: string, search: MessageSearch): Promise<Message[]> {
  const words = wordsOf(search.query);
  if (words.length === 0) return [];
  const dialect = dialectOf(db);
  if (dialect !== 'sqlite') throw new Error(`Search is not written for ${dialect} yet.`);
  return toMessages(db, tenantId, await searchInSqlite(db, tenantId, search, words));
}

async function searchInSqlite(
  db: DbOrTrx,
  tenantId: string,
  search: MessageSearch,
  words: string[],
): Promise<MessageRow[]> {
  const { roomId, limit, beforeSeq } = search;
  const isRanked = search.match === 'any';
  const body = isRanked ? words.map((word) => `"${beginningOf(word)}" *`).join(' OR ') : toFts5(words);
  const match = `room : "${roomId.replaceAll(/[^0-9A-Za-z]/g, '')}" AND body : (${body})`;
  const order = isRanked ? sql`s.rank` : sql`s.rowid desc`;
  // Rows of a room are inserted in the order of their seq: the index can walk backwards and stop at the limit.
  const before =
    beforeSeq === undefined
      ? sql``
      : sql`and s.rowid < coalesce((select search_id from messages where room_id = ${roomId} and seq >= ${beforeSeq}
            order by seq limit 1), 9223372036854775807)`;
  const { rows } = await sql<MessageRow>`
    select m.* from message_search s join messages m on m.search_id = s.rowid
    where message_search match ${match} ${before}
      and m.room_id = ${roomId} and m.tenant_id = ${tenantId}
    order by ${order} limit ${limit}`.execute(db);
  return rows;
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
