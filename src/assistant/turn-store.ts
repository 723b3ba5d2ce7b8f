// SQL of turns and of the answers they write.
import type { Selectable } from 'kysely';
import type { TurnsTable } from '../../database/schema.ts';
import type { DbOrTrx } from '../context.ts';
import type { AnswerUsage, Source, Step, SystemNote } from '../protocol/models.ts';
import { ASSISTANT_ID, ASSISTANT_NAME, type TurnEndReason } from '../protocol/names.ts';

export type TurnRow = Selectable<TurnsTable>;

export async function insertTurn(db: DbOrTrx, row: TurnRow): Promise<void> {
  await db.insertInto('turns').values(row).execute();
}

export async function findTurn(db: DbOrTrx, tenantId: string, turnId: string): Promise<TurnRow | undefined> {
  return db
    .selectFrom('turns')
    .selectAll()
    .where('id', '=', turnId)
    .where('tenant_id', '=', tenantId)
    .executeTakeFirst();
}

/** The newest turn that answers this message. */
export async function findTurnOfQuestion(
  db: DbOrTrx,
  tenantId: string,
  questionId: string,
): Promise<TurnRow | undefined> {
  return db
    .selectFrom('turns')
    .selectAll()
    .where('question_id', '=', questionId)
    .where('tenant_id', '=', tenantId)
    .orderBy('queued_seq', 'desc')
    .limit(1)
    .executeTakeFirst();
}

/** Queued, running and waiting turns of a room in the order of their queue. */
export async function listOpenTurns(db: DbOrTrx, tenantId: string, roomId: string): Promise<TurnRow[]> {
  return db
    .selectFrom('turns')
    .selectAll()
    .where('room_id', '=', roomId)
    .where('tenant_id', '=', tenantId)
    .where('state', 'in', ['queued', 'running', 'waiting'])
    .orderBy('queued_seq')
    .execute();
}

/** Turns whose owner is gone: this node's from a former life, and everybody's whose lease is over. */
export async function listAbandonedTurns(db: DbOrTrx, now: number, formerNodeId?: string): Promise<TurnRow[]> {
  return db
    .selectFrom('turns')
    .selectAll()
    .where('state', 'in', ['running', 'waiting'])
    .where((eb) =>
      eb.or([eb('lease_until', '<', now), ...(formerNodeId === undefined ? [] : [eb('node_id', '=', formerNodeId)])]),
    )
    .execute();
}

export async function listRoomsWithQueuedTurns(db: DbOrTrx): Promise<{ tenant_id: string; room_id: string }[]> {
  return db.selectFrom('turns').select(['tenant_id', 'room_id']).distinct().where('state', '=', 'queued').execute();
}

/** The turn begins: it gets an owner and a lease, and its answer is born. */
export async function startTurn(
  db: DbOrTrx,
  turn: TurnRow,
  start: { nodeId: string; leaseUntil: number; model: string; seq: number; now: number },
): Promise<void> {
  await db
    .updateTable('turns')
    .set({
      state: 'running',
      node_id: start.nodeId,
      lease_until: start.leaseUntil,
      model: start.model,
      started_at: start.now,
    })
    .where('id', '=', turn.id)
    .where('tenant_id', '=', turn.tenant_id)
    .execute();
  await db
    .insertInto('messages')
    .values({
      id: turn.message_id,
      tenant_id: turn.tenant_id,
      room_id: turn.room_id,
      seq: start.seq,
      changed_seq: start.seq,
      client_id: null,
      author_kind: 'assistant',
      author_id: ASSISTANT_ID,
      author_name: ASSISTANT_NAME,
      text: '',
      status: 'streaming',
      mentions: '[]',
      reply_to_id: null,
      retry_of: turn.retry_of,
      turn_id: turn.id,
      question_id: turn.question_id,
      asked_by: turn.asked_by,
      asked_by_name: turn.asked_by_name,
      steps: null,
      sources: null,
      model: start.model,
      usage: null,
      system_note: null,
      tokens: null,
      created_at: start.now,
      edited_at: null,
    })
    .execute();
}

/** One batch of a running answer: its text and finished steps so far, and a longer lease. */
export async function saveProgress(
  db: DbOrTrx,
  turn: TurnRow,
  progress: { text?: string; steps?: Step[]; leaseUntil: number },
): Promise<void> {
  const { text, steps } = progress;
  if (text !== undefined || steps !== undefined) {
    await db
      .updateTable('messages')
      .set({
        ...(text === undefined ? {} : { text }),
        ...(steps === undefined ? {} : { steps: JSON.stringify(steps) }),
      })
      .where('id', '=', turn.message_id)
      .where('tenant_id', '=', turn.tenant_id)
      .where('status', '=', 'streaming')
      .execute();
  }
  await db
    .updateTable('turns')
    .set({ lease_until: progress.leaseUntil })
    .where('id', '=', turn.id)
    .where('tenant_id', '=', turn.tenant_id)
    .where('state', 'in', ['running', 'waiting'])
    .execute();
}

/** A turn that runs begins to wait for a person, or has its place again. @returns false when it has ended meanwhile */
export async function setTurnState(db: DbOrTrx, turn: TurnRow, state: 'running' | 'waiting'): Promise<boolean> {
  const updated = await db
    .updateTable('turns')
    .set({ state })
    .where('id', '=', turn.id)
    .where('tenant_id', '=', turn.tenant_id)
    .where('state', 'in', ['running', 'waiting'])
    .executeTakeFirst();
  return updated.numUpdatedRows > 0n;
}

export interface TurnEnding {
  reason: TurnEndReason;
  seq: number;
  now: number;
  /** Absent: the text stored so far stays. */
  text?: string;
  steps?: Step[];
  sources?: Source[];
  usage?: AnswerUsage;
  note?: SystemNote;
  /** Some servers say only while answering which model they are. */
  model?: string;
}

const ANSWER_STATUS = { completed: 'sent', stopped: 'stopped', failed: 'failed', interrupted: 'interrupted' } as const;

/** Ends a turn and, when it had begun, finishes its answer. */
export async function endTurn(db: DbOrTrx, turn: TurnRow, ending: TurnEnding): Promise<void> {
  await db
    .updateTable('turns')
    .set({ state: 'ended', reason: ending.reason, ended_at: ending.now, lease_until: null })
    .where('id', '=', turn.id)
    .where('tenant_id', '=', turn.tenant_id)
    .execute();
  if (turn.state === 'queued') return;
  await db
    .updateTable('messages')
    .set({
      status: ANSWER_STATUS[ending.reason],
      changed_seq: ending.seq,
      ...(ending.text === undefined ? {} : { text: ending.text }),
      ...(ending.steps?.length ? { steps: JSON.stringify(ending.steps) } : {}),
      ...(ending.sources?.length ? { sources: JSON.stringify(ending.sources) } : {}),
      ...(ending.model ? { model: ending.model } : {}),
      ...(ending.usage ? { usage: JSON.stringify(ending.usage) } : {}),
      ...(ending.note ? { system_note: JSON.stringify(ending.note) } : {}),
    })
    .where('id', '=', turn.message_id)
    .where('tenant_id', '=', turn.tenant_id)
    .execute();
}
