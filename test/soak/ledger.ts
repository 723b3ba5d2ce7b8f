// The books of a soak: what every client heard, what the server said it kept, and what does not add up.
import type { JoinSnapshot, RoomFacts } from '../../src/protocol/events.ts';
import type { Message, Turn } from '../../src/protocol/models.ts';
import type { Breach, RoomView } from '../support/room-client.ts';

/** so much of what was said may be lost by a crash. */
const CRASH_LOSS_MS = 1_000;
/** Beyond it they say nothing new. */
const MOST_PROBLEMS = 50;

interface Heard {
  /** The longest that anybody heard. */
  text: string;
  /** How far it had come when. */
  reached: { atMs: number; units: number }[];
  /** Somebody got its turn:ended, so its server lived: nothing may be missing. */
  endedLive: boolean;
}

export interface Ledger {
  readonly lostUnits: number;
  readonly doubledUnits: number;
  readonly problems: readonly string[];
  /** Answers that are over, by turn. */
  readonly answers: ReadonlyMap<string, Message>;
  /** Questions whose turn is over, with or without an answer. */
  readonly settledQuestions: ReadonlySet<string>;
  problem(text: string): void;
  breach(who: string, breach: Breach): void;
  snapshot(who: string, snapshot: JoinSnapshot, view: RoomView): void;
  delta(turnId: string, said: string): void;
  ended(who: string, fact: RoomFacts['turn:ended'], turn: (Turn & { text: string }) | undefined): void;
  /** A final text, wherever it was read. */
  final(who: string, message: Message): void;
  /** @param kept what is authoritative */
  compare(who: string, heard: string, kept: string): void;
  crashed(): void;
}

export function createLedger(now: () => number = () => performance.now()): Ledger {
  const heardByTurn = new Map<string, Heard>();
  const answers = new Map<string, Message>();
  const settledQuestions = new Set<string>();
  const problems: string[] = [];
  let crashedAtMs = Number.NEGATIVE_INFINITY;
  let lostUnits = 0;
  let doubledUnits = 0;

  const problem = (text: string) => {
    if (problems.length < MOST_PROBLEMS) problems.push(text);
  };

  const heardOf = (turnId: string): Heard => {
    const heard = heardByTurn.get(turnId) ?? { text: '', reached: [], endedLive: false };
    heardByTurn.set(turnId, heard);
    return heard;
  };

  const compare = (who: string, heard: string, kept: string) => {
    if (heard === kept) return;
    let before = 0;
    while (before < heard.length && before < kept.length && heard[before] === kept[before]) before += 1;
    let after = 0;
    const most = Math.min(heard.length, kept.length) - before;
    while (after < most && heard.at(-1 - after) === kept.at(-1 - after)) after += 1;
    lostUnits += kept.length - before - after;
    doubledUnits += heard.length - before - after;
    problem(`${who}: heard ${heard.length} units that differ from the ${kept.length} kept, from ${before} on`);
  };

  /** A crash may take the last second; everything before it must be there, and nothing may have changed. */
  const judgeCrash = (who: string, message: Message, heard: Heard) => {
    const safe = heard.reached.filter(({ atMs }) => atMs < crashedAtMs - CRASH_LOSS_MS).at(-1)?.units ?? 0;
    if (message.text.length < safe) {
      lostUnits += safe - message.text.length;
      problem(`${who}: the crash took ${safe - message.text.length} units that were said more than a second before`);
    }
    const shared = Math.min(message.text.length, heard.text.length);
    compare(`${who} after a crash`, heard.text.slice(0, shared), message.text.slice(0, shared));
  };

  const final = (who: string, message: Message) => {
    if (message.turnId === undefined || message.status === 'streaming') return;
    if (message.questionId !== undefined) settledQuestions.add(message.questionId);
    const known = answers.get(message.turnId);
    if (known) {
      compare(`${who} and another`, message.text, known.text);
      if (known.status !== message.status) problem(`${who}: an answer is ${message.status} and was ${known.status}`);
      return;
    }
    answers.set(message.turnId, message);
    const heard = heardByTurn.get(message.turnId);
    if (!heard) return;
    if (message.status === 'interrupted' && !heard.endedLive) judgeCrash(who, message, heard);
    else if (!message.text.startsWith(heard.text)) compare(who, heard.text, message.text);
  };

  return {
    get lostUnits() {
      return lostUnits;
    },
    get doubledUnits() {
      return doubledUnits;
    },
    problems,
    answers,
    settledQuestions,
    problem,
    compare,
    final,
    breach(who, breach) {
      problem(`${who}: ${JSON.stringify(breach)}`);
      if (breach.kind !== 'offset') return;
      if (breach.actual > breach.expected) lostUnits += breach.actual - breach.expected;
      else doubledUnits += Math.min(breach.units, breach.expected - breach.actual);
    },
    snapshot(who, { messages, turns, lastSeq }, view) {
      if (view.lastSeq !== undefined && lastSeq < view.lastSeq) {
        problem(`${who}: the room is at ${lastSeq} and was at ${view.lastSeq}`);
      }
      for (const turn of turns) {
        const text = turn.text ?? '';
        const known = view.turns.get(turn.id)?.text ?? '';
        if (!text.startsWith(known)) compare(`${who}, joining again`, known, text.slice(0, known.length));
        if ((turn.offset ?? 0) !== text.length) problem(`${who}: offset ${turn.offset} of ${text.length} units`);
        const message = messages.find(({ id }) => id === turn.messageId);
        if (message && turn.state !== 'queued') compare(`${who}, in one snapshot`, message.text, text);
        if (text !== '') this.delta(turn.id, text);
      }
      for (const message of messages) final(who, message);
    },
    delta(turnId, said) {
      const heard = heardOf(turnId);
      if (said.length <= heard.text.length) return;
      heard.text = said;
      heard.reached.push({ atMs: now(), units: said.length });
    },
    ended(who, { turnId, message }, turn) {
      heardOf(turnId).endedLive = true;
      if (turn) settledQuestions.add(turn.questionId);
      if (!message) return;
      if (!turn || turn.state === 'queued') problem(`${who}: an answer ended that had not started`);
      else compare(who, turn.text, message.text);
      final(who, message);
    },
    crashed() {
      crashedAtMs = now();
    },
  };
}
