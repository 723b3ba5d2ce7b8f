// SQL of what answers were given: references and counts, no copies of words.
import type { Selectable } from 'kysely';
import type { TurnContextsTable } from '../../database/schema.ts';
import type { DbOrTrx } from '../context.ts';
import type { Place } from '../memory/memory-store.ts';
import type { AnswerTimings } from '../protocol/context-models.ts';
import type { StoredSection } from './context-sections.ts';
import type { TurnRow } from './turn-store.ts';

export interface StoredContext {
  promptHash: string;
  /** In the order of the prompt. */
  sections: StoredSection[];
  timings: AnswerTimings;
  /** Absent for answers from before it was kept. */
  budgetTokens?: number;
  createdAt: number;
}

/** Replaces what was stored for this turn before. */
export async function saveTurnContext(
  db: DbOrTrx,
  turn: TurnRow,
  context: {
    promptHash: string;
    sections: StoredSection[];
    timings: AnswerTimings;
    budgetTokens: number;
    now: number;
  },
): Promise<void> {
  const given = {
    prompt_hash: context.promptHash,
    sections: JSON.stringify(context.sections),
    timings: timingsJson(context.timings),
    budget_tokens: context.budgetTokens,
  };
  const { numUpdatedRows } = await db
    .updateTable('turn_contexts')
    .set(given)
    .where('turn_id', '=', turn.id)
    .where('tenant_id', '=', turn.tenant_id)
    .executeTakeFirst();
  if (numUpdatedRows > 0n) return;
  await db
    .insertInto('turn_contexts')
    .values({
      turn_id: turn.id,
      tenant_id: turn.tenant_id,
      room_id: turn.room_id,
      message_id: turn.message_id,
      ...given,
      created_at: context.now,
    })
    .execute();
}

/** When the turn has ended its times are known. */
export async function saveTimings(db: DbOrTrx, turn: TurnRow, timings: AnswerTimings): Promise<void> {
  await db
    .updateTable('turn_contexts')
    .set({ timings: timingsJson(timings) })
    .where('turn_id', '=', turn.id)
    .where('tenant_id', '=', turn.tenant_id)
    .execute();
}

export async function findAnswerContext(
  db: DbOrTrx,
  tenantId: string,
  messageId: string,
): Promise<StoredContext | undefined> {
  const row = await db
    .selectFrom('turn_contexts')
    .selectAll()
    .where('message_id', '=', messageId)
    .where('tenant_id', '=', tenantId)
    .orderBy('created_at', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row && toStored(row);
}

const CONTEXTS_AT_ONCE = 200;

/**
 * A page of the answers that were given this memory, wherever answers may be given it.
 * @param of.after what `next` of the page before was; '' at first @returns `next` absent when nothing follows
 */
export async function findAnswersGiven(
  db: DbOrTrx,
  tenantId: string,
  of: { memoryId: string; place: Place; after: string },
): Promise<{ answers: { id: string; roomId: string }[]; next?: string }> {
  let query = db
    .selectFrom('turn_contexts as c')
    .innerJoin('turns as t', 't.id', 'c.turn_id')
    .select(['c.turn_id', 'c.message_id', 'c.room_id', 'c.sections'])
    .where('c.tenant_id', '=', tenantId)
    .where('c.turn_id', '>', of.after)
    .orderBy('c.turn_id')
    .limit(CONTEXTS_AT_ONCE);
  if (of.place.scope === 'room') query = query.where('t.room_id', '=', of.place.scopeId);
  if (of.place.scope === 'person') query = query.where('t.asked_by', '=', of.place.scopeId);
  const rows = await query.execute();
  const next = rows.length === CONTEXTS_AT_ONCE ? rows.at(-1)!.turn_id : undefined;
  return {
    answers: rows
      .filter(({ sections }) => sections.includes(JSON.stringify(of.memoryId)))
      .map(({ message_id: id, room_id: roomId }) => ({ id, roomId })),
    ...(next === undefined ? {} : { next }),
  };
}

const timingsJson = (timings: AnswerTimings): string =>
  JSON.stringify(Object.fromEntries(Object.entries(timings).map(([name, ms]) => [name, Math.max(0, Math.round(ms))])));

const toStored = (row: Selectable<TurnContextsTable>): StoredContext => ({
  promptHash: row.prompt_hash,
  sections: JSON.parse(row.sections) as StoredSection[],
  // Once kept as fractions.
  timings: JSON.parse(timingsJson(JSON.parse(row.timings) as AnswerTimings)) as AnswerTimings,
  ...(row.budget_tokens === null ? {} : { budgetTokens: row.budget_tokens }),
  createdAt: row.created_at,
});

export interface GivenMessage {
  id: string;
  seq: number;
  authorName: string;
  text: string;
  isDeleted: boolean;
  createdAt: number;
}

/** Messages of one room by their ids, deleted ones too. */
export async function findGivenMessages(
  db: DbOrTrx,
  tenantId: string,
  roomId: string,
  ids: readonly string[],
): Promise<Map<string, GivenMessage>> {
  if (ids.length === 0) return new Map();
  const rows = await db
    .selectFrom('messages')
    .select(['id', 'seq', 'author_name', 'text', 'status', 'created_at'])
    .where('room_id', '=', roomId)
    .where('tenant_id', '=', tenantId)
    .where('id', 'in', ids)
    .execute();
  return new Map(
    rows.map((row) => [
      row.id,
      {
        id: row.id,
        seq: row.seq,
        authorName: row.author_name,
        text: row.text,
        isDeleted: row.status === 'deleted',
        createdAt: row.created_at,
      },
    ]),
  );
}

/** How many messages of people and of the assistant stand before this one and still say something. */
export async function countSaidBefore(db: DbOrTrx, tenantId: string, roomId: string, seq: number): Promise<number> {
  const { count } = await db
    .selectFrom('messages')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('room_id', '=', roomId)
    .where('tenant_id', '=', tenantId)
    .where('seq', '<', seq)
    .where('status', 'not in', ['deleted', 'streaming'])
    .where('author_kind', '!=', 'system')
    .where('text', '!=', '')
    .executeTakeFirstOrThrow();
  return Number(count);
}
