// SQL that makes deleted words leave the database file: the one other place where each database has a branch of its own.
import { sql } from 'kysely';
import { dialectOf } from '../../database/dialect.ts';
import type { Db, Trx } from '../context.ts';

/** Pages of 4 kB that a step writes before it stops at the end of a word: a millisecond or two. */
const PAGES_PER_STEP = 32;

/**
 * One step towards a search index that holds the words of what is there and no others: in SQLite deleted words stay, marked as such,
 * until the parts of the index that hold word and mark are merged. Other databases do this by themselves.
 * @param isFirst the first step of a run decides what is merged: all that is there now
 * @returns whether there is more to do
 */
export async function mergeIndexStep(db: Db, isFirst: boolean): Promise<boolean> {
  if (dialectOf(db) !== 'sqlite') return false;
  return db.transaction().execute(async (trx) => {
    const before = await countChanges(trx);
    const pages = isFirst ? -PAGES_PER_STEP : PAGES_PER_STEP;
    await sql`insert into message_search(message_search, rank) values ('merge', ${pages})`.execute(trx);
    // A merge that finds nothing to do changes the row of the command itself and no other.
    return (await countChanges(trx)) - before >= 2;
  });
}

async function countChanges(trx: Trx): Promise<number> {
  const { rows } = await sql<{ changes: number }>`select total_changes() as changes`.execute(trx);
  return rows[0]!.changes;
}

/**
 * Moves what is in the write-ahead log into the database file; with `empty` the log, where the old text stands too, is cut to nothing.
 * @returns false when somebody (a backup) reads at the moment and the log had to stay
 */
export async function checkpoint(db: Db, mode: 'move' | 'empty'): Promise<boolean> {
  if (dialectOf(db) !== 'sqlite') return true;
  const { rows } = await sql<{ busy: number }>`
    pragma wal_checkpoint(${sql.raw(mode === 'empty' ? 'truncate' : 'passive')})`.execute(db);
  return rows[0]?.busy === 0;
}
