// One turn while it runs on this node: consumes the answer's events, sends deltas, stores text in batches, and ends exactly once.
import { createHash } from 'node:crypto';
import type { Selectable } from 'kysely';
import type { RoomsTable } from '../../database/schema.ts';
import type { Actor, App } from '../context.ts';
import { AppError } from '../lib/errors.ts';
import { createPausableTimer } from '../lib/pausable-timer.ts';
import type { PassageHit } from '../protocol/document-models.ts';
import type { AnswerUsage, Source, Step, SystemNote, Turn } from '../protocol/models.ts';
import type { TurnEndReason } from '../protocol/names.ts';
import { findMessage } from '../rooms/message-store.ts';
import { answerQuestion } from './answer.ts';
import { createApprovals, type Decision, type Place } from './approvals.ts';
import { withMoreSections, withoutTexts } from './context-sections.ts';
import { saveTimings, saveTurnContext } from './context-store.ts';
import { createDeltaStream } from './delta-stream.ts';
import { describeFailure, type Failure, failureOf } from './failures.ts';
import { afterAnswer } from './housekeeping.ts';
import type { ShownPassage } from './passages.ts';
import { findSources } from './sources.ts';
import type { AnswerApp, AnswerContext, AnswerEvent } from './turn.ts';
import { endTurn, saveProgress, type TurnRow } from './turn-store.ts';

export type TurnDeps = AnswerApp & Pick<App, 'jobs' | 'broadcast' | 'roomLog' | 'nodeId'>;

export interface RunningTurn {
  readonly row: TurnRow;
  /** Resolves when turn:ended has been stored and broadcast. Never rejects. */
  readonly ended: Promise<void>;
  run(): Promise<void>;
  live(): Pick<Turn, 'text' | 'offset' | 'steps' | 'state'>;
  /** In the order of their numbers. */
  shownPassages(): PassageHit[];
  /** The person who asked decides about a call. @returns false when this step waits for nothing */
  decide(stepId: string, decision: Decision): boolean;
  /** The person who asked shows everybody what a call would do. @returns false when this step waits for no permission to run */
  show(stepId: string): boolean;
  /** A member stopped it. @param byName who, for all to see */
  stop(byName?: string): void;
  /** The server stops. */
  interrupt(): void;
}

type Outcome = { reason: TurnEndReason; note?: SystemNote; failure?: Failure };
/** The answer is as long as it may be; what is there is whole. */
const CUT_AT_LENGTH: SystemNote = { key: 'turn.cut_at_length', params: {} };

type Ending = 'stop' | 'interrupt' | 'timeout' | 'too-long';

/** How often the end is tried to be stored, with pauses of up to two seconds: a minute or so of a locked database. */
const STORE_ATTEMPTS = 30;
const STORE_PAUSE_MS = 100;
const STORE_LONGEST_PAUSE_MS = 2_000;

/** @param place in its room, which it gives up while it waits for a person */
export function createRunningTurn(
  app: TurnDeps,
  room: Selectable<RoomsTable>,
  row: TurnRow,
  place: Place,
): RunningTurn {
  const roomId = row.room_id;
  const startedAt = performance.now();
  const waited = { queuedMs: Date.now() - row.created_at };
  const abort = new AbortController();
  const steps = new Map<string, Step>();
  let ending: Ending | undefined;
  let stoppedBy: string | undefined;
  let usage: AnswerUsage | undefined;
  let isCutAtLength = false;
  let context: AnswerContext | undefined;
  let firstTokenMs: number | undefined;
  let storing = Promise.resolve();
  let resolveEnded = () => {};
  const ended = new Promise<void>((resolve) => {
    resolveEnded = resolve;
  });

  const stream = createDeltaStream(app.limits.deltaWindowMs, (offset, text) => {
    if (offset === 0) {
      firstTokenMs = performance.now() - startedAt;
      app.metrics.firstToken(firstTokenMs / 1000);
    }
    app.metrics.delta();
    app.broadcast.toRoom(roomId, { name: 'turn:delta', payload: { roomId, turnId: row.id, offset, text } });
  });
  const shownSteps = () => [...steps.values()].map(({ args: _args, ...step }) => step);
  const batches = createBatches(app, row, () => ({
    text: stream.text,
    // One that was at work when the server dies never came to anything.
    steps: shownSteps().filter(({ status }) => status === 'done' || status === 'failed'),
  }));

  const endBy = (how: Ending) => {
    ending ??= how;
    abort.abort();
  };
  const timeout = createPausableTimer(app.limits.turnTimeoutMs, () => endBy('timeout'));
  const approvals = createApprovals(app, row, place, { signal: abort.signal, onPause: timeout.pause });

  async function consume(): Promise<Outcome> {
    try {
      const asked = { room, questionId: row.question_id, turnId: row.id, actor: askerOf(row), approvals };
      const events = answerQuestion(app, asked, abort.signal);
      for await (const event of untilAborted(events, abort.signal)) take(event);
      if (!abort.signal.aborted) return { reason: 'completed', ...(isCutAtLength ? { note: CUT_AT_LENGTH } : {}) };
    } catch (error) {
      if (!abort.signal.aborted) {
        app.log.warn('A turn failed', { turnId: row.id, error });
        return { reason: 'failed', failure: failureOf(error) };
      }
    }
    if (ending === 'timeout') {
      const seconds = Math.round(app.limits.turnTimeoutMs / 1000);
      return { reason: 'failed', failure: describeFailure('turn_timeout', { seconds }) };
    }
    if (ending === 'interrupt') return { reason: 'interrupted', failure: describeFailure('server_stopping') };
    if (ending === 'too-long') return { reason: 'completed', note: CUT_AT_LENGTH };
    return {
      reason: 'stopped',
      note: { key: 'turn.stopped', params: stoppedBy === undefined ? {} : { name: stoppedBy } },
    };
  }

  function take(event: AnswerEvent): void {
    if (event.type === 'text') {
      stream.push(event.delta.replaceAll('\0', ''));
      if (stream.text.length > app.limits.answerUnits) endBy('too-long');
    } else if (event.type === 'step') {
      stream.flush();
      steps.set(event.step.id, event.step);
      const payload = { roomId, turnId: row.id, step: event.step };
      app.broadcast.stepToRoom(roomId, { name: 'turn:step', payload }, row.asked_by);
    } else if (event.type === 'usage') {
      usage = event.usage;
      isCutAtLength = event.cutAtLength;
    } else {
      context = context && event.context.isMore ? withMore(context, event.context) : event.context;
      const { promptHash, sections, timings } = context;
      const kept = {
        promptHash,
        sections: withoutTexts(sections),
        timings: { ...waited, ...timings },
        budgetTokens: app.limits.promptTokens,
        now: Date.now(),
      };
      // One after the other, so that what was given last is what stays.
      storing = storing
        .then(() => saveTurnContext(app.db, row, kept))
        .catch((error) => app.log.error('The context of an answer could not be stored', { turnId: row.id, error }));
    }
  }

  /** Of what was said, also when it was cut short. An answer without its sources is better than none. */
  async function sourcesOf(text: string): Promise<Source[]> {
    if (!context?.shelf) return [];
    return findSources(app, row.tenant_id, context.shelf, { text, question: context.question }).catch((error) => {
      app.log.error('The sources of an answer could not be found', { turnId: row.id, error });
      return [];
    });
  }

  async function end(outcome: Outcome): Promise<void> {
    const note = outcome.failure?.note ?? outcome.note;
    const endedAt = performance.now();
    stream.end();
    await batches.stop();
    await storing;
    const sources = await sourcesOf(stream.sentText);
    await app.roomLog.append(row.tenant_id, roomId, async (entry) => {
      const seq = await entry.nextSeq();
      await endTurn(entry.trx, row, {
        reason: outcome.reason,
        seq,
        now: Date.now(),
        text: stream.sentText,
        model: app.model.model,
        steps: shownSteps(),
        sources,
        ...(usage ? { usage } : {}),
        ...(note ? { note } : {}),
      });
      if (context) {
        const ended = { ...(firstTokenMs === undefined ? {} : { firstTokenMs }), totalMs: endedAt - startedAt };
        await saveTimings(entry.trx, row, { ...waited, ...context.timings, ...ended });
      }
      const message = await findMessage(entry.trx, row.tenant_id, row.message_id);
      const payload = { roomId, seq, turnId: row.id, reason: outcome.reason };
      const error = outcome.failure?.error;
      entry.record({
        name: 'turn:ended',
        payload: { ...payload, ...(message ? { message } : {}), ...(error ? { error } : {}) },
      });
    });
  }

  return {
    row,
    ended,
    live: () => ({
      state: timeout.isPaused() ? 'waiting' : 'running',
      text: stream.sentText,
      offset: stream.sentText.length,
      steps: [...steps.values()],
    }),
    shownPassages: () => context?.shelf?.all().map(toHit) ?? [],
    decide: (stepId, decision) => approvals.decide(stepId, decision),
    show(stepId) {
      const step = steps.get(stepId);
      if (step?.status !== 'waiting' || step.asks !== 'run') return false;
      take({ type: 'step', step: { ...step, isShown: true } });
      return true;
    },
    stop(byName) {
      stoppedBy ??= byName;
      endBy('stop');
    },
    interrupt: () => endBy('interrupt'),
    async run() {
      timeout.start();
      const outcome = await consume();
      timeout.stop();
      try {
        await withRetries(STORE_ATTEMPTS, () => end(outcome));
        app.metrics.turnEnded(outcome.reason, usage);
      } catch (error) {
        // The lease runs out and whoever sees it ends the turn with the text stored so far.
        app.log.error('The end of a turn could not be stored', { turnId: row.id, error });
      } finally {
        resolveEnded();
      }
      await afterAnswer(app, { room, turn: row, text: stream.sentText, oldestSeq: context?.oldestSeq }).catch((error) =>
        app.log.error('What follows an answer could not be noted', { turnId: row.id, error }),
      );
    },
  };
}

const toHit = ({ chunkId, documentId, documentName, page, heading, text, score }: ShownPassage): PassageHit => ({
  chunkId,
  documentId,
  documentName,
  page,
  heading,
  text,
  score,
});

/** What an answer in parts was given, as one: its hash proves all of them. */
const withMore = (before: AnswerContext, more: AnswerContext): AnswerContext => ({
  ...before,
  sections: withMoreSections(before.sections, more.sections),
  promptHash: createHash('sha256').update(before.promptHash).update(more.promptHash).digest('hex'),
});

/** Tools act with the rights of the person who asked. */
const askerOf = (row: TurnRow): Actor => ({
  kind: 'person',
  userId: row.asked_by,
  tenantId: row.tenant_id,
  sessionId: '',
  name: row.asked_by_name,
  role: 'member',
  expiresAt: Number.POSITIVE_INFINITY,
});

/** Stores what there is so far every half second, and renews the lease even when nothing is being said. */
function createBatches(app: TurnDeps, row: TurnRow, current: () => { text: string; steps: Step[] }) {
  let stored = { text: '', steps: 0 };
  let storing: Promise<void> = Promise.resolve();
  let isStoring = false;
  let leaseRenewedAt = Date.now();

  const store = async () => {
    const { text, steps } = current();
    const leaseIsOld = Date.now() - leaseRenewedAt > app.limits.turnLeaseMs / 3;
    const isSame = { text: text === stored.text, steps: steps.length === stored.steps };
    if (isSame.text && isSame.steps && !leaseIsOld) return;
    const now = Date.now();
    await saveProgress(app.db, row, {
      leaseUntil: now + app.limits.turnLeaseMs,
      ...(isSame.text ? {} : { text: text.toWellFormed() }),
      ...(isSame.steps ? {} : { steps }),
    });
    stored = { text, steps: steps.length };
    leaseRenewedAt = now;
  };

  const timer = setInterval(() => {
    if (isStoring) return;
    isStoring = true;
    storing = store()
      .catch((error) => app.log.error('The text of an answer could not be stored', { turnId: row.id, error }))
      .finally(() => {
        isStoring = false;
      });
  }, app.limits.persistTextEveryMs);

  return {
    async stop() {
      clearInterval(timer);
      await storing;
    },
  };
}

/** Ends as soon as the signal fires, even when the source does not listen to it. */
async function* untilAborted<T>(source: AsyncGenerator<T>, signal: AbortSignal): AsyncGenerator<T> {
  // One listener for the whole turn: a promise that each token is raced against would keep all of them.
  let giveUp = () => {};
  const onAbort = () => giveUp();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    for (;;) {
      const next = await new Promise<IteratorResult<T> | undefined>((resolve, reject) => {
        giveUp = () => resolve(undefined);
        if (signal.aborted) giveUp();
        else source.next().then(resolve, reject);
      });
      if (next === undefined || next.done || signal.aborted) return;
      yield next.value;
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
    source.return(undefined).catch(() => undefined);
  }
}

async function withRetries(attempts: number, work: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      // What was refused (the room is gone) is refused again.
      if (attempt >= attempts || error instanceof AppError) throw error;
      const pauseMs = Math.min(STORE_PAUSE_MS * 2 ** attempt, STORE_LONGEST_PAUSE_MS);
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }
}
