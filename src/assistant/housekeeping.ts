// Work after an answer that nobody waits for: token counts, a title for a new personal room, the summary of what no longer fits.
import type { Selectable } from 'kysely';
import type { RoomsTable } from '../../database/schema.ts';
import type { App } from '../context.ts';
import type { ModelMessage, ModelRequest } from '../engines/llm/language-model.ts';
import { clip } from '../lib/clip.ts';
import { setMessageTokens } from '../rooms/message-store.ts';
import { dropRoomSummary, findRoom, setRoomSummary, setRoomTitle, toRoom } from '../rooms/room-store.ts';
import { modelNotRead } from './gather.ts';
import { findSaid, listRecentlySaid, type SaidMessage } from './history-store.ts';
import type { TurnRow } from './turn-store.ts';

export const TITLE_JOB = 'room:title';
export const SUMMARY_JOB = 'room:summary';

/** Messages that one summary job takes up at most; the next overflow takes the rest. */
const SUMMARY_MESSAGES = 200;
const SUMMARY_INPUT_UNITS = 24_000;
const SUMMARY_UNITS = 4_000;
const TITLE_UNITS = 80;
/** A model that is away comes back in minutes rather than in seconds. */
const RETRY_BASE_MS = 20_000;

type HousekeepingApp = Pick<App, 'db' | 'jobs' | 'log' | 'model' | 'roomLog' | 'tokens'>;

/** Counts the tokens of a message in the worker and stores them; until then the prompt estimates. Never throws. */
export async function countMessageTokens(
  app: Pick<App, 'db' | 'log' | 'tokens'>,
  message: { tenantId: string; id: string; text: string },
): Promise<void> {
  try {
    await setMessageTokens(app.db, message.tenantId, message.id, await app.tokens.count(message.text));
  } catch (error) {
    app.log.debug('Tokens were not counted', { messageId: message.id, error });
  }
}

/** @param answer.oldestSeq the oldest message that fitted the prompt; absent when the turn never got so far */
export async function afterAnswer(
  app: HousekeepingApp,
  answer: { room: Selectable<RoomsTable>; turn: TurnRow; text: string; oldestSeq: number | undefined },
): Promise<void> {
  const { room, turn } = answer;
  void countMessageTokens(app, { tenantId: turn.tenant_id, id: turn.message_id, text: answer.text });
  const payload = { roomId: room.id };
  if (room.auto_title === 1) {
    const job = { tenantId: room.tenant_id, kind: TITLE_JOB, payload: { ...payload, questionId: turn.question_id } };
    await app.jobs.add({ ...job, dedupeKey: `${TITLE_JOB} ${room.id}` });
  }
  const firstUnkept = room.summary_seq + 1;
  if (answer.oldestSeq !== undefined && answer.oldestSeq > firstUnkept) {
    const job = { tenantId: room.tenant_id, kind: SUMMARY_JOB, payload: { ...payload, beforeSeq: answer.oldestSeq } };
    await app.jobs.add({ ...job, dedupeKey: `${SUMMARY_JOB} ${room.id}`, delayMs: 1_000 });
  }
}

export function registerHousekeeping(app: HousekeepingApp): void {
  const options = { retryBaseMs: RETRY_BASE_MS };
  app.jobs.handle(
    TITLE_JOB,
    (job, signal) => titleRoom(app, job.tenantId, job.payload as { roomId: string; questionId: string }, signal),
    options,
  );
  app.jobs.handle(
    SUMMARY_JOB,
    (job, signal) => summariseRoom(app, job.tenantId, job.payload as { roomId: string; beforeSeq: number }, signal),
    options,
  );
}

/** What was summarised may hold what a person had forgotten: the next answer that does not fit begins the summary anew. */
export async function forgetFromSummaries(app: Pick<App, 'db'>, tenantId: string, roomId: string): Promise<void> {
  await dropRoomSummary(app.db, tenantId, roomId);
}

async function titleRoom(
  app: HousekeepingApp,
  tenantId: string,
  payload: { roomId: string; questionId: string },
  signal: AbortSignal,
): Promise<void> {
  const room = await findRoom(app.db, tenantId, payload.roomId);
  const question = await findSaid(app.db, tenantId, payload.questionId);
  if (!room || room.auto_title === 0 || !question) return;
  const messages = [toUserMessage(clip(question.text, 2_000))];
  const system =
    'Give this conversation a title of at most six words, in the language of the message. Only the title, no quotes.';
  const said = await askModel(
    app,
    { purpose: 'title', system, messages, maxTokens: 300, language: room.language },
    signal,
  );
  const title = cleanTitle(said);
  if (title === '') return;
  await app.roomLog.append(tenantId, room.id, async (entry) => {
    if (!(await setRoomTitle(entry.trx, tenantId, room.id, title))) return;
    const seq = await entry.nextSeq();
    const changed = await findRoom(entry.trx, tenantId, room.id);
    if (!changed) return;
    entry.record({
      name: 'room:changed',
      payload: { roomId: room.id, seq, room: { ...toRoom(changed), lastSeq: seq } },
    });
  });
}

const cleanTitle = (said: string) =>
  said
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(/^[\s"'“”«»#*]+|[\s"'“”«».*]+$/gu, '')
    .slice(0, TITLE_UNITS)
    .toWellFormed()
    .trim();

async function summariseRoom(
  app: HousekeepingApp,
  tenantId: string,
  payload: { roomId: string; beforeSeq: number },
  signal: AbortSignal,
): Promise<void> {
  const room = await findRoom(app.db, tenantId, payload.roomId);
  if (!room || room.summary_seq + 1 >= payload.beforeSeq) return;
  const range = {
    afterSeq: room.summary_seq,
    beforeSeq: payload.beforeSeq,
    limit: SUMMARY_MESSAGES,
    exceptModel: modelNotRead(app.model),
  };
  const said = (await listRecentlySaid(app.db, tenantId, room.id, range)).reverse();
  const messages = [
    ...(room.summary === '' ? [] : [toUserMessage(`Summary so far:\n${room.summary}`)]),
    ...withinUnits(said, SUMMARY_INPUT_UNITS).map((m) => toUserMessage(`[${m.authorName}] ${m.text}`)),
  ];
  const system =
    'Summarise what this team said so that a colleague can go on: decisions, figures, dates, open questions, and who said them. At most 300 words, in the language of the room.';
  const summary = await askModel(
    app,
    { purpose: 'summary', system, messages, maxTokens: 1_500, language: room.language },
    signal,
  );
  await setRoomSummary(app.db, tenantId, room.id, {
    summary: clip(summary.trim(), SUMMARY_UNITS),
    seq: payload.beforeSeq - 1,
  });
}

/** The newest messages within the bound, still in the order they were said. */
function withinUnits(said: SaidMessage[], units: number): SaidMessage[] {
  let left = units;
  let from = said.length;
  while (from > 0 && left - said[from - 1]!.text.length >= 0) left -= said[--from]!.text.length;
  return said.slice(from);
}

const toUserMessage = (text: string): ModelMessage => ({ role: 'user', parts: [{ type: 'text', text }] });

/** One question to the model outside a room's turn, as whole text. @throws ModelError */
export async function askModel(app: Pick<App, 'model'>, request: ModelRequest, signal: AbortSignal): Promise<string> {
  let text = '';
  for await (const event of app.model.stream(request, signal)) if (event.type === 'text') text += event.delta;
  return text;
}
