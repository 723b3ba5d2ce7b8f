// Decisions that a turn waits for: asked of the person whose question it is, declined when they say nothing or leave.
import type { App } from '../context.ts';
import type { TurnRow } from './turn-store.ts';

export type Decision = 'once' | 'room' | 'no';

/** `why` a `no` is one: said by the person, no answer in time, they went away, or the turn ended. */
export interface Decided {
  decision: Decision;
  why: 'person' | 'timeout' | 'left' | 'stopped';
}

/** The turn's place in its room: given up while it waits, taken back before it goes on. */
export interface Place {
  /** Never throws. */
  giveUp(): Promise<void>;
  /** Resolves when the room is free again for this turn, or the signal fires. */
  takeBack(signal: AbortSignal): Promise<void>;
}

export interface Approvals {
  /**
   * From the moment of the call these steps can be decided. Resolves when all of them are, in order, and the turn has its place again.
   * Never rejects: what ends the turn declines them.
   */
  ask(stepIds: string[]): Promise<Decided[]>;
  /** @returns false when this step waits for nothing */
  decide(stepId: string, decision: Decision): boolean;
  isWaiting(): boolean;
}

/** @param signal ends the turn @param onPause called with true when waiting begins, with false when it is over */
export function createApprovals(
  app: Pick<App, 'limits' | 'broadcast'>,
  row: Pick<TurnRow, 'room_id' | 'asked_by'>,
  place: Place,
  { signal, onPause }: { signal: AbortSignal; onPause: (isPaused: boolean) => void },
): Approvals {
  const pending = new Map<string, (decided: Decided) => void>();
  const declineAll = (why: Decided['why']) => {
    for (const decide of [...pending.values()]) decide({ decision: 'no', why });
  };

  /** @returns a function that ends it */
  function watchAsker(): () => void {
    const { room_id: roomId, asked_by: userId } = row;
    return app.broadcast.listen(roomId, userId, {
      onFact({ name, payload }) {
        const isGone = name === 'presence:changed' && payload.userId === userId && payload.state === 'offline';
        const isSilenced =
          name === 'member:changed' &&
          payload.member.userId === userId &&
          ('removed' in payload.member || payload.member.role === 'viewer');
        if (isGone || isSilenced) declineAll('left');
      },
      onEnd: (reason) => declineAll(reason === 'stopping' ? 'stopped' : 'left'),
    });
  }

  async function waitForAll(decisions: Promise<Decided[]>): Promise<Decided[]> {
    const timer = setTimeout(() => declineAll('timeout'), app.limits.approvalTimeoutMs);
    const stopWatching = watchAsker();
    const onAbort = () => declineAll('stopped');
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    onPause(true);
    await place.giveUp();
    const decided = await decisions;
    clearTimeout(timer);
    stopWatching();
    signal.removeEventListener('abort', onAbort);
    await place.takeBack(signal);
    onPause(false);
    return decided;
  }

  return {
    ask(stepIds) {
      const decisions = stepIds.map(
        (stepId) =>
          new Promise<Decided>((resolve) => {
            pending.set(stepId, (decided) => {
              pending.delete(stepId);
              resolve(decided);
            });
          }),
      );
      return waitForAll(Promise.all(decisions));
    },
    decide(stepId, decision) {
      const decide = pending.get(stepId);
      decide?.({ decision, why: 'person' });
      return decide !== undefined;
    },
    isWaiting: () => pending.size > 0,
  };
}
