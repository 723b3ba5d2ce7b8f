// Looks a room through for what to remember, after answers and when it has fallen silent: once for each message, whatever happens in between.
import type { App, DbOrTrx } from '../context.ts';
import { AppError } from '../lib/errors.ts';
import { BUILT_IN_MODEL } from '../protocol/names.ts';
import { countMembers } from '../rooms/member-store.ts';
import { findRoom, type RoomRow } from '../rooms/room-store.ts';
import { announceMemory } from './announce.ts';
import { advance, listUnread, readTyped, type Stretch, whichStand } from './extract-store.ts';
import { type FoundFact, mayHoldFact, ownWords, type TypedMessage } from './fact.ts';
import { factsByModel, REQUEST_UNITS } from './facts-by-model.ts';
import { factsByRules } from './facts-by-rules.ts';
import type { KnownMemory, Place } from './memory-store.ts';
import { remember } from './remember.ts';

type ExtractApp = Pick<App, 'db' | 'jobs' | 'limits' | 'log' | 'model' | 'broadcast'>;

const EXTRACT_JOB = 'memory:extract';
const MESSAGES_AT_ONCE = 40;
/** A model that is away comes back in minutes rather than in seconds. */
const RETRY_BASE_MS = 20_000;

export interface RoomListener {
  /** Something was said in this room. Costs nothing: the room is looked through when it has been silent for a while. */
  heard(tenantId: string, roomId: string): void;
  /** Looks for rooms in which something was said that was not looked at yet. Call it when the job queue runs. */
  start(): Promise<void>;
  stop(): void;
}

/** Names the handler of the job. Call it once, before the queue starts. */
export function registerExtraction(app: ExtractApp): RoomListener {
  app.jobs.handle(
    EXTRACT_JOB,
    async (job, signal) => {
      const { roomId } = job.payload as { roomId: string };
      const isLastAttempt = job.attempt >= job.maxAttempts;
      await lookThrough(app, job.tenantId, roomId, { isLastAttempt, signal });
    },
    { retryBaseMs: RETRY_BASE_MS },
  );
  const timers = new Map<string, NodeJS.Timeout>();
  return {
    heard(tenantId, roomId) {
      clearTimeout(timers.get(roomId));
      const timer = setTimeout(() => {
        timers.delete(roomId);
        // What is lost here is found at the next message, or the next start: the room itself says how far it was read.
        rememberSoon(app, { tenantId, roomId, delayMs: 0 }).catch((error) =>
          app.log.debug('A room is looked through later', { error }),
        );
      }, app.limits.memoryQuietMs);
      timers.set(roomId, timer.unref());
    },
    async start() {
      for (const { tenantId, roomId } of await listUnread(app.db)) {
        await rememberSoon(app, { tenantId, roomId, delayMs: 0 });
      }
    },
    stop() {
      for (const timer of timers.values()) clearTimeout(timer);
      timers.clear();
    },
  };
}

/** Has the room looked through; asking again before it begins is asking once. */
export async function rememberSoon(
  app: Pick<App, 'jobs'>,
  room: { tenantId: string; roomId: string; delayMs: number },
): Promise<void> {
  const { tenantId, roomId, delayMs } = room;
  await app.jobs.add({ tenantId, kind: EXTRACT_JOB, payload: { roomId }, dedupeKey: roomId, delayMs });
}

async function lookThrough(
  app: ExtractApp,
  tenantId: string,
  roomId: string,
  { isLastAttempt, signal }: { isLastAttempt: boolean; signal: AbortSignal },
): Promise<void> {
  for (let hasMore = true; hasMore; ) {
    signal.throwIfAborted();
    const room = await findStanding(app.db, tenantId, roomId);
    if (!room || room.memory_seq >= room.last_seq) return;
    if (room.memory_mode === 'never') {
      await advance(app.db, room, room.memory_seq, room.last_seq);
      return;
    }
    const read = await readTyped(app.db, room, room.memory_seq, MESSAGES_AT_ONCE);
    const stretch = isByModel(app) ? withinUnits(read, REQUEST_UNITS) : read;
    const facts = await findFacts(app, room, stretch.messages, { isLastAttempt, signal });
    // When somebody else came further meanwhile, what is left from there is still to be looked at.
    const isStored = await store(app, room, stretch, facts);
    hasMore = stretch.hasMore || !isStored;
  }
}

/** One that is deleted has no members from that moment on; its row goes last, and nothing may be remembered of it any more. */
async function findStanding(db: DbOrTrx, tenantId: string, roomId: string): Promise<RoomRow | undefined> {
  const room = await findRoom(db, tenantId, roomId);
  return room && (await countMembers(db, tenantId, roomId)) > 0 ? room : undefined;
}

const isByModel = (app: Pick<App, 'model'>): boolean => app.model.model !== BUILT_IN_MODEL;

/** The oldest first, as many as fit one request; what is left is the next stretch. */
function withinUnits(stretch: Stretch, most: number): Stretch {
  let units = 0;
  const end = stretch.messages.findIndex(({ text }) => {
    units += mayHoldFact(text) ? ownWords(text).length : 0;
    return units > most;
  });
  if (end < 1) return stretch;
  return { messages: stretch.messages.slice(0, end), seq: stretch.messages[end]!.seq - 1, hasMore: true };
}

/** By the model where there is one; where it stays away or talks nonsense, by rules. */
async function findFacts(
  app: ExtractApp,
  room: RoomRow,
  messages: readonly TypedMessage[],
  { isLastAttempt, signal }: { isLastAttempt: boolean; signal: AbortSignal },
): Promise<FoundFact[]> {
  const worthAsking = messages.filter(({ text }) => mayHoldFact(text));
  if (worthAsking.length === 0) return [];
  if (!isByModel(app)) return factsByRules(worthAsking);
  try {
    return await factsByModel(app, worthAsking, room.language, signal);
  } catch (error) {
    signal.throwIfAborted();
    const isNonsense = (error as { code?: unknown }).code === 'unavailable';
    if (!isNonsense && !isLastAttempt) throw error;
    app.log.warn('The model could not say what to remember of a room; rules did', { roomId: room.id, error });
    return factsByRules(worthAsking);
  }
}

/**
 * In one transaction with how far the room was read, so that a run that is repeated stores nothing twice.
 * @returns false when somebody else came further, and then nothing was stored
 */
async function store(app: ExtractApp, room: RoomRow, stretch: Stretch, facts: readonly FoundFact[]): Promise<boolean> {
  const changed = await app.db.transaction().execute(async (trx): Promise<KnownMemory[] | undefined> => {
    if (!(await advance(trx, room, room.memory_seq, stretch.seq))) return undefined;
    const now = await findStanding(trx, room.tenant_id, room.id);
    if (!now || now.memory_mode === 'never') return [];
    const standing = await whichStand(trx, room.tenant_id, stretch.messages);
    const stored: KnownMemory[] = [];
    for (const fact of facts) {
      const message = stretch.messages.find(({ id }) => id === fact.messageId);
      if (!message || !standing.has(message.id)) continue;
      const remembered = await remember(app, trx, {
        tenantId: room.tenant_id,
        place: placeOf(room, message),
        text: fact.text,
        kind: fact.kind,
        subject: fact.subject,
        status: now.memory_mode === 'auto' ? 'accepted' : 'proposed',
        origin: 'said',
        author: { id: message.authorId, name: message.authorName },
        source: { roomId: room.id, messageId: message.id },
        saidAt: message.createdAt,
      }).catch((error) => {
        if (!isFull(error)) throw error;
        // What was said is read all the same: looked at again, it would fit as little, and cost as much again.
        app.log.warn('A room remembers all it can; a fact found there is left out', { roomId: room.id });
        return { changed: [] };
      });
      stored.push(...remembered.changed);
    }
    return stored;
  });
  for (const row of changed ?? []) announceMemory(app, row);
  return changed !== undefined;
}

const isFull = (error: unknown): boolean => error instanceof AppError && error.details?.reason === 'too_many_memories';

/** What somebody says where nobody else is belongs to them. */
const placeOf = (room: RoomRow, message: TypedMessage): Place =>
  room.kind === 'personal' ? { scope: 'person', scopeId: message.authorId } : { scope: 'room', scopeId: room.id };
