// What is remembered that an answer in this room may be given: whose it may be, what fits the question, and how it stands in the prompt.
import type { Selectable } from 'kysely';
import type { RoomsTable } from '../../database/schema.ts';
import type { Actor, App } from '../context.ts';
import { createTimeStamp } from '../lib/time-stamp.ts';
import type { KnownMemory, Place } from '../memory/memory-store.ts';
import { newestMemories, type RecallApp, recallMemories } from '../memory/recall.ts';
import { mayUsePersonalMemory } from '../rooms/member-store.ts';
import { type ContextSection, digestOf } from './context-sections.ts';
import { jsonLine } from './passages.ts';

export interface FoundMemories {
  /** Those that fit best first, then the newest. */
  memories: KnownMemory[];
  /** How many of them fit the question. */
  fitting: number;
  /** Meaning was not asked in time. */
  wordsOnly: boolean;
  endedAt: number;
}

/** Of the prompt. */
const MEMORIES_SHARE = 0.1;
/** What was decided last is given also where no word of the question names it. */
const NEWEST = 4;

/** Never throws but for `signal`: an answer without memories is better than none. */
export async function findMemories(
  app: RecallApp,
  input: { room: Selectable<RoomsTable>; actor: Actor; question: string },
  signal: AbortSignal,
): Promise<FoundMemories> {
  const { room, actor } = input;
  try {
    const places = await placesFor(app, room, actor);
    const query = { tenantId: room.tenant_id, places };
    const newest = await newestMemories(app, { ...query, limit: NEWEST });
    if (newest.length === 0) return nothing();
    const limit = app.limits.memoriesPerPrompt;
    const { memories, wordsOnly } = await recallMemories(app, { ...query, text: input.question, limit }, signal);
    const byId = new Map([...memories, ...newest].map((row) => [row.id, row]));
    return {
      memories: [...byId.values()].slice(0, limit),
      fitting: memories.length,
      wordsOnly,
      endedAt: performance.now(),
    };
  } catch (error) {
    signal.throwIfAborted();
    app.log.warn('What a room remembers could not be looked at', { error });
    return { ...nothing(), wordsOnly: true };
  }
}

const nothing = (): FoundMemories => ({ memories: [], fitting: 0, wordsOnly: false, endedAt: performance.now() });

/** Everybody in a room reads its answers: what is one person's alone is used where nobody else is, or where that person said so. */
async function placesFor(app: Pick<App, 'db'>, room: Selectable<RoomsTable>, actor: Actor): Promise<Place[]> {
  const places: Place[] = [
    { scope: 'room', scopeId: room.id },
    { scope: 'tenant', scopeId: room.tenant_id },
  ];
  const isPersonal =
    room.kind === 'personal' || (await mayUsePersonalMemory(app.db, room.tenant_id, room.id, actor.userId));
  if (isPersonal) places.push({ scope: 'person', scopeId: actor.userId });
  return places;
}

/** As many as fit into their share of the budget, each on a line of its own. */
export function memorySection(
  app: Pick<App, 'tokens' | 'limits'>,
  memories: readonly KnownMemory[],
  timeZone: string,
): ContextSection {
  const budget = Math.floor(app.limits.promptTokens * MEMORIES_SHARE);
  const stamp = createTimeStamp(timeZone);
  const section: ContextSection = { kind: 'memories', tokens: 0, items: [] };
  let leftOut = 0;
  for (const { id, text, author_name: by, said_at: saidAt, scope } of memories) {
    const line = jsonLine({ remembered: text, by, at: stamp(saidAt), of: OWNERS[scope] });
    const tokens = app.tokens.estimate(line);
    if (section.tokens + tokens > budget) {
      leftOut += 1;
      continue;
    }
    section.items.push({ ref: id, tokens, text: line, digest: digestOf(text) });
    section.tokens += tokens;
  }
  return leftOut > 0 ? { ...section, leftOut, leftOutBecause: 'share' } : section;
}

const OWNERS = { room: 'this room', person: 'the one who asks', tenant: 'everybody' } as const;
