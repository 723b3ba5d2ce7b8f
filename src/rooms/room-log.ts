// One line of durable writes per room: their facts are broadcast in seq order before the next ones begin. Writes that
// arrive together share a transaction, which is most of what a short message costs.
import { setImmediate } from 'node:timers/promises';
import { type Part, withinSavepoint } from '../../database/savepoint.ts';
import type { Broadcast, Db, RoomEntry, RoomLog, Trx } from '../context.ts';
import { notFound } from '../lib/errors.ts';
import type { Logger } from '../lib/log.ts';
import type { DurableFact } from '../protocol/events.ts';

const WRITES_PER_TRANSACTION = 32;
/**
 * No further write joins a transaction that has taken so long: a long text costs a hundred times what a short one does, and with the
 * embedded database nobody else is served until the commit. The last one, the commit and a checkpoint may come on top.
 */
const TRANSACTION_MS = 8;
/** So long a write waits for company while every turn of the event loop brings some. A lone one waits for a single turn. */
const GATHER_MS = 3;
/** So long facts of one transaction are told without a break. */
const SLICE_MS = 8;

interface Write {
  kind: 'write';
  tenantId: string;
  write(entry: RoomEntry): Promise<unknown>;
  resolve(result: unknown): void;
  reject(error: unknown): void;
}
interface Read {
  kind: 'read';
  /** Never rejects. */
  run(): Promise<void>;
}
type Line = (Write | Read)[];

/** What is to be told once a write is stored. */
interface Written {
  result: unknown;
  facts: DurableFact[];
  followUps: (() => void)[];
}
type Outcome = Part<Written>;

interface RoomLogDeps {
  db: Db;
  broadcast: Broadcast;
  log: Logger;
  now?: () => number;
}

export function createRoomLog({ db, broadcast, log, now = Date.now }: RoomLogDeps): RoomLog {
  const lines = new Map<string, Line>();

  function standInLine(roomId: string, item: Write | Read): void {
    const line = lines.get(roomId);
    if (line) {
      line.push(item);
      return;
    }
    const begun: Line = [item];
    lines.set(roomId, begun);
    void serve(roomId, begun);
  }

  async function serve(roomId: string, line: Line): Promise<void> {
    try {
      for (let first = line[0]; first; first = line[0]) {
        if (first.kind === 'read') {
          line.shift();
          await first.run();
        } else {
          await gather(line);
          await store(roomId, line, takeTogether(line, first.tenantId));
        }
      }
    } finally {
      lines.delete(roomId);
    }
  }

  /** Never rejects. Writes that found no place in this transaction stand at the head of the line again. */
  async function store(roomId: string, line: Line, writes: Write[]): Promise<void> {
    const outcomes: Outcome[] = [];
    try {
      await transact(roomId, writes, outcomes);
    } catch (error) {
      // Nothing is stored, and what the database cannot do now it cannot do for the rest of the group either.
      for (const [index, write] of writes.entries()) write.reject(errorOf(outcomes[index]) ?? error);
      return;
    }
    line.unshift(...writes.slice(outcomes.length));
    let sliceEndsAt = performance.now() + SLICE_MS;
    for (const [index, outcome] of outcomes.entries()) {
      if (performance.now() > sliceEndsAt) {
        // Many facts for many members: whoever waits for something else gets a turn in between. This room's line goes on only after.
        await setImmediate();
        sliceEndsAt = performance.now() + SLICE_MS;
      }
      const write = writes[index]!;
      if (outcome.isDone) tell(roomId, write, outcome.result);
      else write.reject(outcome.error);
    }
  }

  /** Runs as many of the writes as there is time for, each once. @throws when nothing of it is stored */
  function transact(roomId: string, writes: Write[], outcomes: Outcome[]): Promise<void> {
    return db.transaction().execute(async (trx) => {
      const endsAt = performance.now() + TRANSACTION_MS;
      const seqs = createSeqTaker(trx, writes[0]!.tenantId, roomId, now);
      for (const write of writes) {
        if (outcomes.length > 0 && performance.now() > endsAt) return;
        const run = () => runWrite(trx, seqs, write);
        if (writes.length === 1) {
          outcomes.push({ isDone: true, result: await run() });
          return;
        }
        const before = seqs.taken();
        const outcome = await withinSavepoint(trx, run);
        if (!outcome.isDone) seqs.forget(before);
        outcomes.push(outcome);
      }
    });
  }

  async function runWrite(trx: Trx, seqs: SeqTaker, { write }: Write): Promise<Written> {
    const facts: DurableFact[] = [];
    const followUps: (() => void)[] = [];
    const result = await write({
      trx,
      nextSeq: seqs.next,
      record: (fact) => void facts.push(fact),
      afterCommit: (run) => void followUps.push(run),
    });
    await seqs.store();
    return { result, facts, followUps };
  }

  function tell(roomId: string, { tenantId, resolve }: Write, { result, facts, followUps }: Written): void {
    for (const fact of facts) attempt(roomId, () => broadcast.toRoom(roomId, fact));
    if (facts.length > 0) attempt(roomId, () => broadcast.activity(tenantId, roomId));
    for (const run of followUps) attempt(roomId, run);
    resolve(result);
  }

  /** What is stored is stored: whoever stumbles over the news of it may not stop the room. */
  function attempt(roomId: string, run: () => void): void {
    try {
      run();
    } catch (error) {
      log.error('What follows a write of a room failed', { roomId, error });
    }
  }

  return {
    append: <T>(tenantId: string, roomId: string, write: (entry: RoomEntry) => Promise<T>) =>
      new Promise<T>((resolve, reject) => {
        standInLine(roomId, { kind: 'write', tenantId, write, resolve: resolve as Write['resolve'], reject });
      }),
    quiet: <T>(roomId: string, read: () => Promise<T>) =>
      new Promise<T>((resolve, reject) => {
        const run = async () => {
          await read().then(resolve, reject);
        };
        standInLine(roomId, { kind: 'read', run: () => run().catch(reject) });
      }),
  };
}

const errorOf = (outcome: Outcome | undefined): unknown => (outcome?.isDone === false ? outcome.error : undefined);

/** Lets the event loop turn at least once, so that transactions never follow each other without a break. */
async function gather(line: Line): Promise<void> {
  const until = performance.now() + GATHER_MS;
  let seen: number;
  do {
    seen = line.length;
    await setImmediate();
  } while (line.length > seen && line.length < WRITES_PER_TRANSACTION && performance.now() < until);
}

/** Takes the writes at the head of the line that may share a transaction. */
function takeTogether(line: Line, tenantId: string): Write[] {
  const writes: Write[] = [];
  for (const item of line) {
    if (item.kind !== 'write' || item.tenantId !== tenantId || writes.length === WRITES_PER_TRANSACTION) break;
    writes.push(item);
  }
  line.splice(0, writes.length);
  return writes;
}

interface TakenSeqs {
  /** Absent before the first one, which locks the room's row. */
  last: number | undefined;
  stored: number | undefined;
}
type SeqTaker = ReturnType<typeof createSeqTaker>;

/** The first seq locks the room's row, further ones of the same transaction are counted here and stored with each write. */
function createSeqTaker(trx: Trx, tenantId: string, roomId: string, now: () => number) {
  let { last, stored }: TakenSeqs = { last: undefined, stored: undefined };
  const ofRoom = () => trx.updateTable('rooms').where('id', '=', roomId).where('tenant_id', '=', tenantId);

  return {
    async next(): Promise<number> {
      if (last === undefined) {
        await ofRoom()
          .set((eb) => ({ last_seq: eb('last_seq', '+', 1), last_activity_at: now() }))
          .execute();
        const row = await trx
          .selectFrom('rooms')
          .select('last_seq')
          .where('id', '=', roomId)
          .where('tenant_id', '=', tenantId)
          .executeTakeFirst();
        if (!row) throw notFound('room');
        last = stored = row.last_seq;
      } else {
        last += 1;
      }
      return last;
    },
    async store(): Promise<void> {
      if (last === stored) return;
      await ofRoom().set({ last_seq: last! }).execute();
      stored = last;
    },
    taken: (): TakenSeqs => ({ last, stored }),
    /** After what a write did was undone: the next one takes the seqs that it took. */
    forget(before: TakenSeqs): void {
      ({ last, stored } = before);
    },
  };
}
