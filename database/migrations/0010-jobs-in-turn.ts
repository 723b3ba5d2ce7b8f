// Jobs with the same key run one after the other: the key of a running one is kept, once.
import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import { hasColumn } from '../has-column.ts';

export const jobsInTurn: Migration = {
  async up(db: Kysely<Record<string, never>>) {
    if (!(await hasColumn(db, 'jobs', 'running_key'))) {
      await db.schema.alterTable('jobs').addColumn('running_key', 'varchar(255)').execute();
    }
    await db.schema.createIndex('jobs_running').ifNotExists().unique().on('jobs').column('running_key').execute();
  },
};
