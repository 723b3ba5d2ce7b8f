// Chat sessions: personal rooms under the name that existing clients know.
import type { Actor, App } from '../context.ts';
import { notFound } from '../lib/errors.ts';
import { toIso } from '../lib/time.ts';
import type { ChatSession, Message } from '../protocol/models.ts';
import { requireMember } from '../rooms/access.ts';
import { countMessages, pageMessages } from '../rooms/message-store.ts';
import { findRoom, type RoomRow } from '../rooms/room-store.ts';
import { createRoom, deleteRoom, updateRoom } from '../rooms/rooms.ts';
import { findDefaultRoomId, listPersonalRooms, markDefaultRoom, setAutoTitle } from './session-store.ts';

const UNTITLED = { id: 'Percakapan baru', en: 'New chat' } as const;
const NEWEST = 50;

type SessionApp = Pick<App, 'db' | 'jobs' | 'limits' | 'roomLog' | 'broadcast' | 'turns' | 'log'>;

export async function listChatSessions(app: Pick<App, 'db'>, actor: Actor): Promise<ChatSession[]> {
  const rooms = await listPersonalRooms(app.db, actor.tenantId, actor.userId);
  const ids = rooms.map((room) => room.id);
  const counts = await countMessages(app.db, actor.tenantId, ids);
  return rooms.map((room) => toSession(room, counts));
}

export async function createChatSession(
  app: SessionApp,
  actor: Actor,
  input: { title?: string | undefined; language?: 'id' | 'en' | undefined; timeZone?: string | undefined },
): Promise<ChatSession> {
  const { title, ...rest } = input;
  const room = await createRoom(app, actor, {
    ...rest,
    kind: 'personal',
    name: title ?? UNTITLED[rest.language ?? 'id'],
  });
  if (title === undefined) await setAutoTitle(app.db, actor.tenantId, room.id);
  return requireSession(app, actor, room.id);
}

export async function getChatSession(
  app: Pick<App, 'db'>,
  actor: Actor,
  sessionId: string,
): Promise<ChatSession & { messages: Message[] }> {
  const session = await requireSession(app, actor, sessionId);
  const { messages } = await pageMessages(app.db, actor.tenantId, sessionId, { limit: NEWEST });
  return { ...session, messages };
}

export async function renameChatSession(
  app: SessionApp,
  actor: Actor,
  sessionId: string,
  title: string,
): Promise<ChatSession> {
  await requirePersonal(app, actor, sessionId, 'lead');
  await updateRoom(app, actor, sessionId, { name: title });
  return requireSession(app, actor, sessionId);
}

export async function deleteChatSession(app: SessionApp, actor: Actor, sessionId: string): Promise<void> {
  await requirePersonal(app, actor, sessionId, 'lead');
  await deleteRoom(app, actor, sessionId);
}

/** @throws AppError not_found also for group rooms: they are no chat sessions */
export async function requirePersonal(
  app: Pick<App, 'db'>,
  actor: Actor,
  sessionId: string,
  right: 'read' | 'write' | 'lead',
): Promise<RoomRow> {
  const { room } = await requireMember(app.db, actor, sessionId, right);
  if (room.kind !== 'personal') throw notFound('chat session');
  return room;
}

async function requireSession(app: Pick<App, 'db'>, actor: Actor, sessionId: string): Promise<ChatSession> {
  const room = await requirePersonal(app, actor, sessionId, 'read');
  return toSession(room, await countMessages(app.db, actor.tenantId, [room.id]));
}

function toSession(room: RoomRow, counts: ReadonlyMap<string, number>): ChatSession {
  return {
    id: room.id,
    title: room.name,
    createdAt: toIso(room.created_at),
    updatedAt: toIso(room.last_activity_at),
    messageCount: counts.get(room.id) ?? 0,
  };
}

/** The personal room that the kept routes talk in, made on first use; two first uses at once make one. */
export async function requireDefaultRoom(app: SessionApp, actor: Actor): Promise<RoomRow> {
  const known = await findDefaultRoomId(app.db, actor.tenantId, actor.userId);
  const roomId = known ?? (await makeDefaultRoom(app, actor));
  const room = await findRoom(app.db, actor.tenantId, roomId);
  if (!room) throw notFound('room');
  return room;
}

async function makeDefaultRoom(app: SessionApp, actor: Actor): Promise<string> {
  const room = await createRoom(app, actor, { kind: 'personal', name: UNTITLED.id });
  if (await markDefaultRoom(app.db, actor.tenantId, actor.userId, room.id)) return room.id;
  await deleteRoom(app, actor, room.id);
  const winner = await findDefaultRoomId(app.db, actor.tenantId, actor.userId);
  if (!winner) throw notFound('room');
  return winner;
}
