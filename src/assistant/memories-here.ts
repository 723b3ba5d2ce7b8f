// What is remembered that an answer in this room may be given: whose it may be, what fits the question, and how it stands in the prompt.
import type { Selectable } from 'kysely';
import type { RoomsTable } from '../../database/schema.ts';
import type { Actor, App } from '../context.ts';
import { createTimeStamp } from '../lib/time-stamp.ts';
import { placesForAnswer } from '../memory/answer-places.ts';
import type { KnownMemory } from '../memory/memory-store.ts';
import { newestMemories, type RecallApp, recallMemories } from '../memory/recall.ts';
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
    const places = await placesForAnswer(app.db, room, actor);
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

/** Whether there is anything to look at or to search. */
export async function hasMemories(app: Pick<App, 'db'>, room: Selectable<RoomsTable>, actor: Actor): Promise<boolean> {
  const places = await placesForAnswer(app.db, room, actor);
  return (await newestMemories(app, { tenantId: room.tenant_id, places, limit: 1 })).length > 0;
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
