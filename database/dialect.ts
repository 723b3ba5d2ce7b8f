// Which database a connection speaks to: for the few statements (full text, long text) that have no portable form.
import { type Kysely, MysqlAdapter, PostgresAdapter } from 'kysely';

export type DialectName = 'sqlite' | 'postgres' | 'mysql';

/** Works on transactions too. */
export function dialectOf(db: Pick<Kysely<never>, 'getExecutor'>): DialectName {
  const { adapter } = db.getExecutor();
  if (adapter instanceof PostgresAdapter) return 'postgres';
  if (adapter instanceof MysqlAdapter) return 'mysql';
  return 'sqlite';
}
