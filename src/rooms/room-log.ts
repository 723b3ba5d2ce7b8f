// One line of durable writes per room: their facts are broadcast in seq order before the next ones begin. Writes that
// arrive together share a transaction, which is most of what a message costs.
import { setImmediate } from 'node:timers/promises';
import { isDatabaseUnavailable } from '../../database/errors.ts';
import type { Broadcast, Db, RoomEntry, RoomLog, Trx } from '../context.ts';
import { notFound } from '../lib/errors.ts';
import type { DurableFact } from '../protocol/events.ts';

/** Holds the database, and with it everybody else, for a few milliseconds at most. */
const WRITES_PER_TRANSACTION = 32;
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

export function createRoomLog(deps: { db: Db; broadcast: Broadcast; now?: () => number }): RoomLog {
  const { db, broadcast, now = Date.now } = deps;
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
    for (let first = line[0]; first; first = line[0]) {
      if (first.kind === 'read') {
        line.shift();
        await first.run();
      } else {
        await gather(line);
        await store(roomId, takeTogether(line, first.tenantId));
      }
    }
    lines.delete(roomId);
  }

  async function store(roomId: string, writes: Write[]): Promise<void> {
    if (writes.length > 1) {
      const all = await transact(roomId, writes).catch((error) => {
        // What the database cannot do now it cannot do for each of them either.
        if (!isDatabaseUnavailable(error)) return undefined;
        for (const write of writes) write.reject(error);
        return [];
      });
      if (all) {
        let sliceEndsAt = performance.now() + SLICE_MS;
        for (const [index, written] of all.entries()) {
          if (performance.now() > sliceEndsAt) {
            // Many facts for many members: whoever waits for something else gets a turn in between. This room's line goes on only after.
            await setImmediate();
            sliceEndsAt = performance.now() + SLICE_MS;
          }
          tell(roomId, writes[index]!, written);
        }
        return;
      }
      // One of them failed, so nothing is stored: each by itself, so that an error is its own and nobody else's.
    }
    for (const write of writes) {
      try {
        const [written] = await transact(roomId, [write]);
        tell(roomId, write, written!);
      } catch (error) {
        write.reject(error);
      }
    }
  }

  function transact(roomId: string, writes: Write[]): Promise<Written[]> {
    return db.transaction().execute(async (trx) => {
      const seqs = createSeqTaker(trx, writes[0]!.tenantId, roomId, now);
      const all: Written[] = [];
      for (const { write } of writes) {
        const facts: DurableFact[] = [];
        const followUps: (() => void)[] = [];
        const result = await write({
          trx,
          nextSeq: seqs.next,
          record: (fact) => void facts.push(fact),
          afterCommit: (run) => void followUps.push(run),
        });
        await seqs.store();
        all.push({ result, facts, followUps });
      }
      return all;
    });
  }

  function tell(roomId: string, { tenantId, resolve }: Write, { result, facts, followUps }: Written): void {
    for (const fact of facts) broadcast.toRoom(roomId, fact);
    if (facts.length > 0) broadcast.activity(tenantId, roomId);
    for (const run of followUps) run();
    resolve(result);
  }

  return {
    append: <T>(tenantId: string, roomId: string, write: (entry: RoomEntry) => Promise<T>) =>
      new Promise<T>((resolve, reject) => {
        standInLine(roomId, { kind: 'write', tenantId, write, resolve: resolve as Write['resolve'], reject });
      }),
    quiet: <T>(roomId: string, read: () => Promise<T>) =>
      new Promise<T>((resolve, reject) => {
        standInLine(roomId, { kind: 'read', run: () => read().then(resolve, reject) });
      }),
  };
}

async function gather(line: Line): Promise<void> {
  const until = performance.now() + GATHER_MS;
  for (let seen = 0; line.length > seen && line.length < WRITES_PER_TRANSACTION && performance.now() < until; ) {
    seen = line.length;
    await setImmediate();
  }
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

/** The first seq locks the room's row, further ones of the same transaction are counted here and stored with each write. */
function createSeqTaker(trx: Trx, tenantId: string, roomId: string, now: () => number) {
  let last: number | undefined;
  let stored: number | undefined;
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
  };
}
