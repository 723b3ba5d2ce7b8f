// Rooms: made, listed, changed, deleted.
import { setTimeout } from 'node:timers/promises';
import { isUniqueViolation } from '../../database/errors.ts';
import { findUser } from '../accounts/account-store.ts';
import { foldToAscii, requireFreeName } from '../accounts/names.ts';
import type { Actor, App, RoomEntry } from '../context.ts';
import { notFound } from '../lib/errors.ts';
import { newId, newSecret } from '../lib/ids.ts';
import type { Room, RoomSummary } from '../protocol/models.ts';
import type { Language, MemoryMode, RoomKind, Trigger } from '../protocol/names.ts';
import { requireMember } from './access.ts';
import { eraseLater, registerErasing } from './erase.ts';
import { deleteInvites } from './invite-store.ts';
import { deleteAllMembers, insertMember, listMemberIds } from './member-store.ts';
import { recordRoomLine } from './room-line.ts';
import {
  deleteQueuedTurns,
  findRoom,
  insertRoom,
  listRoomSummaries,
  listRunningTurns,
  type PurgePiece,
  purgeRoomPiece,
  type RoomPatch,
  type RoomRow,
  toRoom,
  updateRoomRow,
} from './room-store.ts';

export interface NewRoom {
  name: string;
  kind?: RoomKind;
  assistant?: { trigger: Trigger };
  memory?: { mode: MemoryMode };
  brief?: string;
  language?: Language;
  timeZone?: string;
}

const DEFAULT_TIME_ZONE = 'Asia/Jakarta';
const SLUG_ATTEMPTS = 3;

/** The creator becomes its lead. A new room takes no fact: nobody could hear it yet. @throws AppError invalid (name_reserved) */
export async function createRoom(app: Pick<App, 'db' | 'broadcast'>, actor: Actor, input: NewRoom): Promise<Room> {
  requireFreeName(input.name);
  const creator = await findUser(app.db, actor.tenantId, actor.userId);
  const kind = input.kind ?? 'group';
  const now = Date.now();
  const row: RoomRow = {
    id: newId(),
    tenant_id: actor.tenantId,
    kind,
    name: input.name,
    slug: '',
    assistant_trigger: input.assistant?.trigger ?? (kind === 'personal' ? 'always' : 'mention'),
    brief: input.brief ?? '',
    prompts: null,
    summary: '',
    summary_seq: 0,
    summary_version: 0,
    language: input.language ?? creator?.language ?? 'id',
    time_zone: input.timeZone ?? DEFAULT_TIME_ZONE,
    // In a personal room nobody else is concerned, and most of what is asked there comes from programs that cannot be asked back.
    memory_mode: input.memory?.mode ?? (kind === 'personal' ? 'auto' : 'ask'),
    memory_seq: 0,
    last_seq: 0,
    auto_title: 0,
    is_default: 0,
    created_by: actor.userId,
    created_at: now,
    last_activity_at: now,
    archived_at: null,
  };
  for (let attempt = 1; ; attempt++) {
    row.slug = makeSlug(input.name);
    try {
      await app.db.transaction().execute(async (trx) => {
        await insertRoom(trx, row);
        await insertMember(trx, {
          tenant_id: actor.tenantId,
          room_id: row.id,
          user_id: actor.userId,
          role: 'lead',
          read_seq: 0,
          joined_at: now,
        });
      });
      // So that the room appears on the person's other devices.
      app.broadcast.activity(actor.tenantId, row.id);
      return toRoom(row);
    } catch (error) {
      if (!isUniqueViolation(error) || attempt === SLUG_ATTEMPTS) throw error;
    }
  }
}

/** The name in ASCII and a random ending: always, because a missing one would tell that no other room has this name. */
function makeSlug(name: string): string {
  const words = name
    .split(/[^\p{L}\p{N}\p{M}]+/u)
    .map(foldToAscii)
    .filter((word) => word !== '');
  const readable = words.join('-').slice(0, 48).replace(/-+$/, '');
  const ending = foldToAscii(newSecret()).slice(0, 6);
  return readable === '' ? `room-${ending}` : `${readable}-${ending}`;
}

/** Your rooms, the latest active first; archived ones only when asked for. */
export async function listRooms(
  app: Pick<App, 'db'>,
  actor: Actor,
  input: { archived?: boolean } = {},
): Promise<RoomSummary[]> {
  return listRoomSummaries(app.db, actor.tenantId, actor.userId, { archived: input.archived ?? false });
}

/** @throws AppError not_found */
export async function getRoom(app: Pick<App, 'db'>, actor: Actor, roomId: string): Promise<RoomSummary> {
  await requireMember(app, actor, roomId, 'read');
  const [summary] = await listRoomSummaries(app.db, actor.tenantId, actor.userId, { roomId });
  if (!summary) throw notFound('room');
  return summary;
}

export interface RoomChange {
  name?: string;
  assistant?: { trigger: Trigger };
  memory?: { mode: MemoryMode };
  brief?: string;
  prompts?: string[];
  language?: Language;
  timeZone?: string;
  archived?: boolean;
}

/** @throws AppError not_found, forbidden, invalid (name_reserved) */
export async function updateRoom(
  app: Pick<App, 'db' | 'roomLog'>,
  actor: Actor,
  roomId: string,
  input: RoomChange,
): Promise<Room> {
  return app.roomLog.append(actor.tenantId, roomId, async (entry) => {
    const { room, name } = await requireMember(entry.trx, actor, roomId, 'lead');
    const patch = patchOf(room, input);
    if (Object.keys(patch).length === 0) return toRoom(room);
    await updateRoomRow(entry.trx, actor.tenantId, roomId, patch);
    await tellChange(entry, room, patch, name);
    const seq = await entry.nextSeq();
    const after = await findRoom(entry.trx, actor.tenantId, roomId);
    if (!after) throw notFound('room');
    const changed = { ...toRoom(after), lastSeq: seq };
    entry.record({ name: 'room:changed', payload: { roomId, seq, room: changed } });
    return changed;
  });
}

/** What everybody notices, one line each; the brief, language and zone are the assistant's, and what is suggested is seen where it stands. */
async function tellChange(entry: RoomEntry, room: RoomRow, patch: RoomPatch, by: string): Promise<void> {
  const { name, assistant_trigger: trigger, archived_at: archivedAt, memory_mode: mode } = patch;
  if (name !== undefined) await recordRoomLine(entry, room, 'room.renamed', { name, by });
  if (trigger !== undefined) await recordRoomLine(entry, room, 'room.trigger_changed', { trigger, by });
  if (mode !== undefined) await recordRoomLine(entry, room, 'room.memory_changed', { mode, by });
  if (archivedAt === null) await recordRoomLine(entry, room, 'room.brought_back', { by });
  else if (archivedAt !== undefined) await recordRoomLine(entry, room, 'room.archived', { by });
}

function patchOf(room: RoomRow, input: RoomChange): RoomPatch {
  if (input.name !== undefined) requireFreeName(input.name);
  const wanted: RoomPatch = {
    // Whoever names a room settles its title.
    ...(input.name === undefined ? {} : { name: input.name, auto_title: 0 }),
    ...(input.assistant === undefined ? {} : { assistant_trigger: input.assistant.trigger }),
    ...(input.memory === undefined ? {} : { memory_mode: input.memory.mode }),
    ...(input.memory && room.memory_mode === 'never' ? { memory_seq: room.last_seq } : {}),
    ...(input.brief === undefined ? {} : { brief: input.brief }),
    ...(input.prompts === undefined
      ? {}
      : { prompts: input.prompts.length > 0 ? JSON.stringify(input.prompts) : null }),
    ...(input.language === undefined ? {} : { language: input.language }),
    ...(input.timeZone === undefined ? {} : { time_zone: input.timeZone }),
    ...(input.archived === undefined ? {} : { archived_at: input.archived ? (room.archived_at ?? Date.now()) : null }),
  };
  const changes = Object.entries(wanted).filter(([column, value]) => room[column as keyof RoomRow] !== value);
  return Object.fromEntries(changes);
}

export const PURGE_JOB = 'room:purge';

/**
 * The room and everything in it are out of reach at once. A job right after stops what runs in it and erases what was said, piece by
 * piece.
 * @throws AppError not_found, forbidden
 */
export async function deleteRoom(
  app: Pick<App, 'db' | 'roomLog' | 'broadcast' | 'jobs'>,
  actor: Actor,
  roomId: string,
): Promise<void> {
  await app.roomLog.append(actor.tenantId, roomId, async (entry) => {
    await requireMember(entry.trx, actor, roomId, 'lead');
    const userIds = await listMemberIds(entry.trx, actor.tenantId, roomId);
    await deleteAllMembers(entry.trx, actor.tenantId, roomId);
    await deleteInvites(entry.trx, actor.tenantId, roomId);
    await app.jobs.add({ tenantId: actor.tenantId, kind: PURGE_JOB, payload: { roomId } }, entry.trx);
    entry.afterCommit(() => app.broadcast.closeRoom(roomId, userIds));
  });
}

/** Ten milliseconds or so, also when every word is a new one for the search index. */
const PURGE_PIECE: PurgePiece = { rows: 25, textBytes: 64_000 };

/** Takes what another slice keeps out of a room whose members are gone. Can be run again after it was cut off. */
export type RoomEraser = (tenantId: string, roomId: string) => Promise<void>;

/** Names the handlers of this slice's jobs. Call it once, before the queue starts. */
export function registerRoomJobs(app: Pick<App, 'db' | 'bus' | 'jobs'>, erasers: readonly RoomEraser[] = []): void {
  app.jobs.handle(PURGE_JOB, async (job, signal) => {
    const { roomId } = job.payload as { roomId: string };
    await deleteQueuedTurns(app.db, job.tenantId, roomId);
    for (const turn of await listRunningTurns(app.db, job.tenantId, roomId)) {
      // A node that does not answer is gone, and its turn with it.
      await app.bus.request(turn.node_id ?? '', 'turn:stop', { turnId: turn.id }).catch(() => false);
    }
    for (const erase of erasers) await erase(job.tenantId, roomId);
    for (let isMore = true; isMore; ) {
      const startedAt = performance.now();
      isMore = await purgeRoomPiece(app.db, job.tenantId, roomId, PURGE_PIECE);
      // As long as it took, the event loop is everybody else's.
      await setTimeout(performance.now() - startedAt, undefined, { signal });
    }
    await eraseLater(app);
  });
  registerErasing(app);
}
