// Brings the tables up to date. Migrations are listed here, not found in a folder, so that the order is code.
import type { Kysely } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import { initial } from './migrations/0001-initial.ts';
import { documents } from './migrations/0002-documents.ts';
import { apiKeys } from './migrations/0004-api-keys.ts';
import { toolServers } from './migrations/0005-mcp.ts';
import { memories } from './migrations/0006-memory.ts';
import { answerContexts } from './migrations/0007-answer-contexts.ts';
import { roomWork } from './migrations/0008-room-work.ts';
import { jobsInTurn } from './migrations/0010-jobs-in-turn.ts';
import { roomPrompts } from './migrations/0011-room-prompts.ts';
import type { Database } from './schema.ts';

/**
 * Two of the three databases have no transactional DDL: every migration consists of steps that may be repeated, and is never changed
 * after a release.
 */
const MIGRATIONS: Record<string, Migration> = {
  '0001-initial': initial,
  '0002-documents': documents,
  '0004-api-keys': apiKeys,
  '0005-mcp': toolServers,
  '0006-memory': memories,
  '0007-answer-contexts': answerContexts,
  '0008-room-work': roomWork,
  '0010-jobs-in-turn': jobsInTurn,
  '0011-room-prompts': roomPrompts,
};

/** @throws what failed; the steps before it stay and are repeated at the next start */
export async function migrate(db: Kysely<Database>): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => MIGRATIONS } });
  const { error, results } = await migrator.migrateToLatest();
  if (!error) return;
  const failed = results?.find((result) => result.status === 'Error')?.migrationName;
  throw new Error(`The database could not be brought up to date${failed ? ` (migration ${failed})` : ''}.`, {
    cause: error,
  });
}
