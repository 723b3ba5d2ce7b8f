// Keeps a second process off the data of one that runs: it would take the first one's answers for abandoned.
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { isDatabaseUnavailable } from '../errors.ts';

/** How long one that is just ending is waited for. */
const WAIT_MS = 5_000;

/**
 * Locks the folder until the returned function is called or the process is gone, however it ended: the lock is the operating system's.
 * @throws Error with one sentence when another process holds it
 */
export function lockDataDir(dataDir: string): () => void {
  const lock = new Sqlite(join(dataDir, 'running.lock'), { timeout: WAIT_MS });
  try {
    lock.exec('begin exclusive');
  } catch (error) {
    lock.close();
    if (!isDatabaseUnavailable(error)) throw error;
    throw new Error(`ProjectWise runs on the data in ${dataDir} already: stop it first, or set DATA_DIR.`, {
      cause: error,
    });
  }
  return () => void lock.close();
}
