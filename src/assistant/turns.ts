// What people do with turns: put one in the queue, stop it, ask again.
import { requireScope } from '../accounts/api-keys.ts';
import type { Actor, App, RoomEntry } from '../context.ts';
import { AppError, notFound } from '../lib/errors.ts';
import { newId } from '../lib/ids.ts';
import type { RequestInput } from '../protocol/events.ts';
import { requireMember } from '../rooms/access.ts';
import { findMessage } from '../rooms/message-store.ts';
import type { TurnQueue } from './turn-queue.ts';
import { endTurn, findTurn, insertTurn, listOpenTurns, type TurnRow } from './turn-store.ts';
import { toTurn } from './turn-view.ts';

/**
 * Puts a turn at the end of the room's queue, within the caller's transaction; it starts after commit when the room is free.
 * @throws AppError `busy` when the room's or the asker's share of the queue is used up
 */
export async function queueTurn(
  app: Pick<App, 'limits' | 'turns'>,
  entry: RoomEntry,
  asked: { actor: Pick<Actor, 'userId' | 'name' | 'tenantId'>; roomId: string; questionId: string; retryOf?: string },
): Promise<{ turnId: string }> {
  const { actor, roomId } = asked;
  const open = await listOpenTurns(entry.trx, actor.tenantId, roomId);
  const queued = open.filter((turn) => turn.state === 'queued');
  const { queuedTurnsPerRoom, queuedTurnsPerPerson } = app.limits;
  if (queued.filter((turn) => turn.asked_by === actor.userId).length >= queuedTurnsPerPerson) {
    const details = { reason: 'own_queue_full' as const, maximum: queuedTurnsPerPerson };
    throw new AppError(
      'busy',
      `You have ${queuedTurnsPerPerson} questions waiting here; wait for one or cancel it.`,
      details,
    );
  }
  if (queued.length >= queuedTurnsPerRoom) {
    const details = { reason: 'queue_full' as const, maximum: queuedTurnsPerRoom };
    throw new AppError(
      'busy',
      `${queuedTurnsPerRoom} questions are waiting in this room; try again in a moment.`,
      details,
    );
  }
  const seq = await entry.nextSeq();
  const row: TurnRow = {
    id: newId(),
    tenant_id: actor.tenantId,
    room_id: roomId,
    message_id: newId(),
    question_id: asked.questionId,
    asked_by: actor.userId,
    asked_by_name: actor.name,
    retry_of: asked.retryOf ?? null,
    state: 'queued',
    reason: null,
    queued_seq: seq,
    model: null,
    node_id: null,
    lease_until: null,
    created_at: Date.now(),
    started_at: null,
    ended_at: null,
  };
  await insertTurn(entry.trx, row);
  const position = open.filter((turn) => turn.state !== 'waiting').length;
  entry.record({ name: 'turn:queued', payload: { roomId, seq, turn: toTurn(row, position) } });
  entry.afterCommit(() => app.turns.wake(actor.tenantId, roomId));
  return { turnId: row.id };
}

/**
 * The turn, for somebody who may write in its room. A stranger learns nothing.
 * @param also `archived`: the room may be closed for everything else
 */
async function requireTurn(app: Pick<App, 'db'>, actor: Actor, turnId: string, also?: 'archived'): Promise<TurnRow> {
  const turn = await findTurn(app.db, actor.tenantId, turnId);
  if (!turn) throw notFound('turn');
  await requireMember(app.db, actor, turn.room_id, 'write').catch((error) => {
    if (!(error instanceof AppError)) throw error;
    if (also === 'archived' && error.details?.reason === 'room_archived') return;
    throw error.code === 'not_found' ? notFound('turn') : error;
  });
  return turn;
}

/** Stops a turn, queued or running, from any node; of an ended turn it does nothing. Resolves when it has ended. What was running when a room was archived can still be stopped. */
export async function stopTurn(app: Pick<App, 'db' | 'bus' | 'roomLog'>, actor: Actor, turnId: string): Promise<void> {
  const turn = await requireTurn(app, actor, turnId, 'archived');
  if (turn.state === 'queued' && (await stopQueued(app, turn))) return;
  const current = await findTurn(app.db, actor.tenantId, turnId);
  if (!current || current.state === 'ended' || current.state === 'queued') return;
  await app.bus.request(current.node_id ?? '', 'turn:stop', { turnId, byName: actor.name });
}

/** @returns false when it has started meanwhile */
async function stopQueued(app: Pick<App, 'roomLog'>, turn: TurnRow): Promise<boolean> {
  return app.roomLog.append(turn.tenant_id, turn.room_id, async (entry) => {
    const current = await findTurn(entry.trx, turn.tenant_id, turn.id);
    if (current?.state !== 'queued') return false;
    const seq = await entry.nextSeq();
    await endTurn(entry.trx, current, { reason: 'stopped', seq, now: Date.now() });
    const payload = { roomId: turn.room_id, seq, turnId: turn.id, reason: 'stopped' as const };
    entry.record({ name: 'turn:ended', payload });
    return true;
  });
}

/** Asks the same question again: a new turn and a new answer with `retryOf`; the old answer stays. */
export async function retryTurn(
  app: Pick<App, 'db' | 'limits' | 'roomLog' | 'turns'>,
  actor: Actor,
  messageId: string,
): Promise<{ turnId: string }> {
  const answer = await findMessage(app.db, actor.tenantId, messageId);
  if (!answer) throw notFound('message');
  await requireMember(app.db, actor, answer.roomId, 'write').catch((error) => {
    throw error instanceof AppError && error.code === 'not_found' ? notFound('message') : error;
  });
  return app.roomLog.append(actor.tenantId, answer.roomId, async (entry) => {
    const { room, name } = await requireMember(entry.trx, actor, answer.roomId, 'write');
    const current = await findMessage(entry.trx, actor.tenantId, messageId);
    if (!current?.questionId) throw new AppError('invalid', 'Only an answer can be asked again.');
    if (current.status === 'streaming') {
      throw new AppError('conflict', 'This answer is still being written.', { reason: 'turn_running' });
    }
    if (room.assistant_trigger === 'off') {
      throw new AppError('conflict', 'The assistant is switched off in this room.', { reason: 'assistant_off' });
    }
    const question = await findMessage(entry.trx, actor.tenantId, current.questionId);
    if (!question || question.status === 'deleted') {
      throw new AppError('conflict', 'The question was deleted.', { reason: 'message_deleted' });
    }
    const asker = { ...actor, name };
    return queueTurn(app, entry, { actor: asker, roomId: answer.roomId, questionId: question.id, retryOf: messageId });
  });
}

/**
 * Decides about a tool call that waits for the person who asked. For the whole room only a lead may.
 * @throws AppError not_found when nothing waits, forbidden
 */
export async function approveStep(
  app: Pick<App, 'db' | 'bus'>,
  actor: Actor,
  { turnId, stepId, decision }: RequestInput<'turn:approve'>,
): Promise<void> {
  const turn = await requireOwnWaiting(app, actor, turnId);
  if (decision === 'room') {
    await requireMember(app.db, actor, turn.room_id, 'lead').catch(() => {
      throw new AppError('forbidden', 'Only a lead can allow a tool for the whole room; allow it once.');
    });
  }
  const isDecided = await app.bus.request(turn.node_id ?? '', 'turn:approve', { turnId, stepId, decision });
  if (!isDecided) throw nothingWaits();
}

/** Shows the room what such a call would do, before it is decided. @throws AppError not_found when nothing waits, forbidden */
export async function showStep(
  app: Pick<App, 'db' | 'bus'>,
  actor: Actor,
  { turnId, stepId }: RequestInput<'turn:show'>,
): Promise<void> {
  const turn = await requireOwnWaiting(app, actor, turnId);
  if (!(await app.bus.request(turn.node_id ?? '', 'turn:show', { turnId, stepId }))) throw nothingWaits();
}

/** @throws AppError not_found when nothing waits, forbidden for everybody but the person who asked */
async function requireOwnWaiting(app: Pick<App, 'db'>, actor: Actor, turnId: string): Promise<TurnRow> {
  // Consent is a person's: no program of theirs gives it.
  requireScope(actor, 'none');
  const turn = await requireTurn(app, actor, turnId);
  if (turn.state === 'ended' || turn.state === 'queued') throw nothingWaits();
  if (turn.asked_by !== actor.userId) {
    throw new AppError('forbidden', 'Only the person who asked can decide about this call.');
  }
  return turn;
}

const nothingWaits = (): AppError => new AppError('not_found', 'Nothing of this turn waits for a decision.');

/** Answers the questions of other nodes (and of this one) about turns that run here. */
export function answerForTurns(app: Pick<App, 'bus'>, queue: TurnQueue): void {
  app.bus.respond('turn:stop', ({ turnId, byName }) => queue.stopHere(turnId, byName));
  app.bus.respond('turn:approve', ({ turnId, stepId, decision }) => queue.decideHere(turnId, stepId, decision));
  app.bus.respond('turn:show', ({ turnId, stepId }) => queue.showHere(turnId, stepId));
  app.bus.respond('turn:snapshot', ({ turnId }) => {
    const live = queue.live(turnId);
    return live && { text: live.text ?? '', offset: live.offset ?? 0 };
  });
}
