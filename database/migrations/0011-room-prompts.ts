// The questions that the leads of a room suggest.
import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import { hasColumn } from '../has-column.ts';

export const roomPrompts: Migration = {
  async up(db: Kysely<Record<string, never>>) {
    if (!(await hasColumn(db, 'rooms', 'prompts'))) {
      await db.schema.alterTable('rooms').addColumn('prompts', 'text').execute();
    }
  },
};
