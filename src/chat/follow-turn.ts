// Follows one turn inside this process, from its question to its end: what server-sent events and the kept routes stand on.

import { findTurn } from '../assistant/turn-store.ts';
import type { Actor, App, RoomListener } from '../context.ts';
import { AppError } from '../lib/errors.ts';
import type { RoomFact } from '../protocol/events.ts';
import { findMessage } from '../rooms/message-store.ts';
import { type SendApp, type SentMessage, sendMessage } from './send-message.ts';

/** Timers of Node fire at once beyond this. */
const LONGEST_TIMER_MS = 2_147_483_647;

export interface FollowedSend extends SentMessage {
  /**
   * The facts of the turn this message started, up to and including its turn:ended; empty when it started none.
   * Closing it stops nothing. @throws AppError when the right to the room ends or the server stops
   */
  facts: AsyncGenerator<RoomFact>;
}

/**
 * Sends a message and listens before it is sent, so that no fact of its turn can be missed. Sent again under the same clientId, it
 * goes on with the turn that the first one started.
 */
export async function sendAndFollow(
  app: SendApp & Pick<App, 'broadcast' | 'bus'>,
  actor: Actor,
  input: Parameters<typeof sendMessage>[2],
): Promise<FollowedSend> {
  const waiting: RoomFact[] = [];
  let end: Parameters<RoomListener['onEnd']>[0] | undefined;
  let wake = () => {};
  const onEnd: RoomListener['onEnd'] = (reason) => {
    end ??= reason;
    waiting.length = 0;
    wake();
  };
  const leaveRoom = app.broadcast.listen(input.roomId, actor.userId, {
    onFact(fact) {
      if (end) return;
      waiting.push(fact);
      wake();
    },
    onEnd,
  });
  const leaveBus = app.bus.subscribe('session:ended', ({ userId, sessionIds }) => {
    const isMine = userId === actor.userId && (!sessionIds || sessionIds.includes(actor.sessionId));
    if (isMine) onEnd('unauthenticated');
  });
  const leftMs = Math.min(actor.expiresAt - Date.now(), LONGEST_TIMER_MS);
  const expiry = setTimeout(() => onEnd('unauthenticated'), leftMs);
  const stopListening = () => {
    clearTimeout(expiry);
    leaveRoom();
    leaveBus();
  };

  async function* factsOf(sent: SentMessage): AsyncGenerator<RoomFact> {
    const { turnId } = sent;
    let sentUnits = 0;
    try {
      if (turnId !== undefined && !sent.isNew) {
        const before = await soFar(app, actor, sent.message.roomId, turnId, () => {
          waiting.length = 0;
        });
        yield* before;
        if (before.at(-1)?.name === 'turn:ended') return;
        sentUnits = before.reduce(
          (units, fact) => units + (fact.name === 'turn:delta' ? fact.payload.text.length : 0),
          0,
        );
      }
      while (turnId !== undefined) {
        const fact = waiting.shift();
        if (fact) {
          if (turnIdOf(fact) !== turnId) continue;
          if (fact.name === 'turn:delta' && fact.payload.offset < sentUnits) continue;
          yield fact;
          if (fact.name === 'turn:ended') return;
        } else if (end) {
          throw endError(end);
        } else {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      }
    } finally {
      stopListening();
    }
  }

  try {
    const sent = await sendMessage(app, actor, input);
    return { ...sent, facts: factsOf(sent) };
  } catch (error) {
    stopListening();
    throw error;
  }
}

/**
 * What somebody who comes back has missed of a turn: its text so far as one delta, or its end.
 * @param forget called at the moment this is exact: facts heard before it are in it
 */
async function soFar(
  app: Pick<App, 'db' | 'roomLog' | 'turns'>,
  actor: Actor,
  roomId: string,
  turnId: string,
  forget: () => void,
): Promise<RoomFact[]> {
  return app.roomLog.quiet(roomId, async () => {
    const turn = await findTurn(app.db, actor.tenantId, turnId);
    const answer = turn && (await findMessage(app.db, actor.tenantId, turn.message_id));
    forget();
    if (turn?.state === 'ended') {
      const ended = { roomId, seq: answer?.changedSeq ?? turn.queued_seq, turnId, reason: turn.reason ?? 'stopped' };
      return [{ name: 'turn:ended', payload: { ...ended, ...(answer ? { message: answer } : {}) } }];
    }
    const text = app.turns.live(turnId)?.text ?? '';
    return text === '' ? [] : [{ name: 'turn:delta', payload: { roomId, turnId, offset: 0, text } }];
  });
}

function turnIdOf({ payload }: RoomFact): string | undefined {
  if ('turnId' in payload) return payload.turnId;
  return 'turn' in payload ? payload.turn.id : undefined;
}

/** Why there is nothing more to follow, in words. */
export function endError(reason: Parameters<RoomListener['onEnd']>[0]): AppError {
  if (reason === 'removed') return new AppError('forbidden', 'You are no longer in this room.');
  if (reason === 'unauthenticated') {
    return new AppError('unauthenticated', 'Your session ended.', { reason: 'session_ended' });
  }
  return new AppError('stopped', 'The server is stopping; the answer is kept in the room.', {
    reason: 'server_stopping',
  });
}
