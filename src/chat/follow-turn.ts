// Follows one turn inside this process, from its question to its end: what server-sent events and the kept routes stand on.
import type { Actor, App, RoomListener } from '../context.ts';
import { AppError } from '../lib/errors.ts';
import type { RoomFact } from '../protocol/events.ts';
import { type SendApp, type SentMessage, sendMessage } from './send-message.ts';

export interface FollowedSend extends SentMessage {
  /**
   * The facts of the turn this message started, up to and including its turn:ended; empty when it started none.
   * Closing it stops nothing. @throws AppError when the right to the room ends or the server stops
   */
  facts: AsyncGenerator<RoomFact>;
}

/** Sends a message and listens before it is sent, so that no fact of its turn can be missed. */
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
  const stopListening = () => {
    leaveRoom();
    leaveBus();
  };

  async function* factsOf(turnId: string | undefined): AsyncGenerator<RoomFact> {
    try {
      while (turnId !== undefined) {
        const fact = waiting.shift();
        if (fact) {
          if (turnIdOf(fact) !== turnId) continue;
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
    return { ...sent, facts: factsOf(sent.turnId) };
  } catch (error) {
    stopListening();
    throw error;
  }
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
