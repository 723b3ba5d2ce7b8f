// Tool servers: what is wanted of them, what they last offered, who may use which tool where, every call, and which rooms were told.
import { type ColumnDataType, type Expression, type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import { dialectOf } from '../dialect.ts';

const ID = 'varchar(36)';
const WORD = 'varchar(32)';
const SERVER = 'varchar(64)';
const TOOL = 'varchar(200)';
const LINE = 'varchar(255)';
const TIME = 'bigint';

export const toolServers: Migration = {
  async up(db: Kysely<Record<string, never>>) {
    const long: ColumnDataType | Expression<unknown> = dialectOf(db) === 'mysql' ? sql`longtext` : 'text';
    // Servers belong to the installation: this is the one table without a tenant besides that of tenants.
    await db.schema
      .createTable('mcp_servers')
      .ifNotExists()
      .addColumn('name', SERVER, (c) => c.primaryKey())
      .addColumn('desired', WORD, (c) => c.notNull())
      .addColumn('changed_at', TIME)
      .addColumn('changed_by_name', LINE)
      .addColumn('catalogue', long)
      .addColumn('catalogue_at', TIME)
      .execute();

    await db.schema
      .createTable('mcp_policies')
      .ifNotExists()
      .addColumn('tenant_id', ID, (c) => c.notNull())
      .addColumn('server', SERVER, (c) => c.notNull())
      .addColumn('tool', TOOL, (c) => c.notNull())
      .addColumn('room_id', ID, (c) => c.notNull())
      .addColumn('policy', WORD, (c) => c.notNull())
      .addColumn('decided_by_name', LINE, (c) => c.notNull())
      .addColumn('decided_at', TIME, (c) => c.notNull())
      .addPrimaryKeyConstraint('mcp_policies_key', ['tenant_id', 'server', 'tool', 'room_id'])
      .execute();

    await db.schema
      .createTable('mcp_approvals')
      .ifNotExists()
      .addColumn('tenant_id', ID, (c) => c.notNull())
      .addColumn('room_id', ID, (c) => c.notNull().references('rooms.id').onDelete('cascade'))
      .addColumn('server', SERVER, (c) => c.notNull())
      .addColumn('tool', TOOL, (c) => c.notNull())
      .addColumn('definition', 'varchar(64)', (c) => c.notNull())
      .addColumn('decided_by_name', LINE, (c) => c.notNull())
      .addColumn('decided_at', TIME, (c) => c.notNull())
      .addPrimaryKeyConstraint('mcp_approvals_key', ['room_id', 'server', 'tool'])
      .execute();

    await db.schema
      .createTable('mcp_calls')
      .ifNotExists()
      .addColumn('id', ID, (c) => c.primaryKey())
      .addColumn('tenant_id', ID, (c) => c.notNull())
      .addColumn('server', SERVER, (c) => c.notNull())
      .addColumn('tool', TOOL, (c) => c.notNull())
      .addColumn('room_id', ID)
      .addColumn('turn_id', ID)
      .addColumn('user_id', ID, (c) => c.notNull())
      .addColumn('user_name', LINE, (c) => c.notNull())
      .addColumn('outcome', WORD, (c) => c.notNull())
      .addColumn('detail', LINE)
      .addColumn('allowed', WORD)
      .addColumn('args_hash', 'varchar(64)', (c) => c.notNull())
      .addColumn('result_units', 'integer', (c) => c.notNull())
      .addColumn('started_at', TIME, (c) => c.notNull())
      .addColumn('took_ms', 'integer', (c) => c.notNull())
      .execute();
    await createIndex(db, 'mcp_calls', 'mcp_calls_tenant', ['tenant_id', 'id']);
    await createIndex(db, 'mcp_calls', 'mcp_calls_room', ['server', 'room_id', 'started_at']);

    await db.schema
      .createTable('mcp_notices')
      .ifNotExists()
      .addColumn('tenant_id', ID, (c) => c.notNull())
      .addColumn('room_id', ID, (c) => c.notNull().references('rooms.id').onDelete('cascade'))
      .addColumn('server', SERVER, (c) => c.notNull())
      .addColumn('gone_at', TIME, (c) => c.notNull())
      .addPrimaryKeyConstraint('mcp_notices_key', ['room_id', 'server'])
      .execute();
  },
};

const createIndex = (
  db: Kysely<Record<string, never>>,
  table: string,
  name: string,
  columns: string[],
): Promise<void> => db.schema.createIndex(name).ifNotExists().on(table).columns(columns).execute();
