// The embedded database: one SQLite file, one connection, written by the main thread only.
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import Sqlite from 'better-sqlite3';
import {
  type DatabaseConnection,
  type Driver,
  Kysely,
  type SqliteDatabase,
  SqliteDialect,
  SqliteDriver,
  sql,
} from 'kysely';
import type { Database } from '../schema.ts';

export interface SqliteOptions {
  /** Path of the file, or `:memory:`. */
  file: string;
  /** `normal` survives the death of the process, `full` a power cut too. */
  durability: 'normal' | 'full';
}

const OPENING_BUSY_MS = 5_000;
const SERVING_BUSY_MS = 50;
const IN_MEMORY = ':memory:';

export function openSqlite({ file, durability }: SqliteOptions): Kysely<Database> {
  if (file !== IN_MEMORY) makePrivateFile(file);
  const connection = new Sqlite(file);
  try {
    connection.pragma('journal_mode = WAL');
    connection.pragma(`synchronous = ${durability === 'full' ? 'FULL' : 'NORMAL'}`);
    connection.pragma(`busy_timeout = ${OPENING_BUSY_MS}`);
    connection.pragma('foreign_keys = ON');
    connection.pragma('temp_store = MEMORY');
    // `FAST` would leave what was deleted in the pages that become free: a long message, parts of the search index.
    connection.pragma('secure_delete = ON');
  } catch (error) {
    connection.close();
    throw error;
  }
  return new Kysely<Database>({ dialect: new EmbeddedDialect({ database: withStatementCache(connection) }) });
}

/** So long the database may keep the event loop to itself; one unit of work can be no shorter than it is. */
const SLICE_MS = 8;

/**
 * The statements of SQLite are synchronous and what follows them runs as microtasks: work that stands in line would run to its end before
 * a socket is looked at. So a unit of work (a transaction, or a statement of its own) that finds the slice used up waits for the next turn.
 */
class EmbeddedDriver extends SqliteDriver {
  #sliceEndsAt = 0;
  #nextTurn: Promise<void> | undefined;

  override async acquireConnection(): Promise<DatabaseConnection> {
    while (this.#nextTurn && performance.now() > this.#sliceEndsAt) await this.#nextTurn;
    if (!this.#nextTurn) {
      this.#sliceEndsAt = performance.now() + SLICE_MS;
      this.#nextTurn = setImmediate().then(() => {
        this.#nextTurn = undefined;
      });
    }
    return super.acquireConnection();
  }
}

class EmbeddedDialect extends SqliteDialect {
  #config: { database: SqliteDatabase };

  constructor(config: { database: SqliteDatabase }) {
    super(config);
    this.#config = config;
  }

  override createDriver(): Driver {
    return new EmbeddedDriver(this.#config);
  }
}

/**
 * The driver waits for a lock inside the event loop: while serving, a locked file is rather told to the one who asked than
 * waited for by everybody.
 */
export async function waitBriefly(db: Kysely<Database>): Promise<void> {
  await sql`pragma busy_timeout = ${sql.lit(SERVING_BUSY_MS)}`.execute(db);
}

/**
 * Runs `migrate` while no other process can. SQLite has no lock of its own that outlives a statement outside a transaction,
 * so an exclusive transaction on a file beside the database serves as one.
 */
export async function withSqliteMigrationLock(file: string, migrate: () => Promise<void>): Promise<void> {
  if (file === IN_MEMORY) return migrate();
  const lock = new Sqlite(`${file}.migrate-lock`, { timeout: 60_000 });
  try {
    lock.exec('BEGIN EXCLUSIVE');
    await migrate();
  } finally {
    lock.close();
  }
}

/** Conversations are for their owner's eyes: folder 0700 when it is made here, file 0600 (-wal and -shm inherit it). */
function makePrivateFile(file: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  closeSync(openSync(file, 'a', 0o600));
}

/** Bounds the memory of prepared statements: there are about a hundred different ones, more only from `in (…)` of varying length. */
const MAX_STATEMENTS = 400;

/** Kysely prepares anew for each query; preparing costs more than most of ours take to run. */
function withStatementCache(connection: Sqlite.Database): SqliteDatabase {
  const statements = new Map<string, Sqlite.Statement>();
  return {
    close: () => void connection.close(),
    prepare(sql) {
      const known = statements.get(sql);
      if (known && !known.busy) return known;
      const statement = connection.prepare(sql);
      if (statements.size >= MAX_STATEMENTS) statements.delete(statements.keys().next().value!);
      statements.set(sql, statement);
      return statement;
    },
  };
}
