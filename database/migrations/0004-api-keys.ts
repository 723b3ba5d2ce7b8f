// Personal API keys: what programs of a person sign in with.
import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

const ID = 'varchar(36)';
const TIME = 'bigint';

export const apiKeys: Migration = {
  async up(db: Kysely<Record<string, never>>) {
    await db.schema
      .createTable('api_keys')
      .ifNotExists()
      .addColumn('id', ID, (c) => c.primaryKey())
      .addColumn('tenant_id', ID, (c) => c.notNull())
      .addColumn('user_id', ID, (c) => c.notNull().references('users.id').onDelete('cascade'))
      .addColumn('name', 'varchar(255)', (c) => c.notNull())
      .addColumn('prefix', 'varchar(32)', (c) => c.notNull())
      .addColumn('key_hash', 'varchar(64)', (c) => c.notNull())
      .addColumn('scopes', 'varchar(255)', (c) => c.notNull())
      .addColumn('created_at', TIME, (c) => c.notNull())
      .addColumn('expires_at', TIME)
      .addColumn('last_used_at', TIME)
      .addColumn('revoked_at', TIME)
      .addUniqueConstraint('api_keys_hash', ['key_hash'])
      .execute();
    await db.schema
      .createIndex('api_keys_user')
      .ifNotExists()
      .on('api_keys')
      .columns(['user_id', 'created_at'])
      .execute();
  },
};
