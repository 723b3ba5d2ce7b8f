// What a room says itself: one quiet line, rendered by its key in each reader's language, never unread.
import type { App } from '../context.ts';
import { newId } from '../lib/ids.ts';
import type { Message, SystemNote } from '../protocol/models.ts';
import { ASSISTANT_NAME } from '../protocol/names.ts';
import { insertMessage, setMessageTokens } from './message-store.ts';
import { findRoom } from './room-store.ts';

/** @param text English, for clients that do not know the key. An archived room, or one that is gone, is told nothing. */
export async function sayAsRoom(
  app: Pick<App, 'db' | 'roomLog' | 'tokens'>,
  tenantId: string,
  roomId: string,
  { note, text }: { note: SystemNote; text: string },
): Promise<void> {
  const messageId = await app.roomLog.append(tenantId, roomId, async (entry) => {
    const room = await findRoom(entry.trx, tenantId, roomId);
    if (!room || room.archived_at !== null) return undefined;
    const seq = await entry.nextSeq();
    const message: Message = {
      id: newId(),
      roomId,
      seq,
      changedSeq: seq,
      author: { kind: 'system', id: 'system', name: ASSISTANT_NAME },
      text,
      status: 'sent',
      mentions: [],
      reactions: [],
      system: note,
      createdAt: new Date().toISOString(),
    };
    await insertMessage(entry.trx, tenantId, message);
    entry.record({ name: 'message:created', payload: { roomId, seq, message } });
    return message.id;
  });
  if (messageId) await setMessageTokens(app.db, tenantId, messageId, await app.tokens.count(text));
}
