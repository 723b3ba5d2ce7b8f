// SQL of rooms, and how a row becomes what clients see.
import type { Selectable } from 'kysely';
import type { RoomsTable } from '../../database/schema.ts';
import type { Db, DbOrTrx } from '../context.ts';
import { toIso } from '../lib/time.ts';
import type { Room, RoomSummary } from '../protocol/models.ts';
import type { Language, RoomRole } from '../protocol/names.ts';

export type RoomRow = Selectable<RoomsTable>;

/** Unread messages are counted within this many of the room's last seqs: beyond it nobody counts, and a query stays bounded. */
export const UNREAD_WINDOW_SEQS = 1_000;

export function toRoom(row: RoomRow): Room {
  return {
    id: row.id,
    name: row.name,
    slug: row.slug,
    kind: row.kind,
    assistant: { trigger: row.assistant_trigger },
    memory: { mode: row.memory_mode },
    brief: row.brief,
    prompts: row.prompts === null ? [] : (JSON.parse(row.prompts) as string[]),
    language: row.language as Language,
    timeZone: row.time_zone,
    lastSeq: row.last_seq,
    createdBy: row.created_by,
    createdAt: toIso(row.created_at),
    ...(row.archived_at === null ? {} : { archivedAt: toIso(row.archived_at) }),
  };
}

export async function insertRoom(db: DbOrTrx, row: RoomRow): Promise<void> {
  await db.insertInto('rooms').values(row).execute();
}

export async function findRoom(db: DbOrTrx, tenantId: string, roomId: string): Promise<RoomRow | undefined> {
  return db
    .selectFrom('rooms')
    .selectAll()
    .where('id', '=', roomId)
    .where('tenant_id', '=', tenantId)
    .executeTakeFirst();
}

export async function findRoomBySlug(db: DbOrTrx, tenantId: string, slug: string): Promise<RoomRow | undefined> {
  return db
    .selectFrom('rooms')
    .selectAll()
    .where('slug', '=', slug)
    .where('tenant_id', '=', tenantId)
    .executeTakeFirst();
}

export type RoomPatch = Partial<
  Pick<
    RoomRow,
    | 'name'
    | 'assistant_trigger'
    | 'brief'
    | 'prompts'
    | 'language'
    | 'time_zone'
    | 'archived_at'
    | 'auto_title'
    | 'memory_mode'
    | 'memory_seq'
  >
>;

export async function updateRoomRow(db: DbOrTrx, tenantId: string, roomId: string, patch: RoomPatch): Promise<void> {
  await db.updateTable('rooms').set(patch).where('id', '=', roomId).where('tenant_id', '=', tenantId).execute();
}

/** Gives an untitled room its title. @returns false when a person named it meanwhile */
export async function setRoomTitle(db: DbOrTrx, tenantId: string, roomId: string, name: string): Promise<boolean> {
  const result = await db
    .updateTable('rooms')
    .set({ name, auto_title: 0 })
    .where('id', '=', roomId)
    .where('tenant_id', '=', tenantId)
    .where('auto_title', '=', 1)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/**
 * What the assistant keeps of messages up to `seq`. An older summary never replaces a newer one.
 * @param kept.version of the messages that it was made of
 * @returns false when one of them has gone or changed meanwhile
 */
export async function setRoomSummary(
  db: DbOrTrx,
  tenantId: string,
  roomId: string,
  kept: { summary: string; seq: number; version: number },
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('rooms')
    .set({ summary: kept.summary, summary_seq: kept.seq })
    .where('id', '=', roomId)
    .where('tenant_id', '=', tenantId)
    .where('summary_seq', '<=', kept.seq)
    .where('summary_version', '=', kept.version)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** A summary that is being made now is not kept. */
export async function raiseSummaryVersion(db: DbOrTrx, tenantId: string, roomId: string): Promise<void> {
  await db
    .updateTable('rooms')
    .set((eb) => ({ summary_version: eb('summary_version', '+', 1) }))
    .where('id', '=', roomId)
    .where('tenant_id', '=', tenantId)
    .execute();
}

/** Nothing of the room counts as summarised any more. */
export async function dropRoomSummary(db: DbOrTrx, tenantId: string, roomId: string): Promise<void> {
  await db
    .updateTable('rooms')
    .set((eb) => ({ summary: '', summary_seq: 0, summary_version: eb('summary_version', '+', 1) }))
    .where('id', '=', roomId)
    .where('tenant_id', '=', tenantId)
    .execute();
}

/** A member's rooms, the latest active first, each with what is unread. */
export async function listRoomSummaries(
  db: DbOrTrx,
  tenantId: string,
  userId: string,
  filter: { roomId?: string; archived?: boolean } = {},
): Promise<RoomSummary[]> {
  let query = db
    .selectFrom('room_members as own')
    .innerJoin('rooms as r', 'r.id', 'own.room_id')
    .selectAll('r')
    .select([
      'own.role as role',
      'own.read_seq as read_seq',
      'own.notify as notify',
      'own.personal_memory as personal_memory',
    ])
    .select((eb) => [
      eb
        .selectFrom('messages as m')
        .select((inner) => inner.fn.countAll<number>().as('count'))
        .whereRef('m.room_id', '=', 'r.id')
        .whereRef('m.seq', '>', 'own.read_seq')
        .where('m.seq', '>', eb('r.last_seq', '-', UNREAD_WINDOW_SEQS))
        .where('m.author_id', '!=', userId)
        .where('m.author_kind', '!=', 'system')
        .where('m.status', '!=', 'deleted')
        .as('unread'),
      eb
        .selectFrom('mentions as n')
        .select((inner) => inner.fn.countAll<number>().as('count'))
        .whereRef('n.room_id', '=', 'r.id')
        .where('n.user_id', '=', userId)
        .whereRef('n.seq', '>', 'own.read_seq')
        .as('mentions'),
      eb
        .selectFrom('turns as t')
        .select((inner) => inner.fn.countAll<number>().as('count'))
        .whereRef('t.room_id', '=', 'r.id')
        .where('t.state', '=', 'running')
        .as('running'),
      eb
        .selectFrom('room_members as all')
        .select((inner) => inner.fn.countAll<number>().as('count'))
        .whereRef('all.room_id', '=', 'r.id')
        .as('member_count'),
    ])
    .where('own.user_id', '=', userId)
    .where('own.tenant_id', '=', tenantId)
    .where('r.tenant_id', '=', tenantId)
    .orderBy('r.last_activity_at', 'desc')
    .orderBy('r.id', 'desc');
  if (filter.roomId !== undefined) query = query.where('r.id', '=', filter.roomId);
  if (filter.archived !== undefined) query = query.where('r.archived_at', filter.archived ? 'is not' : 'is', null);
  return (await query.execute()).map((row) => ({
    ...toRoom(row),
    role: row.role as RoomRole,
    readSeq: row.read_seq,
    notify: row.notify,
    unread: row.unread ?? 0,
    mentions: row.mentions ?? 0,
    running: (row.running ?? 0) > 0,
    memberCount: row.member_count ?? 0,
    personalMemory: row.personal_memory === 1,
    lastActivityAt: toIso(row.last_activity_at),
  }));
}

/** Turns of a room that a node works at. */
export async function listRunningTurns(
  db: DbOrTrx,
  tenantId: string,
  roomId: string,
): Promise<{ id: string; node_id: string | null }[]> {
  return db
    .selectFrom('turns')
    .select(['id', 'node_id'])
    .where('room_id', '=', roomId)
    .where('tenant_id', '=', tenantId)
    .where('state', 'in', ['running', 'waiting'])
    .execute();
}

export async function deleteQueuedTurns(db: DbOrTrx, tenantId: string, roomId: string): Promise<void> {
  await db
    .deleteFrom('turns')
    .where('room_id', '=', roomId)
    .where('tenant_id', '=', tenantId)
    .where('state', '=', 'queued')
    .execute();
}

/** What one step of a purge takes at most; one message is taken however long it is. */
export interface PurgePiece {
  rows: number;
  textBytes: number;
}

/**
 * Removes what is left of a room without members, a bounded piece at a time so that nobody waits for it.
 * @returns whether anything may be left
 */
export async function purgeRoomPiece(db: Db, tenantId: string, roomId: string, piece: PurgePiece): Promise<boolean> {
  if (await purgeMessages(db, tenantId, roomId, piece)) return true;
  if (await purgeTurns(db, tenantId, roomId, piece.rows)) return true;
  // Invites go with the row.
  await db.deleteFrom('rooms').where('id', '=', roomId).where('tenant_id', '=', tenantId).execute();
  return false;
}

async function purgeMessages(db: Db, tenantId: string, roomId: string, piece: PurgePiece): Promise<boolean> {
  const rows = await db
    .selectFrom('messages')
    // Unlike the text itself its length is in the head of the row.
    .select(['id', (eb) => eb.fn<number>('octet_length', ['text']).as('bytes')])
    .where('room_id', '=', roomId)
    .where('tenant_id', '=', tenantId)
    .orderBy('seq')
    .limit(piece.rows)
    .execute();
  let bytes = 0;
  const fitting = rows.filter((row, index) => {
    bytes += row.bytes;
    return index === 0 || bytes <= piece.textBytes;
  });
  if (fitting.length === 0) return false;
  const ids = fitting.map((row) => row.id);
  await db.transaction().execute(async (trx) => {
    await trx.deleteFrom('mentions').where('message_id', 'in', ids).where('tenant_id', '=', tenantId).execute();
    await trx.deleteFrom('pins').where('message_id', 'in', ids).where('tenant_id', '=', tenantId).execute();
    await trx.deleteFrom('reactions').where('message_id', 'in', ids).where('tenant_id', '=', tenantId).execute();
    await trx.deleteFrom('messages').where('id', 'in', ids).where('tenant_id', '=', tenantId).execute();
  });
  return true;
}

/** What the assistant was given goes with each. */
async function purgeTurns(db: Db, tenantId: string, roomId: string, limit: number): Promise<boolean> {
  const turns = await db
    .selectFrom('turns')
    .select('id')
    .where('room_id', '=', roomId)
    .where('tenant_id', '=', tenantId)
    .limit(limit)
    .execute();
  if (turns.length === 0) return false;
  const ids = turns.map((turn) => turn.id);
  await db.deleteFrom('turns').where('id', 'in', ids).where('tenant_id', '=', tenantId).execute();
  return true;
}
