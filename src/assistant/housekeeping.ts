// Work after an answer that nobody waits for: token counts, a title for a new personal room, the summary of what no longer fits.
import type { Selectable } from 'kysely';
import type { RoomsTable } from '../../database/schema.ts';
import type { App } from '../context.ts';
import type { ModelMessage } from '../engines/llm/language-model.ts';
import { clip } from '../lib/clip.ts';
import { rememberSoon } from '../memory/extract.ts';
import { setMessageTokens } from '../rooms/message-store.ts';
import { findRoom, setRoomTitle, toRoom } from '../rooms/room-store.ts';
import { askModel } from './ask-model.ts';
import { findSaid } from './history-store.ts';
import { registerSummaries, summariseLater } from './summary.ts';
import type { TurnRow } from './turn-store.ts';

export const TITLE_JOB = 'room:title';

const TITLE_UNITS = 80;
/** A model that is away comes back in minutes rather than in seconds. */
const RETRY_BASE_MS = 20_000;

type HousekeepingApp = Pick<App, 'db' | 'limits' | 'jobs' | 'log' | 'model' | 'roomLog' | 'tokens'>;

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
  await rememberSoon(app, { tenantId: room.tenant_id, roomId: room.id, delayMs: app.limits.memoryAfterAnswerMs });
  const payload = { roomId: room.id };
  if (room.auto_title === 1) {
    const job = { tenantId: room.tenant_id, kind: TITLE_JOB, payload: { ...payload, questionId: turn.question_id } };
    await app.jobs.add({ ...job, dedupeKey: `${TITLE_JOB} ${room.id}` });
  }
  if (answer.oldestSeq !== undefined) await summariseLater(app, room, answer.oldestSeq);
}

export function registerHousekeeping(app: HousekeepingApp): void {
  const options = { retryBaseMs: RETRY_BASE_MS };
  app.jobs.handle(
    TITLE_JOB,
    (job, signal) => titleRoom(app, job.tenantId, job.payload as { roomId: string; questionId: string }, signal),
    options,
  );
  registerSummaries(app);
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

const toUserMessage = (text: string): ModelMessage => ({ role: 'user', parts: [{ type: 'text', text }] });
