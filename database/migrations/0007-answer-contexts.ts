// What an answer was given is kept with the budget it had to fit into; a summary, with which messages it was made of.
import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

export const answerContexts: Migration = {
  async up(db: Kysely<Record<string, never>>) {
    const tables = await db.introspection.getTables();
    // No database but PostgreSQL knows "add column if not exists".
    const has = (table: string, column: string) =>
      tables.some(({ name, columns }) => name === table && columns.some((one) => one.name === column));
    if (!has('turn_contexts', 'budget_tokens')) {
      await db.schema.alterTable('turn_contexts').addColumn('budget_tokens', 'integer').execute();
    }
    if (!has('rooms', 'summary_version')) {
      await db.schema
        .alterTable('rooms')
        .addColumn('summary_version', 'integer', (c) => c.notNull().defaultTo(0))
        .execute();
    }
  },
};
