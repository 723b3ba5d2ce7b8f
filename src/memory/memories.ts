// Memories as people handle them: listed, written down, accepted, rejected, corrected, looked at.
import type { Actor, App, Trx } from '../context.ts';
import type { Memory, MemoryVersion } from '../protocol/memory-models.ts';
import type { MemoryScope, MemoryStatus } from '../protocol/names.ts';
import { requireMember } from '../rooms/access.ts';
import { setPersonalMemory as storePersonalMemory } from '../rooms/member-store.ts';
import { placeOf, requireMemory, requireMemoryPlace } from './access.ts';
import { announceMemory } from './announce.ts';
import { cleanFact } from './fact.ts';
import { describeFact } from './facts-by-rules.ts';
import {
  isSourceGone,
  LIVING,
  listMemories as listRows,
  listVersions,
  toMemory,
  updateMemoryRow,
} from './memory-store.ts';
import { keepWithoutSource, noteVersion, type Remembered, remember, settle } from './remember.ts';

export interface MemoryQuery {
  scope?: MemoryScope | undefined;
  roomId?: string | undefined;
  status?: MemoryStatus | 'all' | undefined;
  limit: number;
  cursor?: string | undefined;
}

/** Newest first. @throws AppError not_found (of the room), invalid */
export async function listMemories(
  app: Pick<App, 'db'>,
  actor: Actor,
  input: MemoryQuery,
): Promise<{ items: Memory[]; nextCursor?: string }> {
  const place = placeOf(actor, input);
  await requireMemoryPlace(app, actor, place, 'read');
  const statuses = input.status === undefined ? LIVING : [input.status].filter((status) => status !== 'all');
  const rows = await listRows(app.db, actor.tenantId, place, {
    ...(statuses.length > 0 ? { statuses } : {}),
    beforeId: input.cursor,
    limit: input.limit + 1,
  });
  const items = rows.slice(0, input.limit).map(toMemory);
  return { items, ...(rows.length > input.limit ? { nextCursor: items.at(-1)!.id } : {}) };
}

/**
 * What a person writes down holds at once; what a program of theirs writes is proposed. The same text again is the same memory.
 * @param input.viaProgram it came over a protocol for programs, whatever it was signed in with
 * @throws AppError not_found (of the room), forbidden, invalid, conflict (room_archived, too_many_memories)
 */
export async function createMemory(
  app: Pick<App, 'db' | 'limits' | 'broadcast' | 'jobs'>,
  actor: Actor,
  input: { scope?: MemoryScope | undefined; roomId?: string | undefined; text: string; viaProgram?: boolean },
): Promise<Memory> {
  const place = placeOf(actor, input);
  const isProgram = input.viaProgram === true || actor.apiKey !== undefined;
  const text = cleanFact(input.text);
  return change(app, async (trx) => {
    await requireMemoryPlace(trx, actor, place, 'write');
    return remember(app, trx, {
      tenantId: actor.tenantId,
      place,
      text,
      ...describeFact(text),
      status: isProgram ? 'proposed' : 'accepted',
      origin: isProgram ? 'program' : 'written',
      author: { id: actor.userId, name: actor.name },
      saidAt: Date.now(),
    });
  });
}

/** @throws AppError not_found */
export async function getMemory(app: Pick<App, 'db'>, actor: Actor, memoryId: string): Promise<Memory> {
  return toMemory(await requireMemory(app, actor, memoryId, 'read'));
}

/** Newest first. @throws AppError not_found */
export async function memoryHistory(
  app: Pick<App, 'db'>,
  actor: Actor,
  memoryId: string,
): Promise<{ items: MemoryVersion[] }> {
  const row = await requireMemory(app, actor, memoryId, 'read');
  return { items: await listVersions(app.db, actor.tenantId, row.id) };
}

/** What is so already makes no version. @throws AppError not_found, forbidden, conflict (room_archived) */
export async function updateMemory(
  app: Pick<App, 'db' | 'broadcast' | 'jobs'>,
  actor: Actor,
  input: {
    memoryId: string;
    text?: string | undefined;
    status?: 'accepted' | 'rejected' | undefined;
    used?: boolean | undefined;
  },
): Promise<Memory> {
  const by = { id: actor.userId, name: actor.name };
  return change(app, async (trx) => {
    let row = await requireMemory(trx, actor, input.memoryId, 'write');
    const before = row.version;
    const text = input.text === undefined ? row.text : cleanFact(input.text);
    if (text !== row.text) {
      const { kind, subject = null } = describeFact(text);
      await updateMemoryRow(trx, row.tenant_id, row.id, { text, kind, subject });
      row = await noteVersion(app, trx, { ...row, text }, 'edited', by);
    }
    const isKept = isSourceGone(row) && (input.used === true || input.status === 'accepted');
    if (isKept) row = await keepWithoutSource(app, trx, row, by);
    else if (input.used !== undefined && input.used !== (row.is_used === 1)) {
      await updateMemoryRow(trx, row.tenant_id, row.id, { is_used: input.used ? 1 : 0 });
      row = await noteVersion(app, trx, row, input.used ? 'used' : 'not_used', by);
    }
    if (input.status === undefined || row.status === input.status)
      return { memory: row, changed: row.version > before ? [row] : [] };
    return settle(app, trx, row, input.status, by);
  });
}

/** Of the caller alone, until they leave the room. @throws AppError not_found */
export async function setPersonalMemory(
  app: Pick<App, 'db' | 'broadcast'>,
  actor: Actor,
  input: { roomId: string; allowed: boolean },
): Promise<{ allowed: boolean }> {
  await requireMember(app, actor, input.roomId, 'read');
  await storePersonalMemory(app.db, actor.tenantId, input.roomId, actor.userId, input.allowed);
  return { allowed: input.allowed };
}

/** One transaction; what changed in it is told after the commit. */
async function change(app: Pick<App, 'db' | 'broadcast'>, write: (trx: Trx) => Promise<Remembered>): Promise<Memory> {
  const { memory, changed } = await app.db.transaction().execute(write);
  for (const row of changed) announceMemory(app, row);
  return toMemory(memory);
}
