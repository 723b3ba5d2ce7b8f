// What is remembered that an answer in this room may be given: whose it may be, what fits the question, and how it stands in the prompt.
import type { Selectable } from 'kysely';
import type { RoomsTable } from '../../database/schema.ts';
import type { Actor, App } from '../context.ts';
import { createTimeStamp } from '../lib/time-stamp.ts';
import { placesForAnswer } from '../memory/answer-places.ts';
import { findCorrectors, type KnownMemory } from '../memory/memory-store.ts';
import { newestMemories, type RecallApp, recallMemories } from '../memory/recall.ts';
import { type ContextSection, digestOf } from './context-sections.ts';
import { jsonLine } from './passages.ts';

/** A memory, with whoever put right what its author said. */
export type GivenMemory = KnownMemory & { correctedBy?: string };

export interface FoundMemories {
  /** Those that fit best first, then the newest. */
  memories: GivenMemory[];
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

export interface LookForMemories {
  /** Whether there is anything to look at or to search. Never throws. */
  any: Promise<boolean>;
  found: Promise<FoundMemories>;
}

/** `found` never throws but for `signal`: an answer without memories is better than none. */
export function lookForMemories(
  app: RecallApp,
  input: { room: Selectable<RoomsTable>; actor: Actor; question: string },
  signal: AbortSignal,
): LookForMemories {
  const { room, actor, question } = input;
  const tenantId = room.tenant_id;
  const newest = placesForAnswer(app.db, room, actor)
    .then((places) => newestMemories(app, { tenantId, places, limit: NEWEST }))
    .catch((error) => {
      app.log.warn('What a room remembers could not be looked at', { error });
      return [];
    });
  const find = async (): Promise<FoundMemories> => {
    const last = await newest;
    const limit = app.limits.memoriesPerPrompt;
    // Places without any are not asked.
    const places = [
      ...new Map(last.map((row) => [row.scope_id, { scope: row.scope, scopeId: row.scope_id }])).values(),
    ];
    const recalled =
      places.length === 0
        ? { memories: [], wordsOnly: false }
        : await recallMemories(app, { tenantId, places, text: question, limit }, signal).catch((error) => {
            signal.throwIfAborted();
            app.log.warn('What a room remembers could not be searched', { error });
            return { memories: [], wordsOnly: true };
          });
    const { memories, wordsOnly } = recalled;
    const byId = new Map([...memories, ...last.slice(0, NEWEST)].map((row) => [row.id, row]));
    const given = [...byId.values()].slice(0, limit);
    return {
      memories: await withCorrectors(app, tenantId, given),
      fitting: memories.length,
      wordsOnly,
      endedAt: performance.now(),
    };
  };
  const found = find();
  // Awaited with the history; should that fail first, nobody is left to hear of this.
  found.catch(() => undefined);
  return { any: newest.then((rows) => rows.length > 0), found };
}

/** Nobody is quoted with what somebody else made of their words. */
async function withCorrectors(
  app: RecallApp,
  tenantId: string,
  memories: readonly KnownMemory[],
): Promise<GivenMemory[]> {
  const correctors = await findCorrectors(app.db, tenantId, memories).catch((error) => {
    app.log.warn('Who corrected what is remembered could not be looked up', { error });
    return new Map<string, string>();
  });
  return memories.map((row) => {
    const correctedBy = correctors.get(row.id);
    return correctedBy === undefined ? row : { ...row, correctedBy };
  });
}

/** As many as fit into their share of the budget, each on a line of its own. */
export function memorySection(
  app: Pick<App, 'tokens' | 'limits'>,
  memories: readonly GivenMemory[],
  timeZone: string,
): ContextSection {
  const budget = Math.floor(app.limits.promptTokens * MEMORIES_SHARE);
  const stamp = createTimeStamp(timeZone);
  const section: ContextSection = { kind: 'memories', tokens: 0, items: [] };
  let leftOut = 0;
  for (const { id, text, author_name: by, said_at: saidAt, scope, correctedBy } of memories) {
    const said = { remembered: text, by, at: stamp(saidAt), ...(correctedBy === undefined ? {} : { correctedBy }) };
    const line = jsonLine({ ...said, of: OWNERS[scope] });
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
