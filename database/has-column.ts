// What a migration asks before it adds a column, so that its steps can be repeated.
import type { Kysely } from 'kysely';

/** Whether a table has a column: no database but one can add a column only where it is missing. */
export async function hasColumn(db: Kysely<Record<string, never>>, table: string, column: string): Promise<boolean> {
  const tables = await db.introspection.getTables();
  return tables.find(({ name }) => name === table)?.columns.some(({ name }) => name === column) ?? false;
}
