// The file of the embedded index: its tables, and a new file wherever the old one is of no use.
import { rmSync } from 'node:fs';
import Database from 'better-sqlite3';

export type IndexFile = Database.Database;

/** Changes with everything that makes older files unreadable or their terms wrong: tables, codecs, words, stems. */
const SCHEMA_VERSION = 3;
/** "PWix". */
const APPLICATION_ID = 0x50576978;

/** Passages of one document have the ids from `document * PASSAGES_PER_DOCUMENT` on. */
export const PASSAGES_PER_DOCUMENT = 2 ** 20;

const TABLES = `
  create table places (
    id integer primary key,
    tenant text not null,
    scope text not null,
    unique (tenant, scope)
  );
  create table documents (
    -- never given twice: what is kept in memory is recognised by it
    id integer primary key autoincrement,
    tenant text not null,
    document text not null,
    place integer not null references places (id),
    space text not null,
    version text not null,
    -- what it shares the rows of its postings with: documents that came one after the other, called by the id of the first
    bunch integer not null default 0,
    -- 0 while its passages are still being put in, and for what was left of an interrupted run
    live integer not null,
    passages integer not null default 0,
    embedded integer not null default 0,
    dimensions integer not null default 0,
    -- words of each passage, two bytes each
    lengths blob not null default '',
    -- ids of its terms, so that they can be taken out again
    terms blob not null default ''
  );
  create unique index documents_live on documents (tenant, document) where live = 1;
  create index documents_place on documents (place, bunch);
  create table passages (
    id integer primary key,
    key text not null,
    page integer not null,
    heading text not null,
    text text not null
  );
  create table vectors (
    -- id of the first passage of the block
    first integer primary key,
    data blob not null
  );
  create table terms (
    id integer primary key,
    term text not null unique,
    -- in how many documents it stands
    documents integer not null
  );
  create table postings (
    place integer not null,
    term integer not null,
    bunch integer not null,
    -- one document after the other
    data blob not null,
    primary key (place, term, bunch)
  ) without rowid;
  -- every word, and every word without one of its letters
  create table spellings (
    near text not null,
    term integer not null,
    primary key (near, term)
  ) without rowid;
`;

/** Made where they are missing, so that a file without them need not be built again. */
const ROW_TABLES = `
  create table if not exists vector_rows (
    -- never given twice: what is kept in memory is recognised by it
    id integer primary key autoincrement,
    collection text not null,
    key text not null,
    scope text not null,
    owner text not null,
    payload text not null,
    scale real not null,
    vector blob not null,
    unique (collection, key)
  );
  create index if not exists vector_rows_scope on vector_rows (collection, scope, id);
  create index if not exists vector_rows_owner on vector_rows (collection, scope, owner);
`;

/**
 * The one connection that writes. A file that is not there, of another version or no index at all is made anew.
 * @returns whether it is new, so that everything has to be indexed again
 */
export function openForWriting(file: string): { db: IndexFile; isNew: boolean } {
  const old = openIfUsable(file);
  if (old) {
    old.exec(ROW_TABLES);
    return { db: old, isNew: false };
  }
  deleteIndexFile(file);
  const db = new Database(file);
  prepare(db);
  db.transaction(() => {
    db.exec(TABLES);
    db.exec(ROW_TABLES);
    db.pragma(`application_id = ${APPLICATION_ID}`);
    db.pragma(`user_version = ${SCHEMA_VERSION}`);
  })();
  return { db, isNew: true };
}

export function openForReading(file: string): IndexFile {
  const db = new Database(file, { readonly: true, fileMustExist: true });
  db.pragma('busy_timeout = 5000');
  db.pragma('cache_size = -32768');
  return db;
}

export function deleteIndexFile(file: string): void {
  for (const ending of ['', '-wal', '-shm', '-journal']) rmSync(`${file}${ending}`, { force: true });
}

/** What lies in the file makes no sense, though SQLite reads it. */
export class BrokenContent extends Error {}

/** Whether the file itself is broken, so that only a new one helps. */
export const isBroken = (error: unknown): boolean =>
  error instanceof BrokenContent ||
  (error instanceof Database.SqliteError && /^SQLITE_(CORRUPT|NOTADB)/.test(error.code));

function openIfUsable(file: string): IndexFile | undefined {
  let db: IndexFile | undefined;
  try {
    db = new Database(file, { fileMustExist: true });
    prepare(db);
    const isOurs = db.pragma('application_id', { simple: true }) === APPLICATION_ID;
    if (isOurs && db.pragma('user_version', { simple: true }) === SCHEMA_VERSION) return db;
  } catch (error) {
    const isMissing = error instanceof Database.SqliteError && error.code === 'SQLITE_CANTOPEN';
    if (!isMissing && !isBroken(error)) {
      db?.close();
      throw error;
    }
  }
  db?.close();
  return undefined;
}

function prepare(db: IndexFile): void {
  db.pragma('page_size = 8192');
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = NORMAL');
  // What was deleted is overwritten, not only forgotten.
  db.pragma('secure_delete = ON');
  db.pragma('busy_timeout = 5000');
  db.pragma('cache_size = -65536');
}
