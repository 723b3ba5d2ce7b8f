// One line of durable writes per room: a transaction at a time, its facts broadcast in seq order before the next one begins.
import type { Broadcast, Db, RoomEntry, RoomLog, Trx } from '../context.ts';
import { notFound } from '../lib/errors.ts';
import type { DurableFact } from '../protocol/events.ts';

export function createRoomLog(deps: { db: Db; broadcast: Broadcast; now?: () => number }): RoomLog {
  const { db, broadcast, now = Date.now } = deps;
  const lines = new Map<string, Promise<unknown>>();

  /** Runs `work` after everything that already stands in line for this room, whatever became of it. */
  function inLine<T>(roomId: string, work: () => Promise<T>): Promise<T> {
    const before = lines.get(roomId);
    const result = before ? before.then(work) : work();
    const settled = result.then(
      () => undefined,
      () => undefined,
    );
    lines.set(roomId, settled);
    void settled.then(() => {
      if (lines.get(roomId) === settled) lines.delete(roomId);
    });
    return result;
  }

  return {
    append: (tenantId, roomId, write) =>
      inLine(roomId, async () => {
        const facts: DurableFact[] = [];
        const followUps: (() => void)[] = [];
        const result = await db.transaction().execute(async (trx) => {
          const seqs = createSeqTaker(trx, tenantId, roomId, now);
          const entry: RoomEntry = {
            trx,
            nextSeq: seqs.next,
            record: (fact) => void facts.push(fact),
            afterCommit: (run) => void followUps.push(run),
          };
          const written = await write(entry);
          await seqs.store();
          return written;
        });
        for (const fact of facts) broadcast.toRoom(roomId, fact);
        if (facts.length > 0) broadcast.activity(tenantId, roomId);
        for (const run of followUps) run();
        return result;
      }),
    quiet: (roomId, read) => inLine(roomId, read),
  };
}

/** The first seq locks the room's row, further ones of the same transaction are counted here and stored once. */
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
      if (last !== undefined && last !== stored) await ofRoom().set({ last_seq: last }).execute();
    },
  };
}
