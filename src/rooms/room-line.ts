// What a room says itself: one quiet line, rendered by its key in each reader's language, never unread.
import type { App, RoomEntry } from '../context.ts';
import { newId } from '../lib/ids.ts';
import type { Message, SystemNote } from '../protocol/models.ts';
import { ASSISTANT_NAME, type MemoryMode, type Trigger } from '../protocol/names.ts';
import { insertMessage } from './message-store.ts';
import { findRoom, type RoomRow } from './room-store.ts';

const TRIGGERS: Record<Trigger, string> = {
  mention: 'when mentioned',
  always: 'always',
  auto: 'when it can help',
  off: 'never',
};

const MODES: Record<MemoryMode, string> = {
  auto: 'what is decided, at once',
  ask: 'what somebody accepts',
  never: 'nothing',
};

/** What people did to a room, in English for clients that do not know the key. */
export const ROOM_LINES = {
  'member.joined': ({ name }: { name: string }) => `${name} joined.`,
  'member.added': ({ name, by }: { name: string; by: string }) => `${by} added ${name}.`,
  'member.left': ({ name }: { name: string }) => `${name} left.`,
  'member.removed': ({ name, by }: { name: string; by: string }) => `${by} removed ${name}.`,
  'room.renamed': ({ name, by }: { name: string; by: string }) => `${by} named the room ${name}.`,
  'room.trigger_changed': ({ trigger, by }: { trigger: Trigger; by: string }) =>
    `${by} changed when ${ASSISTANT_NAME} answers: ${TRIGGERS[trigger]}.`,
  'room.memory_changed': ({ mode, by }: { mode: MemoryMode; by: string }) =>
    `${by} changed what ${ASSISTANT_NAME} remembers here: ${MODES[mode]}.`,
  'room.archived': ({ by }: { by: string }) => `${by} archived the room.`,
  'room.brought_back': ({ by }: { by: string }) => `${by} brought the room back.`,
};

type RoomLines = typeof ROOM_LINES;

/** A fact of its own in the transaction of what it tells. In a personal room there is nobody to tell. */
export async function recordRoomLine<Key extends keyof RoomLines>(
  entry: RoomEntry,
  room: Pick<RoomRow, 'id' | 'tenant_id' | 'kind'>,
  key: Key,
  params: Parameters<RoomLines[Key]>[0],
): Promise<void> {
  if (room.kind === 'personal') return;
  const text = (ROOM_LINES[key] as (params: object) => string)(params);
  await recordLine(entry, room, { note: { key, params: { ...params } }, text });
}

/** @param text English, for clients that do not know the key. An archived room, or one that is gone, is told nothing. */
export async function sayAsRoom(
  app: Pick<App, 'roomLog'>,
  tenantId: string,
  roomId: string,
  line: { note: SystemNote; text: string },
): Promise<void> {
  await app.roomLog.append(tenantId, roomId, async (entry) => {
    const room = await findRoom(entry.trx, tenantId, roomId);
    if (room?.archived_at === null) await recordLine(entry, room, line);
  });
}

async function recordLine(
  entry: RoomEntry,
  room: Pick<RoomRow, 'id' | 'tenant_id'>,
  { note, text }: { note: SystemNote; text: string },
): Promise<void> {
  const seq = await entry.nextSeq();
  const message: Message = {
    id: newId(),
    roomId: room.id,
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
  await insertMessage(entry.trx, room.tenant_id, message);
  entry.record({ name: 'message:created', payload: { roomId: room.id, seq, message } });
}
