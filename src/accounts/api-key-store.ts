// SQL of personal API keys: what is stored of a key is its hash.
import type { Selectable } from 'kysely';
import type { ApiKeysTable } from '../../database/schema.ts';
import type { DbOrTrx } from '../context.ts';

export type ApiKeyRow = Selectable<ApiKeysTable>;

export async function insertApiKey(db: DbOrTrx, row: ApiKeyRow): Promise<void> {
  await db.insertInto('api_keys').values(row).execute();
}

/** Those that were not revoked, the newest first; expired ones too, so that their owner sees why they stopped working. */
export async function listApiKeyRows(db: DbOrTrx, tenantId: string, userId: string): Promise<ApiKeyRow[]> {
  return db
    .selectFrom('api_keys')
    .selectAll()
    .where('user_id', '=', userId)
    .where('tenant_id', '=', tenantId)
    .where('revoked_at', 'is', null)
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .execute();
}

export interface KeyHolder {
  key: ApiKeyRow;
  name: string;
  role: 'admin' | 'member';
  disabledAt: number | null;
}

/** The key together with its person, in one query; the hash names no tenant, the row does. */
export async function findKeyHolder(db: DbOrTrx, keyHash: string): Promise<KeyHolder | undefined> {
  const row = await db
    .selectFrom('api_keys')
    .innerJoin('users', (join) =>
      join.onRef('users.id', '=', 'api_keys.user_id').onRef('users.tenant_id', '=', 'api_keys.tenant_id'),
    )
    .selectAll('api_keys')
    .select(['users.full_name as holderName', 'users.role as holderRole', 'users.disabled_at as holderDisabledAt'])
    .where('api_keys.key_hash', '=', keyHash)
    .executeTakeFirst();
  if (!row) return undefined;
  const { holderName, holderRole, holderDisabledAt, ...key } = row;
  return { key, name: holderName, role: holderRole, disabledAt: holderDisabledAt };
}

export async function touchApiKey(db: DbOrTrx, tenantId: string, keyId: string, lastUsedAt: number): Promise<void> {
  await db
    .updateTable('api_keys')
    .set({ last_used_at: lastUsedAt })
    .where('id', '=', keyId)
    .where('tenant_id', '=', tenantId)
    .execute();
}

/** @returns whether there was such a key of this person that stood */
export async function revokeApiKeyRow(
  db: DbOrTrx,
  tenantId: string,
  userId: string,
  keyId: string,
  now: number,
): Promise<boolean> {
  const result = await db
    .updateTable('api_keys')
    .set({ revoked_at: now })
    .where('id', '=', keyId)
    .where('user_id', '=', userId)
    .where('tenant_id', '=', tenantId)
    .where('revoked_at', 'is', null)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}
