// How a fact becomes a memory, and how its status changes: the same few writes whoever causes them. Rights are checked by the callers.
import type { App, Trx } from '../context.ts';
import { AppError } from '../lib/errors.ts';
import { newId } from '../lib/ids.ts';
import { stemsOf, wordsOf } from '../lib/words.ts';
import type { MemoryChange, MemoryKind, MemoryOrigin, MemoryStatus } from '../protocol/names.ts';
import { indexMemoriesLater } from './index-memories.ts';
import {
  countLiving,
  findMemories,
  findMemory,
  findSameText,
  insertMemory,
  insertVersion,
  isSourceGone,
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

/** A memory as it is now, and everything that changed on the way there, itself included when it did. */
export interface Remembered {
  memory: KnownMemory;
  changed: KnownMemory[];
}

/**
 * Stores it with its first version. What is there already in the same words is not stored twice; an accepted one replaces what was accepted
 * about the same subject before.
 * @throws AppError conflict (too_many_memories), before anything is written
 */
export async function remember(app: Pick<App, 'limits' | 'jobs'>, trx: Trx, fact: NewMemory): Promise<Remembered> {
  const same = await findSame(trx, fact);
  const isAgain = same !== undefined && isSourceGone(same);
  if (same && isAgain && fact.status === 'accepted') return keepAsSaidAgain(app, trx, same, fact);
  if (same && !isAgain) {
    if (same.status === 'accepted' || fact.status === 'proposed') return { memory: same, changed: [] };
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
  const [contradicted] = fact.subject ? await findContradicted(trx, fact.tenantId, fact.place, fact.subject) : [];
  const before = isAgain ? same : contradicted;
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
  return { memory: stored, changed: [stored, ...replaced] };
}

/** Its message is gone, and somebody says the same anew: from now on it is theirs. */
async function keepAsSaidAgain(
  app: Pick<App, 'jobs'>,
  trx: Trx,
  row: KnownMemory,
  { source, author, saidAt }: NewMemory,
): Promise<Remembered> {
  const change = {
    is_used: 1,
    author_id: author.id,
    author_name: author.name,
    source_room_id: source?.roomId ?? null,
    source_message_id: source?.messageId ?? null,
    said_at: saidAt,
  };
  await updateMemoryRow(trx, row.tenant_id, row.id, change);
  if (row.status !== 'accepted')
    return settle(app, trx, (await findMemory(trx, row.tenant_id, row.id))!, 'accepted', author);
  const memory = await noteVersion(app, trx, { ...row, ...change }, 'used', author);
  return { memory, changed: [memory] };
}

/** Somebody keeps what was said in a message that is gone: it no longer rests on it. */
export async function keepWithoutSource(
  app: Pick<App, 'jobs'>,
  trx: Trx,
  row: KnownMemory,
  by: By,
): Promise<KnownMemory> {
  const change = { is_used: 1, source_room_id: null, source_message_id: null };
  await updateMemoryRow(trx, row.tenant_id, row.id, change);
  return noteVersion(app, trx, { ...row, ...change }, 'used', by);
}

/** A living one of this place that says this in these words, however they are written. */
async function findSame(trx: Trx, { tenantId, place, text }: NewMemory): Promise<KnownMemory | undefined> {
  const near = await findNearest(trx, tenantId, place, stemsOf(text));
  if (near.length === 0) return findSameText(trx, tenantId, place, text);
  const words = wordsOf(text).join(' ');
  return near.find((row) => isLiving(row.status) && wordsOf(row.text).join(' ') === words);
}

/**
 * Accepts or rejects. Accepting replaces what was accepted about the same subject; a proposal that is older than that is replaced by it.
 */
export async function settle(
  app: Pick<App, 'jobs'>,
  trx: Trx,
  row: KnownMemory,
  status: 'accepted' | 'rejected',
  by: By,
): Promise<Remembered> {
  if (row.status === status) return { memory: row, changed: [] };
  const decided = { decided_by: by?.id ?? null, decided_by_name: by?.name ?? null, decided_at: Date.now() };
  const newer = status === 'accepted' && row.status === 'proposed' ? await findNewer(trx, row) : undefined;
  if (newer) {
    // Right, but no longer: what was said after it and accepted before it holds.
    const change = { ...decided, status: 'superseded' as const, superseded_by: newer.id };
    await updateMemoryRow(trx, row.tenant_id, row.id, change);
    const memory = await noteVersion(app, trx, { ...row, ...change }, 'superseded', by);
    return { memory, changed: [memory] };
  }
  const change = { ...decided, status, superseded_by: null };
  await updateMemoryRow(trx, row.tenant_id, row.id, change);
  const memory = await noteVersion(app, trx, { ...row, ...change }, status, by);
  const replaced = status === 'accepted' ? await supersedeOthers(app, trx, memory) : [];
  return { memory, changed: [memory, ...replaced] };
}

/** What holds about the same and was said later. */
async function findNewer(trx: Trx, row: KnownMemory): Promise<KnownMemory | undefined> {
  if (row.subject === null) return undefined;
  const place = { scope: row.scope, scopeId: row.scope_id };
  const [newest] = await findContradicted(trx, row.tenant_id, place, row.subject);
  return newest && newest.said_at > row.said_at ? newest : undefined;
}

/** Of two about one subject one holds. */
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
  return (await findNearest(trx, tenantId, place, subject.split(' ')))
    .filter((row) => row.status === 'accepted' && row.subject !== null && isSameSubject(row.subject, subject))
    .sort((a, b) => b.said_at - a.said_at);
}

/** Those of this place that share the most words with these. */
async function findNearest(trx: Trx, tenantId: string, place: Place, stems: readonly string[]): Promise<KnownMemory[]> {
  const counts = new Map<string, number>();
  for (const { memoryId } of await findPostings(trx, tenantId, [place.scopeId], stems)) {
    counts.set(memoryId, (counts.get(memoryId) ?? 0) + 1);
  }
  const nearest = [...counts].sort((a, b) => b[1] - a[1]).slice(0, NEAREST);
  const rows = await findMemories(
    trx,
    tenantId,
    nearest.map(([id]) => id),
  );
  return rows.filter(({ scope, scope_id }) => scope === place.scope && scope_id === place.scopeId);
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
