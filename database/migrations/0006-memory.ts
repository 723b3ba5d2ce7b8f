// Memories: what is remembered, its versions, the words it is found by, and which messages were forgotten; what each room wants remembered.
import { type ColumnDataType, type Expression, type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import { dialectOf } from '../dialect.ts';

const ID = 'varchar(36)';
const WORD = 'varchar(32)';
const LINE = 'varchar(255)';
const TIME = 'bigint';
const FLAG = 'smallint';

type Tables = Record<string, never>;

export const memories: Migration = {
  async up(db: Kysely<Tables>) {
    const long: ColumnDataType | Expression<unknown> = dialectOf(db) === 'mysql' ? sql`longtext` : 'text';
    await db.schema
      .createTable('memories')
      .ifNotExists()
      .addColumn('id', ID, (c) => c.primaryKey())
      .addColumn('tenant_id', ID, (c) => c.notNull())
      .addColumn('scope', WORD, (c) => c.notNull())
      .addColumn('scope_id', ID, (c) => c.notNull())
      .addColumn('text', long, (c) => c.notNull())
      .addColumn('kind', WORD, (c) => c.notNull())
      .addColumn('subject', LINE)
      .addColumn('status', WORD, (c) => c.notNull())
      .addColumn('is_used', FLAG, (c) => c.notNull())
      .addColumn('origin', WORD, (c) => c.notNull())
      .addColumn('author_id', ID, (c) => c.notNull())
      .addColumn('author_name', LINE, (c) => c.notNull())
      .addColumn('source_room_id', ID)
      .addColumn('source_message_id', ID)
      .addColumn('said_at', TIME, (c) => c.notNull())
      .addColumn('decided_by', ID)
      .addColumn('decided_by_name', LINE)
      .addColumn('decided_at', TIME)
      .addColumn('supersedes_id', ID)
      .addColumn('superseded_by', ID)
      .addColumn('version', 'integer', (c) => c.notNull())
      .addColumn('indexed_as', LINE)
      .addColumn('indexed_version', 'integer')
      .addColumn('created_at', TIME, (c) => c.notNull())
      .addColumn('updated_at', TIME, (c) => c.notNull())
      .addColumn('forgotten_at', TIME)
      .execute();
    await createIndex(db, 'memories', 'memories_scope', ['scope_id', 'status', 'id']);
    await createIndex(db, 'memories', 'memories_source', ['source_message_id']);

    await db.schema
      .createTable('memory_versions')
      .ifNotExists()
      .addColumn('tenant_id', ID, (c) => c.notNull())
      .addColumn('memory_id', ID, (c) => c.notNull().references('memories.id').onDelete('cascade'))
      .addColumn('number', 'integer', (c) => c.notNull())
      .addColumn('change', WORD, (c) => c.notNull())
      .addColumn('text', long, (c) => c.notNull())
      .addColumn('status', WORD, (c) => c.notNull())
      .addColumn('by_id', ID)
      .addColumn('by_name', LINE)
      .addColumn('created_at', TIME, (c) => c.notNull())
      .addPrimaryKeyConstraint('memory_versions_key', ['memory_id', 'number'])
      .execute();

    // Rows instead of a full-text index: portable, read by scope first, and what is deleted from them is gone at once.
    await db.schema
      .createTable('memory_terms')
      .ifNotExists()
      .addColumn('tenant_id', ID, (c) => c.notNull())
      .addColumn('memory_id', ID, (c) => c.notNull().references('memories.id').onDelete('cascade'))
      .addColumn('scope_id', ID, (c) => c.notNull())
      .addColumn('term', 'varchar(64)', (c) => c.notNull())
      .addPrimaryKeyConstraint('memory_terms_key', ['memory_id', 'term'])
      .execute();
    await createIndex(db, 'memory_terms', 'memory_terms_scope', ['scope_id', 'term', 'tenant_id', 'memory_id']);

    await db.schema
      .createTable('forgotten_messages')
      .ifNotExists()
      .addColumn('tenant_id', ID, (c) => c.notNull())
      .addColumn('message_id', ID, (c) => c.primaryKey())
      .addColumn('room_id', ID, (c) => c.notNull())
      .addColumn('forgotten_at', TIME, (c) => c.notNull())
      .execute();
    await createIndex(db, 'forgotten_messages', 'forgotten_messages_room', ['room_id']);

    const has = await columnsThere(db);
    if (!has('rooms', 'memory_mode')) {
      await db.schema
        .alterTable('rooms')
        .addColumn('memory_mode', WORD, (c) => c.notNull().defaultTo('ask'))
        .execute();
      await sql`update rooms set memory_mode = 'auto' where kind = 'personal'`.execute(db);
    }
    if (!has('rooms', 'memory_seq')) {
      await db.schema
        .alterTable('rooms')
        .addColumn('memory_seq', TIME, (c) => c.notNull().defaultTo(0))
        .execute();
      // What was said before anybody knew of this is not looked at.
      await sql`update rooms set memory_seq = last_seq`.execute(db);
    }
    if (!has('room_members', 'personal_memory')) {
      await db.schema
        .alterTable('room_members')
        .addColumn('personal_memory', FLAG, (c) => c.notNull().defaultTo(0))
        .execute();
    }
  },
};

/** A column cannot be added "if not exists" everywhere. */
async function columnsThere(db: Kysely<Tables>): Promise<(table: string, column: string) => boolean> {
  const tables = await db.introspection.getTables();
  return (table, column) =>
    tables.some(({ name, columns }) => name === table && columns.some((one) => one.name === column));
}

const createIndex = (db: Kysely<Tables>, table: string, name: string, columns: string[]): Promise<void> =>
  db.schema.createIndex(name).ifNotExists().on(table).columns(columns).execute();
