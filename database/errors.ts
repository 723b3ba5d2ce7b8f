// What the drivers' errors mean, whichever driver threw them.

const UNIQUE_CODES = new Set([
  'SQLITE_CONSTRAINT_UNIQUE',
  'SQLITE_CONSTRAINT_PRIMARYKEY',
  'SQLITE_CONSTRAINT_ROWID',
  '23505',
  'ER_DUP_ENTRY',
]);

/** SQLite's primary codes come with suffixes (`SQLITE_IOERR_WRITE`), PostgreSQL's classes with two characters (53: resources, 57: operator). */
const UNAVAILABLE_CODES =
  /^(SQLITE_(BUSY|LOCKED|FULL|IOERR|CANTOPEN|READONLY|NOMEM|PROTOCOL)|(08|53|57)[0-9A-Z]{3}$|ECONN|ETIMEDOUT|ER_(LOCK_|DISK_FULL|CON_COUNT))/;

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';

/** A row with this key exists already. */
export const isUniqueViolation = (error: unknown): boolean => UNIQUE_CODES.has(codeOf(error));

/** The database cannot work at the moment (locked, disk full, gone); nothing was changed and trying again later may help. */
export const isDatabaseUnavailable = (error: unknown): boolean => UNAVAILABLE_CODES.test(codeOf(error));
