// Trigger `auto`: after a message without a mention the model is asked, briefly, whether it can help; on yes a turn is queued.

import { askModel } from '../assistant/ask-model.ts';
import { listRecentlySaid } from '../assistant/history-store.ts';
import { queueTurn } from '../assistant/turns.ts';
import type { Actor, App } from '../context.ts';
import { clip } from '../lib/clip.ts';
import { AppError } from '../lib/errors.ts';
import type { Message } from '../protocol/models.ts';
import { requireMember } from '../rooms/access.ts';
import { findMessage } from '../rooms/message-store.ts';

const JUDGE_TIMEOUT_MS = 8_000;
const CONTEXT_MESSAGES = 8;
const CONTEXT_UNITS = 1_000;

const QUESTION = `You are ProjectWise, an assistant in a room where a tender team works. Decide whether you should answer the last message.
Answer "yes" only when it is a question or request that you can help with and that is not plainly meant for one of the people. Otherwise answer "no". One word.`;

type JudgeApp = Pick<App, 'db' | 'limits' | 'log' | 'model' | 'roomLog' | 'turns'>;

/** Never throws, never awaited: silence is the safe outcome. */
export function judgeLater(app: JudgeApp, actor: Actor, message: Message): void {
  judge(app, actor, message).catch((error) => {
    const isExpected = error instanceof AppError;
    app.log[isExpected ? 'debug' : 'warn']('The model could not say whether to answer', { error });
  });
}

async function judge(app: JudgeApp, actor: Actor, message: Message): Promise<void> {
  const limit = { limit: CONTEXT_MESSAGES, beforeSeq: message.seq + 1 };
  const said = (await listRecentlySaid(app.db, actor.tenantId, message.roomId, limit)).reverse();
  const lines = said.map((m) => `[${m.authorName}] ${clip(m.text, CONTEXT_UNITS)}`).join('\n');
  const messages = [{ role: 'user' as const, parts: [{ type: 'text' as const, text: lines }] }];
  const request = { purpose: 'should-answer' as const, system: QUESTION, messages, maxTokens: 500 };
  const word = await askModel(app, request, AbortSignal.timeout(JUDGE_TIMEOUT_MS));
  if (!/^\W*(yes|ya)\b/i.test(word)) return;
  const { id: questionId, roomId } = message;
  await app.roomLog.append(actor.tenantId, roomId, async (entry) => {
    // While the model thought, the asker may have gone, the room been closed, the question been taken back.
    const { room, name } = await requireMember(entry.trx, actor, roomId, 'write');
    const question = await findMessage(entry.trx, actor.tenantId, questionId);
    if (room.assistant_trigger !== 'auto' || !question || question.status === 'deleted') return;
    await queueTurn(app, entry, { actor: { ...actor, name }, roomId, questionId });
  });
}
