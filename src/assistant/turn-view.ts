// Turns as the wire shows them.
import type { App } from '../context.ts';
import type { Turn } from '../protocol/models.ts';
import type { TurnRow } from './turn-store.ts';

/** @param position for queued turns: how many stand before it */
export function toTurn(row: TurnRow, position?: number): Turn {
  return {
    id: row.id,
    messageId: row.message_id,
    questionId: row.question_id,
    askedBy: { id: row.asked_by, name: row.asked_by_name },
    state: row.state === 'ended' ? 'running' : row.state,
    ...(row.state === 'queued' && position !== undefined ? { position } : {}),
    ...(row.model ? { model: row.model } : {}),
    ...(row.started_at ? { startedAt: new Date(row.started_at).toISOString() } : {}),
  };
}

/** The open turns of a room, running ones with the text so far. Synchronous, so that it is exact at the moment of a join. */
export function toLiveTurns(app: Pick<App, 'turns'>, rows: TurnRow[]): Turn[] {
  return rows.map((row, index) => ({
    ...toTurn(row, index),
    ...(row.state === 'queued' ? {} : app.turns.live(row.id)),
  }));
}
