// What a room keeps in sight: messages that its members pinned.
import type { Actor, App } from '../context.ts';
import { AppError } from '../lib/errors.ts';
import type { Message } from '../protocol/models.ts';
import { requireMember } from './access.ts';
import { findMessages, touchMessage } from './message-store.ts';
import { changeMessage, requireFinished, requireNotDeleted } from './messages.ts';
import { insertPin, listPinnedIds, removePin } from './pin-store.ts';

/**
 * Pins a message for everybody in the room, or takes it off; what is so already makes no fact.
 * @throws AppError not_found, forbidden, conflict (message_deleted, turn_running, too_many_pins, room_archived)
 */
export async function pinMessage(
  app: Pick<App, 'db' | 'limits' | 'roomLog'>,
  actor: Actor,
  input: { messageId: string; on: boolean },
): Promise<Message> {
  return changeMessage(app, actor, input.messageId, async (entry, message, { name }) => {
    requireNotDeleted(message);
    requireFinished(message);
    if ((message.pinned !== undefined) === input.on) return undefined;
    if (input.on) {
      const maximum = app.limits.pinsPerRoom;
      if ((await listPinnedIds(entry.trx, actor.tenantId, message.roomId)).length >= maximum) {
        const tooMany = { reason: 'too_many_pins', maximum } as const;
        throw new AppError('conflict', `A room keeps at most ${maximum} pinned messages. Take one off first.`, tooMany);
      }
      await insertPin(entry.trx, actor.tenantId, message, { id: actor.userId, name }, Date.now());
    } else {
      await removePin(entry.trx, actor.tenantId, message.id);
    }
    const seq = await entry.nextSeq();
    await touchMessage(entry.trx, actor.tenantId, message.id, seq);
    return { name: 'message:updated', seq };
  });
}

/** The latest pin first. @throws AppError not_found */
export async function listPins(app: Pick<App, 'db'>, actor: Actor, roomId: string): Promise<Message[]> {
  await requireMember(app, actor, roomId, 'read');
  const ids = await listPinnedIds(app.db, actor.tenantId, roomId);
  const messages = await findMessages(app.db, actor.tenantId, ids);
  return ids.flatMap((id) => messages.get(id) ?? []);
}
