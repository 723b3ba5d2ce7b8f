// What an answer was given is kept with the budget it had to fit into.
import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

export const answerContexts: Migration = {
  async up(db: Kysely<Record<string, never>>) {
    const tables = await db.introspection.getTables();
    const columns = tables.find(({ name }) => name === 'turn_contexts')?.columns ?? [];
    // No database but PostgreSQL knows "add column if not exists".
    if (columns.some(({ name }) => name === 'budget_tokens')) return;
    await db.schema.alterTable('turn_contexts').addColumn('budget_tokens', 'integer').execute();
  },
};
