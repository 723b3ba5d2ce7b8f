// Turns as the wire shows them.
import type { Actor, App } from '../context.ts';
import type { Step, Turn } from '../protocol/models.ts';
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
export function toLiveTurns(app: Pick<App, 'turns'>, reader: Actor, rows: TurnRow[]): Turn[] {
  return rows.map((row, index) => {
    const live = row.state === 'queued' ? undefined : app.turns.live(row.id);
    const steps = live?.steps?.map((step) => stepFor(reader, row.asked_by, step));
    return { ...toTurn(row, index), ...live, ...(steps ? { steps } : {}) };
  });
}

/**
 * What a tool is called with is for whoever asked and for administrators, until whoever asked shows it; what it found in private only for
 * whoever asked.
 */
export function mayReadArgs(reader: Pick<Actor, 'userId' | 'role'>, askedBy: string, step: Step): boolean {
  if (reader.userId === askedBy) return true;
  return step.asks !== 'share' && (reader.role === 'admin' || step.isShown === true);
}

function stepFor(reader: Actor, askedBy: string, step: Step): Step {
  if (mayReadArgs(reader, askedBy, step)) return step;
  const { args: _, ...guarded } = step;
  return guarded;
}
