// The first tables: accounts, rooms, messages, turns, jobs, and the full-text index of messages.
import { type ColumnDataType, type Expression, type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import { type DialectName, dialectOf } from '../dialect.ts';

/** Kept here as it was when this migration was written. */
const DEFAULT_TENANT_ID = '00000000-0000-7000-8000-000000000001';

/** The rows that this migration itself writes. */
interface Tables {
  tenants: { id: string; name: string; created_at: number };
}

// Each of these is a line of text made by people or a fixed word; lengths are those that MySQL can index.
const ID = 'varchar(36)';
const WORD = 'varchar(32)';
const LINE = 'varchar(255)';
const FLAG = 'smallint';
const TIME = 'bigint';

type Type = ColumnDataType | Expression<unknown>;
/** MySQL's `text` ends at 64 kB. */
const longText = (dialect: DialectName): Type => (dialect === 'mysql' ? sql`longtext` : 'text');

export const initial: Migration = {
  async up(db: Kysely<Tables>) {
    const dialect = dialectOf(db);
    await createAccountTables(db);
    await createRoomTables(db, longText(dialect));
    await createMessageTables(db, longText(dialect), dialect);
    await createTurnTables(db, longText(dialect));
    await createJobTable(db, longText(dialect));
    if (dialect === 'sqlite') await createSqliteSearch(db);
  },
};

async function createAccountTables(db: Kysely<Tables>): Promise<void> {
  await db.schema
    .createTable('tenants')
    .ifNotExists()
    .addColumn('id', ID, (c) => c.primaryKey())
    .addColumn('name', LINE, (c) => c.notNull())
    .addColumn('created_at', TIME, (c) => c.notNull())
    .execute();
  const tenant = await db.selectFrom('tenants').select('id').where('id', '=', DEFAULT_TENANT_ID).executeTakeFirst();
  if (!tenant) {
    await db
      .insertInto('tenants')
      .values({ id: DEFAULT_TENANT_ID, name: 'ProjectWise', created_at: Date.now() })
      .execute();
  }

  await db.schema
    .createTable('users')
    .ifNotExists()
    .addColumn('id', ID, (c) => c.primaryKey())
    .addColumn('tenant_id', ID, (c) => c.notNull().references('tenants.id'))
    .addColumn('email', LINE, (c) => c.notNull())
    .addColumn('full_name', LINE, (c) => c.notNull())
    .addColumn('handle', 'varchar(64)', (c) => c.notNull())
    .addColumn('password_hash', LINE, (c) => c.notNull())
    .addColumn('role', WORD, (c) => c.notNull())
    .addColumn('language', WORD, (c) => c.notNull())
    .addColumn('created_at', TIME, (c) => c.notNull())
    .addColumn('disabled_at', TIME)
    .addUniqueConstraint('users_email', ['email'])
    .addUniqueConstraint('users_handle', ['tenant_id', 'handle'])
    .execute();

  await db.schema
    .createTable('sessions')
    .ifNotExists()
    .addColumn('id', ID, (c) => c.primaryKey())
    .addColumn('tenant_id', ID, (c) => c.notNull())
    .addColumn('user_id', ID, (c) => c.notNull().references('users.id').onDelete('cascade'))
    .addColumn('user_agent', LINE, (c) => c.notNull())
    .addColumn('created_at', TIME, (c) => c.notNull())
    .addColumn('last_seen_at', TIME, (c) => c.notNull())
    .addColumn('expires_at', TIME, (c) => c.notNull())
    .addColumn('ended_at', TIME)
    .execute();
  await createIndex(db, 'sessions', 'sessions_user', ['user_id', 'created_at']);

  await db.schema
    .createTable('settings')
    .ifNotExists()
    .addColumn('tenant_id', ID, (c) => c.notNull())
    .addColumn('name', 'varchar(64)', (c) => c.notNull())
    .addColumn('value', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('settings_key', ['tenant_id', 'name'])
    .execute();
}

async function createRoomTables(db: Kysely<Tables>, long: Type): Promise<void> {
  await db.schema
    .createTable('rooms')
    .ifNotExists()
    .addColumn('id', ID, (c) => c.primaryKey())
    .addColumn('tenant_id', ID, (c) => c.notNull().references('tenants.id'))
    .addColumn('kind', WORD, (c) => c.notNull())
    .addColumn('name', LINE, (c) => c.notNull())
    .addColumn('slug', 'varchar(128)', (c) => c.notNull())
    .addColumn('assistant_trigger', WORD, (c) => c.notNull())
    .addColumn('brief', long, (c) => c.notNull())
    .addColumn('summary', long, (c) => c.notNull())
    .addColumn('summary_seq', TIME, (c) => c.notNull())
    .addColumn('language', WORD, (c) => c.notNull())
    .addColumn('time_zone', 'varchar(64)', (c) => c.notNull())
    .addColumn('last_seq', TIME, (c) => c.notNull())
    .addColumn('auto_title', FLAG, (c) => c.notNull())
    .addColumn('is_default', FLAG, (c) => c.notNull())
    .addColumn('created_by', ID, (c) => c.notNull())
    .addColumn('created_at', TIME, (c) => c.notNull())
    .addColumn('last_activity_at', TIME, (c) => c.notNull())
    .addColumn('archived_at', TIME)
    .addUniqueConstraint('rooms_slug', ['tenant_id', 'slug'])
    .execute();

  await db.schema
    .createTable('room_members')
    .ifNotExists()
    .addColumn('tenant_id', ID, (c) => c.notNull())
    .addColumn('room_id', ID, (c) => c.notNull().references('rooms.id').onDelete('cascade'))
    .addColumn('user_id', ID, (c) => c.notNull().references('users.id').onDelete('cascade'))
    .addColumn('role', WORD, (c) => c.notNull())
    .addColumn('read_seq', TIME, (c) => c.notNull())
    .addColumn('joined_at', TIME, (c) => c.notNull())
    .addPrimaryKeyConstraint('room_members_key', ['room_id', 'user_id'])
    .execute();
  await createIndex(db, 'room_members', 'room_members_user', ['user_id', 'room_id']);

  await db.schema
    .createTable('room_invites')
    .ifNotExists()
    .addColumn('id', ID, (c) => c.primaryKey())
    .addColumn('tenant_id', ID, (c) => c.notNull())
    .addColumn('room_id', ID, (c) => c.notNull().references('rooms.id').onDelete('cascade'))
    .addColumn('code_hash', 'varchar(64)', (c) => c.notNull())
    .addColumn('role', WORD, (c) => c.notNull())
    .addColumn('max_uses', 'integer', (c) => c.notNull())
    .addColumn('uses', 'integer', (c) => c.notNull())
    .addColumn('created_by', ID, (c) => c.notNull())
    .addColumn('created_at', TIME, (c) => c.notNull())
    .addColumn('expires_at', TIME, (c) => c.notNull())
    .addColumn('revoked_at', TIME)
    .addUniqueConstraint('room_invites_code', ['code_hash'])
    .execute();
  await createIndex(db, 'room_invites', 'room_invites_room', ['room_id', 'created_at']);
}

async function createMessageTables(db: Kysely<Tables>, long: Type, dialect: DialectName): Promise<void> {
  await db.schema
    .createTable('messages')
    .ifNotExists()
    // The full-text index points at rows by this number; an implicit rowid would change with VACUUM.
    .$call((table) => (dialect === 'sqlite' ? table.addColumn('search_id', 'integer', (c) => c.primaryKey()) : table))
    .addColumn('id', ID, (c) => (dialect === 'sqlite' ? c.notNull().unique() : c.primaryKey()))
    .addColumn('tenant_id', ID, (c) => c.notNull())
    .addColumn('room_id', ID, (c) => c.notNull().references('rooms.id').onDelete('cascade'))
    .addColumn('seq', TIME, (c) => c.notNull())
    .addColumn('changed_seq', TIME, (c) => c.notNull())
    .addColumn('client_id', 'varchar(64)')
    .addColumn('author_kind', WORD, (c) => c.notNull())
    .addColumn('author_id', ID, (c) => c.notNull())
    .addColumn('author_name', LINE, (c) => c.notNull())
    .addColumn('text', long, (c) => c.notNull())
    .addColumn('status', WORD, (c) => c.notNull())
    .addColumn('mentions', long, (c) => c.notNull())
    .addColumn('reply_to_id', ID)
    .addColumn('retry_of', ID)
    .addColumn('turn_id', ID)
    .addColumn('question_id', ID)
    .addColumn('asked_by', ID)
    .addColumn('asked_by_name', LINE)
    .addColumn('steps', long)
    .addColumn('sources', long)
    .addColumn('model', LINE)
    .addColumn('usage', 'text')
    .addColumn('system_note', 'text')
    .addColumn('tokens', 'integer')
    .addColumn('created_at', TIME, (c) => c.notNull())
    .addColumn('edited_at', TIME)
    .addUniqueConstraint('messages_seq', ['room_id', 'seq'])
    .addUniqueConstraint('messages_client_id', ['room_id', 'author_id', 'client_id'])
    .execute();
  await createIndex(db, 'messages', 'messages_changed', ['room_id', 'changed_seq']);

  await db.schema
    .createTable('mentions')
    .ifNotExists()
    .addColumn('tenant_id', ID, (c) => c.notNull())
    .addColumn('message_id', ID, (c) => c.notNull().references('messages.id').onDelete('cascade'))
    .addColumn('room_id', ID, (c) => c.notNull())
    .addColumn('user_id', ID, (c) => c.notNull())
    .addColumn('seq', TIME, (c) => c.notNull())
    .addPrimaryKeyConstraint('mentions_key', ['message_id', 'user_id'])
    .execute();
  await createIndex(db, 'mentions', 'mentions_unread', ['room_id', 'user_id', 'seq']);

  await db.schema
    .createTable('reactions')
    .ifNotExists()
    .addColumn('tenant_id', ID, (c) => c.notNull())
    .addColumn('message_id', ID, (c) => c.notNull().references('messages.id').onDelete('cascade'))
    .addColumn('room_id', ID, (c) => c.notNull())
    .addColumn('user_id', ID, (c) => c.notNull())
    .addColumn('emoji', WORD, (c) => c.notNull())
    .addColumn('created_at', TIME, (c) => c.notNull())
    .addPrimaryKeyConstraint('reactions_key', ['message_id', 'user_id', 'emoji'])
    .execute();
}

async function createTurnTables(db: Kysely<Tables>, long: Type): Promise<void> {
  await db.schema
    .createTable('turns')
    .ifNotExists()
    .addColumn('id', ID, (c) => c.primaryKey())
    .addColumn('tenant_id', ID, (c) => c.notNull())
    .addColumn('room_id', ID, (c) => c.notNull().references('rooms.id').onDelete('cascade'))
    .addColumn('message_id', ID, (c) => c.notNull())
    .addColumn('question_id', ID, (c) => c.notNull())
    .addColumn('asked_by', ID, (c) => c.notNull())
    .addColumn('asked_by_name', LINE, (c) => c.notNull())
    .addColumn('retry_of', ID)
    .addColumn('state', WORD, (c) => c.notNull())
    .addColumn('reason', WORD)
    .addColumn('queued_seq', TIME, (c) => c.notNull())
    .addColumn('model', LINE)
    .addColumn('node_id', 'varchar(64)')
    .addColumn('lease_until', TIME)
    .addColumn('created_at', TIME, (c) => c.notNull())
    .addColumn('started_at', TIME)
    .addColumn('ended_at', TIME)
    .execute();
  await createIndex(db, 'turns', 'turns_room', ['room_id', 'state', 'queued_seq']);
  await createIndex(db, 'turns', 'turns_state', ['state', 'lease_until']);
  await createIndex(db, 'turns', 'turns_message', ['message_id']);

  await db.schema
    .createTable('turn_contexts')
    .ifNotExists()
    .addColumn('tenant_id', ID, (c) => c.notNull())
    .addColumn('turn_id', ID, (c) => c.primaryKey().references('turns.id').onDelete('cascade'))
    .addColumn('room_id', ID, (c) => c.notNull())
    .addColumn('message_id', ID, (c) => c.notNull())
    .addColumn('prompt_hash', 'varchar(64)', (c) => c.notNull())
    .addColumn('sections', long, (c) => c.notNull())
    .addColumn('timings', 'text', (c) => c.notNull())
    .addColumn('created_at', TIME, (c) => c.notNull())
    .execute();
  await createIndex(db, 'turn_contexts', 'turn_contexts_message', ['message_id']);
}

async function createJobTable(db: Kysely<Tables>, long: Type): Promise<void> {
  await db.schema
    .createTable('jobs')
    .ifNotExists()
    .addColumn('id', ID, (c) => c.primaryKey())
    .addColumn('tenant_id', ID, (c) => c.notNull())
    .addColumn('kind', 'varchar(64)', (c) => c.notNull())
    // Null once the job was taken: only jobs that still wait exclude their like.
    .addColumn('dedupe_key', LINE)
    .addColumn('payload', long, (c) => c.notNull())
    .addColumn('run_at', TIME, (c) => c.notNull())
    .addColumn('attempts', 'integer', (c) => c.notNull())
    .addColumn('max_attempts', 'integer', (c) => c.notNull())
    .addColumn('status', WORD, (c) => c.notNull())
    .addColumn('locked_by', 'varchar(64)')
    .addColumn('lease_until', TIME)
    .addColumn('last_error', long)
    .addColumn('created_at', TIME, (c) => c.notNull())
    .addUniqueConstraint('jobs_dedupe', ['dedupe_key'])
    .execute();
  await createIndex(db, 'jobs', 'jobs_due', ['status', 'run_at']);
}

/**
 * Full text of what can be found: finished and not deleted messages. The index holds no copy of the text; the view is where it reads it.
 * `room` is the room's id as one word, so that a search is a lookup inside one room however many there are.
 * Neither an index of prefixes nor FTS5's secure-delete: docs/decisions/0009.
 */
async function createSqliteSearch(db: Kysely<Tables>): Promise<void> {
  const found = sql.raw(`status NOT IN ('streaming', 'deleted')`);
  const oldRow = sql.raw(`SELECT 'delete', old.search_id, replace(old.room_id, '-', ''), old.text`);
  const oldFound = sql.raw(`old.status NOT IN ('streaming', 'deleted')`);
  const newRow = sql.raw(`SELECT new.search_id, replace(new.room_id, '-', ''), new.text`);
  const newFound = sql.raw(`new.status NOT IN ('streaming', 'deleted')`);
  const steps = [
    sql`CREATE VIEW IF NOT EXISTS message_search_source AS
        SELECT search_id, replace(room_id, '-', '') AS room, text AS body FROM messages WHERE ${found}`,
    sql`CREATE VIRTUAL TABLE IF NOT EXISTS message_search USING fts5(
        room, body, content='message_search_source', content_rowid='search_id', columnsize=0,
        tokenize='unicode61 remove_diacritics 2')`,
    // With the default of 4 a merge by steps stops halfway when two or three new parts of the index come in between.
    sql`INSERT INTO message_search(message_search, rank) VALUES ('usermerge', 2)`,
    sql`CREATE TRIGGER IF NOT EXISTS message_search_insert AFTER INSERT ON messages WHEN ${newFound} BEGIN
          INSERT INTO message_search(rowid, room, body) ${newRow};
        END`,
    sql`CREATE TRIGGER IF NOT EXISTS message_search_delete AFTER DELETE ON messages WHEN ${oldFound} BEGIN
          INSERT INTO message_search(message_search, rowid, room, body) ${oldRow};
        END`,
    sql`CREATE TRIGGER IF NOT EXISTS message_search_update AFTER UPDATE OF text, status ON messages
        WHEN old.status <> new.status OR (old.text <> new.text AND ${newFound}) BEGIN
          INSERT INTO message_search(message_search, rowid, room, body) ${oldRow} WHERE ${oldFound};
          INSERT INTO message_search(rowid, room, body) ${newRow} WHERE ${newFound};
        END`,
  ];
  for (const step of steps) await step.execute(db);
}

const createIndex = (db: Kysely<Tables>, table: string, name: string, columns: string[]): Promise<void> =>
  db.schema.createIndex(name).ifNotExists().on(table).columns(columns).execute();
