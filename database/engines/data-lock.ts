// Keeps a second process off a database that one works with: it would take the first one's answers for abandoned.
import { closeSync, openSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import Sqlite from 'better-sqlite3';

/** How long one that is just ending is waited for. */
const WAIT_MS = 5_000;
const LOOK_EVERY_MS = 50;

/**
 * Locks the database, whatever way leads to its file, until the returned function is called or the process is gone, however it ended:
 * the lock is the operating system's. The folder of the file must exist.
 * @param file absolute
 * @throws Error with one sentence when another process holds it
 */
export async function lockDatabase(file: string): Promise<() => void> {
  const lockFile = `${realPath(file)}.running-lock`;
  // For nobody else's eyes: whoever can read it could lock it.
  closeSync(openSync(lockFile, 'a', 0o600));
  const lock = new Sqlite(lockFile, { timeout: 0 });
  const endsAt = performance.now() + WAIT_MS;
  for (;;) {
    try {
      lock.exec('begin exclusive');
      return () => void lock.close();
    } catch (error) {
      const isHeld = (error as { code?: unknown }).code === 'SQLITE_BUSY';
      if (isHeld && performance.now() < endsAt) {
        await delay(LOOK_EVERY_MS);
        continue;
      }
      lock.close();
      if (!isHeld) throw error;
      const sentence = `ProjectWise runs on the database ${file} already: stop it first, or set DATA_DIR or DATABASE_URL.`;
      throw new Error(sentence, { cause: error });
    }
  }
}

/** Where links lead; the file itself may not exist yet. */
function realPath(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    return join(realpathSync(dirname(file)), basename(file));
  }
}
