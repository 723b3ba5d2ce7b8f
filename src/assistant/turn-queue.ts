// One turn per room at a time: starts queued turns, streams and stores their text, ends them, and ends what dead owners left behind.
import type { RoomEntry, Turns } from '../context.ts';
import { AppError } from '../lib/errors.ts';
import type { Message } from '../protocol/models.ts';
import { requireMember } from '../rooms/access.ts';
import { findMessage } from '../rooms/message-store.ts';
import { findRoom } from '../rooms/room-store.ts';
import type { Decision, Place } from './approvals.ts';
import { describeFailure } from './failures.ts';
import { createRunningTurn, type RunningTurn, type TurnDeps } from './running-turn.ts';
import {
  endTurn,
  listAbandonedTurns,
  listOpenTurns,
  listRoomsWithQueuedTurns,
  setTurnState,
  startTurn,
  type TurnRow,
} from './turn-store.ts';
import { toTurn } from './turn-view.ts';

export interface TurnQueue extends Turns {
  /** Ends what a former life of this node left running, takes up what is queued, and looks after leases from now on. */
  start(): Promise<void>;
  /** Lets running turns finish for `finishMs`, then interrupts them, keeping their text. Idempotent. */
  stop(finishMs: number): Promise<void>;
  /** Ends a turn that runs on this node with reason `stopped`, after flushing what was generated. False when it does not run here. */
  stopHere(turnId: string, byName?: string): Promise<boolean>;
  /** A decision of the person who asked, about a call that waits on this node. False when nothing of that kind waits. */
  decideHere(turnId: string, stepId: string, decision: Decision): boolean;
  /** The same person shows everybody what such a call would do. */
  showHere(turnId: string, stepId: string): boolean;
  /** Ends a running turn whose owner is gone. */
  interruptAbandoned(turn: TurnRow): Promise<void>;
}

/** A turn that has waited for a person and wants its place again. */
interface Returning {
  row: TurnRow;
  turn: RunningTurn;
  resolve(): void;
}

const START_AGAIN_AFTER_MS = 1_000;

export function createTurnQueue(app: TurnDeps): TurnQueue {
  const runningByRoom = new Map<string, RunningTurn>();
  /** Also those that wait for a person. */
  const runningById = new Map<string, RunningTurn>();
  /** By room, in the order in which their people decided. */
  const returning = new Map<string, Returning[]>();
  /** The same until also what follows an answer has been noted. */
  const runs = new Set<Promise<void>>();
  /** Rooms in which a start is being decided; a wake meanwhile is remembered. */
  const starting = new Map<string, { again: boolean; done: Promise<void> }>();
  let isStopping = false;
  let leaseTimer: NodeJS.Timeout | undefined;

  /** Starts the next queued turn of the room, unless one runs here or elsewhere. */
  async function claimNext(tenantId: string, roomId: string): Promise<void> {
    await app.roomLog.append(tenantId, roomId, async (entry) => {
      const room = await findRoom(entry.trx, tenantId, roomId);
      if (!room) {
        // Nobody waits for a place in a room that is gone.
        for (const back of returning.get(roomId) ?? []) back.resolve();
        returning.delete(roomId);
        return;
      }
      const open = await listOpenTurns(entry.trx, tenantId, roomId);
      if (open.some((turn) => turn.state === 'running')) return;
      const back = returning.get(roomId)?.[0];
      if (back) {
        const isOpen = await setTurnState(entry.trx, back.row, 'running');
        entry.afterCommit(() => {
          leaveLine(roomId, back);
          // One that ended meanwhile takes no place.
          if (isOpen) runningByRoom.set(roomId, back.turn);
          else void startNext(tenantId, roomId);
          back.resolve();
        });
        return;
      }
      const next = await dropUnasked(
        entry,
        open.filter((turn) => turn.state === 'queued'),
      );
      if (!next) return;
      const now = Date.now();
      const seq = await entry.nextSeq();
      const start = { nodeId: app.nodeId, leaseUntil: now + app.limits.turnLeaseMs, model: app.model.model, seq, now };
      await startTurn(entry.trx, next, start);
      const row: TurnRow = { ...next, state: 'running', node_id: app.nodeId, model: start.model, started_at: now };
      const message = await requireAnswer(entry.trx, row);
      entry.record({ name: 'turn:started', payload: { roomId, seq, turn: toTurn(row), message } });
      // Within the room's line, so that nobody can join between turn:started and the first delta.
      entry.afterCommit(() => {
        const turn: RunningTurn = createRunningTurn(
          app,
          room,
          row,
          placeOf(row, () => turn),
        );
        run(tenantId, roomId, turn);
      });
    });
  }

  async function startNext(tenantId: string, roomId: string): Promise<void> {
    if (isStopping || runningByRoom.has(roomId)) return;
    const claim = starting.get(roomId);
    if (claim) {
      claim.again = true;
      return;
    }
    const mine = { again: false, done: tryToClaim(tenantId, roomId) };
    starting.set(roomId, mine);
    await mine.done;
    starting.delete(roomId);
    if (mine.again) await startNext(tenantId, roomId);
  }

  async function tryToClaim(tenantId: string, roomId: string): Promise<void> {
    try {
      await claimNext(tenantId, roomId);
    } catch (error) {
      app.log.error('A queued turn could not be started', { error });
      // The question was acknowledged: it is not forgotten because the database was busy.
      setTimeout(() => void startNext(tenantId, roomId), START_AGAIN_AFTER_MS).unref();
    }
  }

  function leaveLine(roomId: string, back: Returning): void {
    const others = (returning.get(roomId) ?? []).filter((one) => one !== back);
    if (others.length > 0) returning.set(roomId, others);
    else returning.delete(roomId);
  }

  /** While a turn waits for a person others may run in its room; afterwards it goes before those that are queued. */
  function placeOf(row: TurnRow, turnOf: () => RunningTurn): Place {
    const { tenant_id: tenantId, room_id: roomId } = row;
    return {
      async giveUp() {
        try {
          // In the room's line, so that nobody who looks for a free room sees half of it.
          await app.roomLog.append(tenantId, roomId, (entry) => setTurnState(entry.trx, row, 'waiting'));
          if (runningByRoom.get(roomId) === turnOf()) runningByRoom.delete(roomId);
          void startNext(tenantId, roomId);
        } catch (error) {
          app.log.error('A turn could not give up its place while it waits', { turnId: row.id, error });
        }
      },
      takeBack(signal) {
        if (runningByRoom.get(roomId) === turnOf()) return Promise.resolve();
        return new Promise((resolve) => {
          const back: Returning = { row, turn: turnOf(), resolve };
          const giveUp = () => {
            leaveLine(roomId, back);
            resolve();
          };
          if (signal.aborted) return resolve();
          signal.addEventListener('abort', giveUp, { once: true });
          returning.set(roomId, [...(returning.get(roomId) ?? []), back]);
          void startNext(tenantId, roomId);
        });
      },
    };
  }

  function run(tenantId: string, roomId: string, turn: RunningTurn): void {
    runningByRoom.set(roomId, turn);
    runningById.set(turn.row.id, turn);
    const whole = turn.run().finally(() => {
      // Another may have its place by now.
      if (runningByRoom.get(roomId) === turn) runningByRoom.delete(roomId);
      runningById.delete(turn.row.id);
      runs.delete(whole);
      void startNext(tenantId, roomId);
    });
    runs.add(whole);
    if (isStopping) turn.interrupt();
  }

  async function interruptAbandoned(turn: TurnRow): Promise<void> {
    if (runningById.has(turn.id)) return;
    await app.roomLog.append(turn.tenant_id, turn.room_id, async (entry) => {
      const open = await listOpenTurns(entry.trx, turn.tenant_id, turn.room_id);
      const still = open.find((candidate) => candidate.id === turn.id && candidate.lease_until === turn.lease_until);
      if (!still || still.state === 'queued') return;
      const failure = describeFailure('server_restarted');
      const seq = await entry.nextSeq();
      await endTurn(entry.trx, still, { reason: 'interrupted', seq, now: Date.now(), note: failure.note });
      const message = await requireAnswer(entry.trx, still);
      const payload = { roomId: turn.room_id, seq, turnId: turn.id, reason: 'interrupted' as const, message };
      entry.record({ name: 'turn:ended', payload: { ...payload, error: failure.error } });
      entry.afterCommit(() => void startNext(turn.tenant_id, turn.room_id));
    });
  }

  async function endAbandoned(formerNodeId?: string): Promise<void> {
    for (const turn of await listAbandonedTurns(app.db, Date.now(), formerNodeId)) await interruptAbandoned(turn);
  }

  return {
    wake: (tenantId, roomId) => void startNext(tenantId, roomId),
    live: (turnId) => runningById.get(turnId)?.live(),
    shownPassages: (turnId) => runningById.get(turnId)?.shownPassages() ?? [],
    isRunning: (roomId) => runningByRoom.has(roomId),
    interruptAbandoned,
    async start() {
      await endAbandoned(app.nodeId);
      for (const { tenant_id, room_id } of await listRoomsWithQueuedTurns(app.db)) await startNext(tenant_id, room_id);
      leaseTimer = setInterval(() => {
        endAbandoned().catch((error) => app.log.error('Leases could not be checked', { error }));
      }, app.limits.turnLeaseMs);
      leaseTimer.unref();
    },
    async stop(finishMs) {
      isStopping = true;
      clearInterval(leaseTimer);
      const timer = setTimeout(() => {
        for (const turn of runningById.values()) turn.interrupt();
      }, finishMs);
      // One that is just being claimed is interrupted by `run`, and waited for like the others.
      while (starting.size > 0 || runs.size > 0) {
        await Promise.all([...[...starting.values()].map((claim) => claim.done), ...runs]);
      }
      clearTimeout(timer);
    },
    decideHere: (turnId, stepId, decision) => runningById.get(turnId)?.decide(stepId, decision) ?? false,
    showHere: (turnId, stepId) => runningById.get(turnId)?.show(stepId) ?? false,
    async stopHere(turnId, byName) {
      const turn = runningById.get(turnId);
      if (!turn) return false;
      turn.stop(byName);
      await turn.ended;
      return true;
    },
  };
}

/** Ends queued turns that nobody may have answered any more. @returns the first that somebody still may */
async function dropUnasked(entry: RoomEntry, queued: TurnRow[]): Promise<TurnRow | undefined> {
  for (const turn of queued) {
    if (await isStillAsked(entry, turn)) return turn;
    const seq = await entry.nextSeq();
    await endTurn(entry.trx, turn, { reason: 'stopped', seq, now: Date.now() });
    const payload = { roomId: turn.room_id, seq, turnId: turn.id, reason: 'stopped' as const };
    entry.record({ name: 'turn:ended', payload });
  }
  return undefined;
}

/** Not when the question was deleted, the room archived, or the asker may no longer write there. */
async function isStillAsked(entry: RoomEntry, turn: TurnRow): Promise<boolean> {
  const asker = { userId: turn.asked_by, tenantId: turn.tenant_id };
  const mayAsk = await requireMember(entry.trx, asker, turn.room_id, 'write').then(
    () => true,
    (error) => {
      if (error instanceof AppError) return false;
      throw error;
    },
  );
  if (!mayAsk) return false;
  const question = await findMessage(entry.trx, turn.tenant_id, turn.question_id);
  return question !== undefined && question.status !== 'deleted';
}

async function requireAnswer(trx: Parameters<typeof findMessage>[0], row: TurnRow): Promise<Message> {
  const message = await findMessage(trx, row.tenant_id, row.message_id);
  if (!message) throw new Error(`The answer of turn ${row.id} is not in the database.`);
  return message;
}
