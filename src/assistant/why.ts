// "Why this answer": what the assistant was given for it, resolved for one who may see the answer.
import type { Actor, App } from '../context.ts';
import { AppError, notFound } from '../lib/errors.ts';
import { toIso } from '../lib/time.ts';
import type { AnswerContext } from '../protocol/context-models.ts';
import type { Message } from '../protocol/models.ts';
import { requireMember } from '../rooms/access.ts';
import { findMessage } from '../rooms/message-store.ts';
import type { RoomRow } from '../rooms/room-store.ts';
import { findAnswerContext } from './context-store.ts';
import { type ResolveApp, resolveParts } from './resolve-context.ts';

/** @throws AppError not_found: for who is not in the room, and of what is no answer */
export async function explainAnswer(app: ResolveApp, actor: Actor, messageId: string): Promise<AnswerContext> {
  const { answer, room } = await requireAnswer(app, actor, messageId);
  const stored = await findAnswerContext(app.db, actor.tenantId, answer.id);
  if (!stored || !answer.questionId || answer.status === 'deleted') {
    throw new AppError('not_found', 'This message is no answer, or what it was given was not kept.');
  }
  const parts = await resolveParts(app, actor, { room, answer, questionId: answer.questionId }, stored.sections);
  return {
    messageId: answer.id,
    roomId: answer.roomId,
    questionId: answer.questionId,
    askedBy: answer.askedBy ?? { id: '', name: '' },
    ...(answer.model === undefined ? {} : { model: answer.model }),
    ...(answer.usage ? { usage: answer.usage } : {}),
    promptHash: stored.promptHash,
    tokens: parts.reduce((sum, part) => sum + part.tokens, 0),
    ...(stored.budgetTokens === undefined ? {} : { budgetTokens: stored.budgetTokens }),
    parts,
    timings: stored.timings,
    createdAt: toIso(stored.createdAt),
  };
}

/** Who is not in the room of a message is told that there is none. */
async function requireAnswer(
  app: Pick<App, 'db'>,
  actor: Actor,
  messageId: string,
): Promise<{ answer: Message; room: RoomRow }> {
  const answer = await findMessage(app.db, actor.tenantId, messageId);
  if (!answer) throw notFound('message');
  const { room } = await requireMember(app, actor, answer.roomId, 'read').catch((error) => {
    throw error instanceof AppError && error.code === 'not_found' ? notFound('message') : error;
  });
  return { answer, room };
}
