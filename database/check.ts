// Whether the database answers.
import { type Kysely, sql } from 'kysely';
import type { Database } from './schema.ts';

/** @throws what the driver throws when it does not */
export async function checkDatabase(db: Kysely<Database>): Promise<void> {
  await sql`select 1`.execute(db);
}
