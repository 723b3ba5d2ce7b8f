// SQL of memories and their versions, and how a row becomes what people see.
import type { Selectable } from 'kysely';
import type { MemoriesTable, MemoryVersionsTable } from '../../database/schema.ts';
import type { DbOrTrx } from '../context.ts';
import { toIso } from '../lib/time.ts';
import type { Memory, MemoryVersion } from '../protocol/memory-models.ts';
import type { MemoryScope, MemoryStatus } from '../protocol/names.ts';

export type MemoryRow = Selectable<MemoriesTable>;
/** With what became of the message it was found in: null when it is not there any more. */
export type KnownMemory = MemoryRow & { source_status: string | null; source_edited_at: number | null };

/** Where memories lie together. */
export interface Place {
  scope: MemoryScope;
  scopeId: string;
}

export const LIVING: readonly MemoryStatus[] = ['proposed', 'accepted'];

/** Whoever takes back what they said does not expect to be answered with it: it waits until somebody keeps it all the same. */
export const isSourceGone = (row: KnownMemory): boolean =>
  row.source_message_id !== null && (row.source_status ?? 'deleted') === 'deleted';

/** What answers may be given. */
export const isUsable = (row: KnownMemory): boolean =>
  row.status === 'accepted' && row.is_used === 1 && !isSourceGone(row);

export function toMemory(row: KnownMemory): Memory {
  const isDeleted = isSourceGone(row);
  const isEdited = row.source_edited_at !== null && row.source_edited_at > row.created_at;
  return {
    id: row.id,
    scope: row.scope,
    ...(row.scope === 'room' ? { roomId: row.scope_id } : {}),
    ...(row.scope === 'person' ? { userId: row.scope_id } : {}),
    text: row.text,
    kind: row.kind,
    status: row.status,
    used: row.is_used === 1 && !isDeleted,
    origin: row.origin,
    source: {
      ...(row.source_message_id === null ? {} : { messageId: row.source_message_id }),
      ...(row.source_room_id === null ? {} : { roomId: row.source_room_id }),
      authorId: row.author_id,
      authorName: row.author_name,
      saidAt: toIso(row.said_at),
      ...(isDeleted ? { deleted: true as const } : {}),
      ...(isEdited && !isDeleted ? { edited: true as const } : {}),
    },
    ...(row.decided_by === null ? {} : { decidedBy: { id: row.decided_by, name: row.decided_by_name ?? '' } }),
    ...(row.decided_at === null ? {} : { decidedAt: toIso(row.decided_at) }),
    ...(row.supersedes_id === null ? {} : { supersedes: row.supersedes_id }),
    ...(row.superseded_by === null ? {} : { supersededBy: row.superseded_by }),
    createdAt: toIso(row.created_at),
    updatedAt: toIso(row.updated_at),
  };
}

export async function insertMemory(db: DbOrTrx, row: MemoryRow): Promise<void> {
  await db.insertInto('memories').values(row).execute();
}

const known = (db: DbOrTrx, tenantId: string) =>
  db
    .selectFrom('memories as f')
    .leftJoin('messages as m', 'm.id', 'f.source_message_id')
    .selectAll('f')
    .select(['m.status as source_status', 'm.edited_at as source_edited_at'])
    .where('f.tenant_id', '=', tenantId)
    .where('f.forgotten_at', 'is', null);

export async function findMemory(db: DbOrTrx, tenantId: string, memoryId: string): Promise<KnownMemory | undefined> {
  return known(db, tenantId).where('f.id', '=', memoryId).executeTakeFirst();
}

/** In no order. Those that were forgotten, or are of another tenant, are not in it. */
export async function findMemories(
  db: DbOrTrx,
  tenantId: string,
  memoryIds: readonly string[],
): Promise<KnownMemory[]> {
  if (memoryIds.length === 0) return [];
  return known(db, tenantId).where('f.id', 'in', memoryIds).execute();
}

/** Names of those who put others' words right, by memory: then what it says is theirs. */
export async function findCorrectors(
  db: DbOrTrx,
  tenantId: string,
  rows: readonly MemoryRow[],
): Promise<Map<string, string>> {
  if (rows.length === 0) return new Map();
  const authors = new Map(rows.map((row) => [row.id, row.author_id]));
  const edits = await db
    .selectFrom('memory_versions')
    .select(['memory_id', 'by_id', 'by_name'])
    .where('tenant_id', '=', tenantId)
    .where('memory_id', 'in', [...authors.keys()])
    .where('change', '=', 'edited')
    .orderBy('number')
    .execute();
  const last = new Map(edits.map((edit) => [edit.memory_id, edit]));
  return new Map(
    [...last].flatMap(([id, { by_id, by_name }]) =>
      by_id === null || by_id === authors.get(id) ? [] : [[id, by_name ?? '']],
    ),
  );
}

/** When each of these was forgotten, epoch ms, and whose it was; those that were not are not in it. */
export async function findForgotten(
  db: DbOrTrx,
  tenantId: string,
  memoryIds: readonly string[],
): Promise<Map<string, { at: number } & Place>> {
  if (memoryIds.length === 0) return new Map();
  const rows = await db
    .selectFrom('memories')
    .select(['id', 'scope', 'scope_id', 'forgotten_at'])
    .where('tenant_id', '=', tenantId)
    .where('id', 'in', memoryIds)
    .where('forgotten_at', 'is not', null)
    .execute();
  return new Map(rows.map((row) => [row.id, { at: row.forgotten_at!, scope: row.scope, scopeId: row.scope_id }]));
}

/** One page of a place, newest first. */
export async function listMemories(
  db: DbOrTrx,
  tenantId: string,
  place: Place,
  page: { statuses?: readonly MemoryStatus[]; usableOnly?: boolean; beforeId?: string | undefined; limit: number },
): Promise<KnownMemory[]> {
  let query = known(db, tenantId)
    .where('f.scope_id', '=', place.scopeId)
    .where('f.scope', '=', place.scope)
    .orderBy('f.id', 'desc')
    .limit(page.limit);
  if (page.statuses) query = query.where('f.status', 'in', page.statuses);
  if (page.usableOnly) {
    query = query
      .where('f.status', '=', 'accepted')
      .where('f.is_used', '=', 1)
      .where((eb) => eb.or([eb('f.source_message_id', 'is', null), eb('m.status', '!=', 'deleted')]));
  }
  if (page.beforeId !== undefined) query = query.where('f.id', '<', page.beforeId);
  return query.execute();
}

/** Those of these places where anything is remembered that was not forgotten. */
export async function placesWithMemories(db: DbOrTrx, tenantId: string, places: readonly Place[]): Promise<Place[]> {
  if (places.length === 0) return [];
  const rows = await db
    .selectFrom('memories')
    .select(['scope', 'scope_id'])
    .distinct()
    .where('tenant_id', '=', tenantId)
    .where('forgotten_at', 'is', null)
    .where(
      'scope_id',
      'in',
      places.map(({ scopeId }) => scopeId),
    )
    .execute();
  const found = new Set(rows.map(({ scope, scope_id }) => `${scope} ${scope_id}`));
  return places.filter(({ scope, scopeId }) => found.has(`${scope} ${scopeId}`));
}

/** Those that were found in this message. */
export async function findMemoriesOfMessage(db: DbOrTrx, tenantId: string, messageId: string): Promise<KnownMemory[]> {
  return known(db, tenantId).where('f.source_message_id', '=', messageId).execute();
}

/** Those that say exactly this. */
export async function findSameText(
  db: DbOrTrx,
  tenantId: string,
  place: Place,
  text: string,
): Promise<KnownMemory | undefined> {
  return known(db, tenantId)
    .where('f.scope_id', '=', place.scopeId)
    .where('f.scope', '=', place.scope)
    .where('f.status', 'in', LIVING)
    .where('f.text', '=', text)
    .executeTakeFirst();
}

export async function countLiving(db: DbOrTrx, tenantId: string, place: Place): Promise<number> {
  const { count } = await db
    .selectFrom('memories')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('tenant_id', '=', tenantId)
    .where('scope_id', '=', place.scopeId)
    .where('scope', '=', place.scope)
    .where('status', 'in', LIVING)
    .where('forgotten_at', 'is', null)
    .executeTakeFirstOrThrow();
  return Number(count);
}

export async function updateMemoryRow(
  db: DbOrTrx,
  tenantId: string,
  memoryId: string,
  change: Partial<MemoryRow>,
): Promise<void> {
  await db.updateTable('memories').set(change).where('id', '=', memoryId).where('tenant_id', '=', tenantId).execute();
}

export async function insertVersion(db: DbOrTrx, row: Selectable<MemoryVersionsTable>): Promise<void> {
  await db.insertInto('memory_versions').values(row).execute();
}

/** Newest first. */
export async function listVersions(db: DbOrTrx, tenantId: string, memoryId: string): Promise<MemoryVersion[]> {
  const rows = await db
    .selectFrom('memory_versions')
    .selectAll()
    .where('memory_id', '=', memoryId)
    .where('tenant_id', '=', tenantId)
    .orderBy('number', 'desc')
    .execute();
  return rows.map((row) => ({
    number: row.number,
    change: row.change,
    text: row.text,
    status: row.status,
    ...(row.by_id === null ? {} : { by: { id: row.by_id, name: row.by_name ?? '' } }),
    at: toIso(row.created_at),
  }));
}
