// How a fact becomes a memory, and how its status changes: the same few writes whoever causes them. Rights are checked by the callers.
import type { App, Trx } from '../context.ts';
import { AppError } from '../lib/errors.ts';
import { newId } from '../lib/ids.ts';
import { stemsOf } from '../lib/words.ts';
import type { MemoryChange, MemoryKind, MemoryOrigin, MemoryStatus } from '../protocol/names.ts';
import { indexMemoriesLater } from './index-memories.ts';
import {
  countLiving,
  findMemories,
  findMemory,
  findSameText,
  insertMemory,
  insertVersion,
  type KnownMemory,
  LIVING,
  type MemoryRow,
  type Place,
  updateMemoryRow,
} from './memory-store.ts';
import { findPostings, putTerms } from './memory-terms-store.ts';
import { isSameSubject } from './subject.ts';

/** Looked at for whether they are about the same. */
const NEAREST = 24;

export interface NewMemory {
  tenantId: string;
  place: Place;
  text: string;
  kind: MemoryKind;
  /** What it is about; absent when nothing can be said to contradict it. */
  subject?: string | undefined;
  status: 'proposed' | 'accepted';
  origin: MemoryOrigin;
  author: { id: string; name: string };
  source?: { roomId: string; messageId: string };
  /** Epoch ms */
  saidAt: number;
}

export type By = { id: string; name: string } | undefined;

/**
 * Stores it with its first version. What is there already in the same words is not stored twice; an accepted one replaces what was accepted
 * about the same subject before.
 * @returns everything that changed, the memory itself first @throws AppError conflict (too_many_memories)
 */
export async function remember(app: Pick<App, 'limits' | 'jobs'>, trx: Trx, fact: NewMemory): Promise<KnownMemory[]> {
  const same = await findSameText(trx, fact.tenantId, fact.place, fact.text);
  if (same) {
    if (same.status === 'accepted' || fact.status === 'proposed') return [same];
    return settle(app, trx, same, 'accepted', fact.author);
  }
  const maximum = app.limits.memoriesPerScope;
  if ((await countLiving(trx, fact.tenantId, fact.place)) >= maximum) {
    throw new AppError('conflict', `No more than ${maximum} memories are kept in one place. Forget some first.`, {
      reason: 'too_many_memories',
      maximum,
    });
  }
  const now = Date.now();
  const [before] = fact.subject ? await findContradicted(trx, fact.tenantId, fact.place, fact.subject) : [];
  const row: MemoryRow = {
    id: newId(),
    tenant_id: fact.tenantId,
    scope: fact.place.scope,
    scope_id: fact.place.scopeId,
    text: fact.text,
    kind: fact.kind,
    subject: fact.subject ?? null,
    status: fact.status,
    is_used: 1,
    origin: fact.origin,
    author_id: fact.author.id,
    author_name: fact.author.name,
    source_room_id: fact.source?.roomId ?? null,
    source_message_id: fact.source?.messageId ?? null,
    said_at: fact.saidAt,
    decided_by: null,
    decided_by_name: null,
    decided_at: null,
    supersedes_id: before?.id ?? null,
    superseded_by: null,
    version: 0,
    indexed_as: null,
    indexed_version: null,
    created_at: now,
    updated_at: now,
    forgotten_at: null,
  };
  await insertMemory(trx, row);
  const stored = await noteVersion(app, trx, row, fact.status, fact.author);
  const replaced = fact.status === 'accepted' ? await supersedeOthers(app, trx, stored) : [];
  return [stored, ...replaced];
}

/** Accepts or rejects; accepting replaces what was accepted about the same subject. @returns everything that changed, itself first */
export async function settle(
  app: Pick<App, 'jobs'>,
  trx: Trx,
  row: KnownMemory,
  status: 'accepted' | 'rejected',
  by: By,
): Promise<KnownMemory[]> {
  if (row.status === status) return [row];
  const now = Date.now();
  const change = {
    status,
    superseded_by: null,
    decided_by: by?.id ?? null,
    decided_by_name: by?.name ?? null,
    decided_at: now,
  };
  await updateMemoryRow(trx, row.tenant_id, row.id, change);
  const after = await noteVersion(app, trx, { ...row, ...change }, status, by);
  return [after, ...(status === 'accepted' ? await supersedeOthers(app, trx, after) : [])];
}

/** Of two about one subject the one that was accepted last holds. */
async function supersedeOthers(app: Pick<App, 'jobs'>, trx: Trx, row: KnownMemory): Promise<KnownMemory[]> {
  const place = { scope: row.scope, scopeId: row.scope_id };
  const about = row.subject === null ? [] : await findContradicted(trx, row.tenant_id, place, row.subject);
  const named = row.supersedes_id === null ? undefined : await findMemory(trx, row.tenant_id, row.supersedes_id);
  const others = new Map([...about, ...(named?.status === 'accepted' ? [named] : [])].map((one) => [one.id, one]));
  others.delete(row.id);
  const replaced: KnownMemory[] = [];
  for (const other of others.values()) {
    const change = { status: 'superseded' as const, superseded_by: row.id };
    await updateMemoryRow(trx, other.tenant_id, other.id, change);
    replaced.push(await noteVersion(app, trx, { ...other, ...change }, 'superseded', undefined));
  }
  return replaced;
}

/** Accepted memories of this place about the same, the newest said first. */
async function findContradicted(trx: Trx, tenantId: string, place: Place, subject: string): Promise<KnownMemory[]> {
  const postings = await findPostings(trx, tenantId, [place.scopeId], subject.split(' '));
  const counts = new Map<string, number>();
  for (const { memoryId } of postings) counts.set(memoryId, (counts.get(memoryId) ?? 0) + 1);
  const nearest = [...counts].sort((a, b) => b[1] - a[1]).slice(0, NEAREST);
  const rows = await findMemories(
    trx,
    tenantId,
    nearest.map(([id]) => id),
  );
  return rows
    .filter((row) => row.scope === place.scope && row.scope_id === place.scopeId && row.status === 'accepted')
    .filter((row) => row.subject !== null && isSameSubject(row.subject, subject))
    .sort((a, b) => b.said_at - a.said_at);
}

/** Raises the version, keeps what it says now, and makes it found by its words or no longer. @returns the row as it is now */
export async function noteVersion(
  app: Pick<App, 'jobs'>,
  trx: Trx,
  row: MemoryRow,
  change: MemoryChange,
  by: By,
): Promise<KnownMemory> {
  const now = Date.now();
  const version = row.version + 1;
  await updateMemoryRow(trx, row.tenant_id, row.id, { version, updated_at: now });
  await insertVersion(trx, {
    tenant_id: row.tenant_id,
    memory_id: row.id,
    number: version,
    change,
    text: row.text,
    status: row.status,
    by_id: by?.id ?? null,
    by_name: by?.name ?? null,
    created_at: now,
  });
  const found = { tenantId: row.tenant_id, memoryId: row.id, scopeId: row.scope_id };
  await putTerms(trx, found, isLiving(row.status) ? stemsOf(row.text) : []);
  await indexMemoriesLater(app, { tenantId: row.tenant_id, scope: row.scope, scopeId: row.scope_id }, { trx });
  return (await findMemory(trx, row.tenant_id, row.id))!;
}

const isLiving = (status: MemoryStatus): boolean => LIVING.includes(status);
