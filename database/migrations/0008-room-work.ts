// What people do with a room besides talking in it: pins, forwarded messages, and how much each member wants to hear of it.
import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import { hasColumn } from '../has-column.ts';

const ID = 'varchar(36)';
const LINE = 'varchar(255)';
const TIME = 'bigint';

export const roomWork: Migration = {
  async up(db: Kysely<Record<string, never>>) {
    await db.schema
      .createTable('pins')
      .ifNotExists()
      .addColumn('message_id', ID, (c) => c.primaryKey())
      .addColumn('tenant_id', ID, (c) => c.notNull())
      .addColumn('room_id', ID, (c) => c.notNull().references('rooms.id').onDelete('cascade'))
      .addColumn('pinned_by', ID, (c) => c.notNull())
      .addColumn('pinned_by_name', LINE, (c) => c.notNull())
      .addColumn('pinned_at', TIME, (c) => c.notNull())
      .execute();
    await createIndex(db, 'pins', 'pins_room', ['room_id', 'pinned_at']);
    // Whose mentions these are, the newest first: ids of messages rise with time.
    await createIndex(db, 'mentions', 'mentions_person', ['user_id', 'message_id']);

    if (!(await hasColumn(db, 'messages', 'forwarded'))) {
      await db.schema.alterTable('messages').addColumn('forwarded', LINE).execute();
    }
    if (!(await hasColumn(db, 'room_members', 'notify'))) {
      await db.schema
        .alterTable('room_members')
        .addColumn('notify', 'varchar(32)', (c) => c.notNull().defaultTo('all'))
        .execute();
    }
  },
};

const createIndex = (
  db: Kysely<Record<string, never>>,
  table: string,
  name: string,
  columns: string[],
): Promise<void> => db.schema.createIndex(name).ifNotExists().on(table).columns(columns).execute();
