// Runs in a thread of its own, once to write the embedded index and once to read it: takes calls one after the other.
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import type { ReadCall, WorkerAnswer, WorkerData, WriteCall } from './embedded-calls.ts';
import { IndexReader } from './embedded-reader.ts';
import { RowReader, RowWriter } from './embedded-rows.ts';
import { isBroken, openForReading, openForWriting } from './embedded-schema.ts';
import { IndexWriter } from './embedded-writer.ts';

/** What a role can do; it is only given calls of its own. */
interface Opened {
  run: (call: never) => unknown;
  close(): void;
  isNew: boolean;
}

function openWriter(file: string): Opened {
  const { db, isNew } = openForWriting(file);
  const writer = new IndexWriter(db);
  const rows = new RowWriter(db);
  return {
    isNew,
    close: () => db.close(),
    run: (call: WriteCall) => {
      if (call.name === 'begin') return writer.begin(call.document);
      if (call.name === 'put') return writer.put(call.staged, unpack(call));
      if (call.name === 'commit') return writer.commit(call.staged);
      if (call.name === 'abandon') return writer.abandon(call.staged);
      if (call.name === 'putRows') return rows.put(call.collection, call.rows);
      if (call.name === 'removeRows') return rows.remove(call.collection, call.keys);
      if (call.name === 'removeRowsOf') return rows.removeScope(call.scope);
      return writer.remove(call.tenantId, call.documentId);
    },
  };
}

function openReader(file: string, cacheBytes: number): Opened {
  const db = openForReading(file);
  const reader = new IndexReader(db, cacheBytes);
  const rows = new RowReader(db);
  return {
    isNew: false,
    close: () => db.close(),
    run: (call: ReadCall) => {
      if (call.name === 'search') return reader.search(call.query);
      if (call.name === 'list') return reader.list(call.tenantId, call.documentId, call.range);
      if (call.name === 'documents') return reader.documents(call.tenantId, call.space);
      if (call.name === 'searchRows') return rows.search(call.collection, call.scope, call.vector, call.limit);
      if (call.name === 'listRows') return rows.list(call.collection, call.selection);
      if (call.name === 'getRow') return rows.get(call.collection, call.key);
      if (call.name === 'countRows') return rows.count(call.collection);
      return reader.counts();
    },
  };
}

/** Vectors cross as one block. */
function unpack({ passages, vectors, dimensions }: Extract<WriteCall, { name: 'put' }>) {
  let at = 0;
  return passages.map(({ hasVector, ...passage }) => {
    if (!hasVector) return passage;
    const vector = vectors.subarray(at, at + dimensions);
    at += dimensions;
    return { ...passage, vector };
  });
}

function serve(port: MessagePort, { role, file, cacheBytes }: WorkerData): void {
  const tell = (answer: WorkerAnswer): void => port.postMessage(answer);
  const fail = (error: unknown): void => {
    tell({ problem: error instanceof Error ? error.message : String(error), isBroken: isBroken(error) });
  };
  try {
    const { run, close, isNew } = role === 'write' ? openWriter(file) : openReader(file, cacheBytes);
    tell({ result: { isNew } });
    port.on('message', (call: WriteCall | ReadCall | 'close') => {
      if (call === 'close') {
        close();
        port.close();
        return;
      }
      try {
        tell({ result: run(call as never) });
      } catch (error) {
        fail(error);
      }
    });
  } catch (error) {
    fail(error);
    port.close();
  }
}

if (parentPort) serve(parentPort, workerData);
