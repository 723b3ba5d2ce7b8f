// SQL of accounts and of the one-row facts about the installation.
import type { Selectable } from 'kysely';
import type { UsersTable } from '../../database/schema.ts';
import type { DbOrTrx } from '../context.ts';
import { toIso } from '../lib/time.ts';
import type { User } from '../protocol/models.ts';
import type { Language } from '../protocol/names.ts';

export type UserRow = Selectable<UsersTable>;

export function toUser(row: UserRow): User {
  return {
    id: row.id,
    email: row.email,
    fullName: row.full_name,
    handle: row.handle,
    role: row.role,
    tenantId: row.tenant_id,
    language: row.language as Language,
    createdAt: toIso(row.created_at),
  };
}

export async function insertUser(db: DbOrTrx, row: UserRow): Promise<void> {
  await db.insertInto('users').values(row).execute();
}

export async function findUser(db: DbOrTrx, tenantId: string, userId: string): Promise<UserRow | undefined> {
  return db
    .selectFrom('users')
    .selectAll()
    .where('id', '=', userId)
    .where('tenant_id', '=', tenantId)
    .executeTakeFirst();
}

/** @param email lower-cased */
export async function findUserByEmail(db: DbOrTrx, tenantId: string, email: string): Promise<UserRow | undefined> {
  return db
    .selectFrom('users')
    .selectAll()
    .where('email', '=', email)
    .where('tenant_id', '=', tenantId)
    .executeTakeFirst();
}

/** Signing in names no tenant: an address belongs to one account of the installation. @param email lower-cased */
export async function findAnyUserByEmail(db: DbOrTrx, email: string): Promise<UserRow | undefined> {
  return db.selectFrom('users').selectAll().where('email', '=', email).executeTakeFirst();
}

/** Handles of the tenant that begin so. */
export async function listHandlesLike(db: DbOrTrx, tenantId: string, beginning: string): Promise<string[]> {
  const rows = await db
    .selectFrom('users')
    .select('handle')
    .where('tenant_id', '=', tenantId)
    .where('handle', '>=', beginning)
    .where('handle', '<', `${beginning}\uffff`)
    .execute();
  return rows.map((row) => row.handle);
}

export async function updateUser(
  db: DbOrTrx,
  tenantId: string,
  userId: string,
  change: Partial<Pick<UserRow, 'full_name' | 'language' | 'password_hash'>>,
): Promise<void> {
  if (Object.keys(change).length === 0) return;
  await db.updateTable('users').set(change).where('id', '=', userId).where('tenant_id', '=', tenantId).execute();
}

/** `bootstrap`: id of the first account · `setup_code`: hash of the code that the first account needs. */
export type SettingName = 'bootstrap' | 'setup_code';

export async function findSetting(db: DbOrTrx, tenantId: string, name: SettingName): Promise<string | undefined> {
  const row = await db
    .selectFrom('settings')
    .select('value')
    .where('tenant_id', '=', tenantId)
    .where('name', '=', name)
    .executeTakeFirst();
  return row?.value;
}

/** @throws a unique violation when it is set already: of two that try at once, one wins */
export async function insertSetting(db: DbOrTrx, tenantId: string, name: SettingName, value: string): Promise<void> {
  await db.insertInto('settings').values({ tenant_id: tenantId, name, value }).execute();
}

export async function deleteSetting(db: DbOrTrx, tenantId: string, name: SettingName): Promise<void> {
  await db.deleteFrom('settings').where('tenant_id', '=', tenantId).where('name', '=', name).execute();
}
