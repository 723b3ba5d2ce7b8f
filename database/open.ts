// Opens the database and brings its tables up to date.
import type { Kysely } from 'kysely';
import { migrate } from './migrate.ts';
import type { Database } from './schema.ts';

export interface DatabaseOptions {
  engine: 'sqlite';
  /** Path of the file, or `:memory:`. */
  file: string;
  /** `normal` survives the death of the process, `full` a power cut too. */
  durability: 'normal' | 'full';
}

/**
 * Several processes may open the same database at once: one migrates, the others wait.
 * @throws when it cannot be opened, or a migration fails (then it is closed again)
 */
export async function openDatabase(options: DatabaseOptions): Promise<Kysely<Database>> {
  const { openSqlite, waitBriefly, withSqliteMigrationLock } = await import('./engines/sqlite.ts');
  const db = openSqlite(options);
  try {
    await withSqliteMigrationLock(options.file, () => migrate(db));
    await waitBriefly(db);
  } catch (error) {
    await db.destroy();
    throw error;
  }
  return db;
}
