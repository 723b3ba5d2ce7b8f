// SQL of tool servers: what is wanted, what they offered, who may use what, which calls were made, which rooms were told.
import type { Insertable, Selectable } from 'kysely';
import { isUniqueViolation } from '../../database/errors.ts';
import type {
  McpApprovalsTable,
  McpCallsTable,
  McpNoticesTable,
  McpPoliciesTable,
  McpServersTable,
} from '../../database/schema.ts';
import type { Db, DbOrTrx } from '../context.ts';

export type ServerRow = Selectable<McpServersTable>;
export type PolicyRow = Selectable<McpPoliciesTable>;
export type ApprovalRow = Selectable<McpApprovalsTable>;
export type CallRow = Selectable<McpCallsTable>;

export const listServerRows = (db: DbOrTrx): Promise<ServerRow[]> => db.selectFrom('mcp_servers').selectAll().execute();

/** Stores what is given and leaves the rest; a server that is not known yet is wanted. */
export async function saveServerRow(
  db: DbOrTrx,
  name: string,
  change: Partial<Omit<ServerRow, 'name'>>,
): Promise<void> {
  const update = () => db.updateTable('mcp_servers').set(change).where('name', '=', name).executeTakeFirst();
  if ((await update()).numUpdatedRows > 0n) return;
  const row = { desired: 'connected' as const, changed_at: null, changed_by_name: null };
  try {
    await db
      .insertInto('mcp_servers')
      .values({ ...row, catalogue: null, catalogue_at: null, ...change, name })
      .execute();
  } catch (error) {
    // Its tools are listed for the first time while somebody says what is wanted of it.
    if (!isUniqueViolation(error)) throw error;
    await update();
  }
}

/** Of every room, or of those that are asked for. */
export async function listPolicies(
  db: DbOrTrx,
  tenantId: string,
  of: { roomIds?: string[]; server?: string; tool?: string } = {},
): Promise<PolicyRow[]> {
  let query = db.selectFrom('mcp_policies').selectAll().where('tenant_id', '=', tenantId);
  if (of.roomIds) query = query.where('room_id', 'in', of.roomIds);
  if (of.server !== undefined) query = query.where('server', '=', of.server);
  if (of.tool !== undefined) query = query.where('tool', '=', of.tool);
  return query.orderBy('server').orderBy('tool').orderBy('room_id').execute();
}

type PolicyKey = Pick<PolicyRow, 'tenant_id' | 'server' | 'tool' | 'room_id'>;

/** In place of what was said before. */
export async function setPolicy(db: Db, row: PolicyRow): Promise<void> {
  await db.transaction().execute(async (trx) => {
    await deletePolicy(trx, row);
    await trx.insertInto('mcp_policies').values(row).execute();
  });
}

export async function deletePolicy(db: DbOrTrx, key: PolicyKey): Promise<void> {
  await db
    .deleteFrom('mcp_policies')
    .where('tenant_id', '=', key.tenant_id)
    .where('server', '=', key.server)
    .where('tool', '=', key.tool)
    .where('room_id', '=', key.room_id)
    .execute();
}

export async function listApprovals(db: DbOrTrx, tenantId: string, roomId?: string): Promise<ApprovalRow[]> {
  let query = db.selectFrom('mcp_approvals').selectAll().where('tenant_id', '=', tenantId);
  if (roomId !== undefined) query = query.where('room_id', '=', roomId);
  return query.orderBy('server').orderBy('tool').orderBy('room_id').execute();
}

/** In place of an earlier one. */
export async function saveApproval(db: Db, row: ApprovalRow): Promise<void> {
  await db.transaction().execute(async (trx) => {
    await deleteApprovals(trx, row);
    await trx.insertInto('mcp_approvals').values(row).execute();
  });
}

/** Of one room, or of all when none is named. */
export async function deleteApprovals(
  db: DbOrTrx,
  key: Pick<ApprovalRow, 'tenant_id' | 'server' | 'tool'> & { room_id?: string },
): Promise<void> {
  let query = db
    .deleteFrom('mcp_approvals')
    .where('tenant_id', '=', key.tenant_id)
    .where('server', '=', key.server)
    .where('tool', '=', key.tool);
  if (key.room_id !== undefined) query = query.where('room_id', '=', key.room_id);
  await query.execute();
}

export async function insertCall(db: DbOrTrx, row: Insertable<McpCallsTable>): Promise<void> {
  await db.insertInto('mcp_calls').values(row).execute();
}

/** Newest first, with the name of the room while it is there. */
export async function listCalls(
  db: DbOrTrx,
  tenantId: string,
  of: { server?: string | undefined; isFailed?: boolean | undefined; beforeId?: string | undefined; limit: number },
): Promise<(CallRow & { room_name: string | null })[]> {
  let query = db
    .selectFrom('mcp_calls as c')
    .leftJoin('rooms as r', (join) => join.onRef('r.id', '=', 'c.room_id').onRef('r.tenant_id', '=', 'c.tenant_id'))
    .selectAll('c')
    .select('r.name as room_name')
    .where('c.tenant_id', '=', tenantId);
  if (of.server !== undefined) query = query.where('c.server', '=', of.server);
  if (of.isFailed) query = query.where('c.outcome', '!=', 'ok');
  if (of.beforeId !== undefined) query = query.where('c.id', '<', of.beforeId);
  return query.orderBy('c.id', 'desc').limit(of.limit).execute();
}

export async function countCallsSince(
  db: DbOrTrx,
  tenantId: string,
  since: number,
): Promise<{ calls: number; failed: number }> {
  const rows = await db
    .selectFrom('mcp_calls')
    .select((eb) => ['outcome', eb.fn.countAll<number>().as('calls')])
    .where('tenant_id', '=', tenantId)
    .where('started_at', '>=', since)
    .groupBy('outcome')
    .execute();
  const sum = (list: typeof rows) => list.reduce((total, row) => total + Number(row.calls), 0);
  return { calls: sum(rows), failed: sum(rows.filter((row) => row.outcome !== 'ok')) };
}

/** Forgets the oldest beyond `kept`. */
export async function pruneCalls(db: DbOrTrx, tenantId: string, kept: number): Promise<void> {
  const oldest = await db
    .selectFrom('mcp_calls')
    .select('id')
    .where('tenant_id', '=', tenantId)
    .orderBy('id', 'desc')
    .offset(kept)
    .limit(1)
    .executeTakeFirst();
  if (!oldest) return;
  await db.deleteFrom('mcp_calls').where('tenant_id', '=', tenantId).where('id', '<=', oldest.id).execute();
}

/** Rooms that used a server's tools, or tried to, since then. */
export async function listRoomsUsing(
  db: DbOrTrx,
  server: string,
  since: number,
): Promise<{ tenant_id: string; room_id: string }[]> {
  const rows = await db
    .selectFrom('mcp_calls as c')
    .innerJoin('rooms as r', 'r.id', 'c.room_id')
    .select(['r.tenant_id', 'r.id as room_id'])
    .distinct()
    .where('c.server', '=', server)
    .where('c.started_at', '>=', since)
    .where('r.archived_at', 'is', null)
    .execute();
  return rows;
}

/** @param names ids or slugs */
export async function listRoomsNamed(
  db: DbOrTrx,
  names: string[],
): Promise<{ tenant_id: string; room_id: string; name: string }[]> {
  if (names.length === 0) return [];
  return db
    .selectFrom('rooms')
    .select(['tenant_id', 'id as room_id', 'name'])
    .where((eb) => eb.or([eb('id', 'in', names), eb('slug', 'in', names)]))
    .where('archived_at', 'is', null)
    .execute();
}

export async function listNotices(db: DbOrTrx, server: string): Promise<Selectable<McpNoticesTable>[]> {
  return db.selectFrom('mcp_notices').selectAll().where('server', '=', server).execute();
}

/** @returns false when this room was told before */
export async function insertNotice(db: DbOrTrx, row: Insertable<McpNoticesTable>): Promise<boolean> {
  const known = await db
    .selectFrom('mcp_notices')
    .select('gone_at')
    .where('room_id', '=', row.room_id)
    .where('server', '=', row.server)
    .executeTakeFirst();
  if (known) return false;
  await db.insertInto('mcp_notices').values(row).execute();
  return true;
}

/** @returns false when there was none */
export async function deleteNotice(db: DbOrTrx, roomId: string, server: string): Promise<boolean> {
  const deleted = await db
    .deleteFrom('mcp_notices')
    .where('room_id', '=', roomId)
    .where('server', '=', server)
    .executeTakeFirst();
  return deleted.numDeletedRows > 0n;
}
