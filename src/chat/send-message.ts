// One message's way into a room: right, idempotency, place in the timeline, and whether the assistant is asked. The same for every wire.

import { countMessageTokens } from '../assistant/housekeeping.ts';
import { findTurnOfQuestion } from '../assistant/turn-store.ts';
import { queueTurn } from '../assistant/turns.ts';
import type { Actor, App, RoomEntry } from '../context.ts';
import { findDocuments } from '../documents/document-store.ts';
import { AppError, notFound } from '../lib/errors.ts';
import { newId } from '../lib/ids.ts';
import type { MessageInput } from '../protocol/events.ts';
import type { Message } from '../protocol/models.ts';
import { requireMember, requireRight } from '../rooms/access.ts';
import type { AttachedDocument } from '../rooms/message-document-store.ts';
import { findMessage, findMessageByClientId, insertMessage } from '../rooms/message-store.ts';
import { findMentions, requireMessageText } from '../rooms/messages.ts';
import { requireForward } from './forward.ts';
import { judgeLater } from './judge.ts';

export interface SentMessage {
  message: Message;
  /** False when the same clientId was sent before: then nothing was stored now. */
  isNew: boolean;
  /** The turn this message started or queued; absent when the assistant was not asked. */
  turnId?: string;
}

export type SendApp = Pick<App, 'db' | 'limits' | 'log' | 'metrics' | 'model' | 'roomLog' | 'tokens' | 'turns'>;

/**
 * Stores a message and, when the room's trigger says so, queues a turn in the same transaction.
 * The same `clientId` of the same person again returns the message that is there.
 * @throws AppError not_found, forbidden, invalid, too_large, conflict (archived, assistant off), busy (queue full)
 */
export async function sendMessage(
  app: SendApp,
  actor: Actor,
  input: MessageInput & { roomId: string },
): Promise<SentMessage> {
  const { roomId } = input;
  const sent = await app.roomLog.append(actor.tenantId, roomId, async (entry) => {
    // What was acknowledged once is acknowledged again, also when the room was archived or the sender became a viewer meanwhile.
    const access = await requireMember(entry.trx, actor, roomId, 'read');
    const known = await findMessageByClientId(entry.trx, actor.tenantId, roomId, actor.userId, input.clientId);
    if (known) {
      const turn = await findTurnOfQuestion(entry.trx, actor.tenantId, known.id);
      return { message: known, isNew: false, judge: false, turnId: turn?.id };
    }
    requireRight(access, 'write');
    const { room, name } = access;

    const documents = await requireDocuments(entry, actor, roomId, input.documentIds ?? []);
    const forward = input.forwardOf ? await requireForward(entry.trx, actor, input.forwardOf) : undefined;
    const mayBeEmpty = documents.length > 0;
    const words = forward ? `${input.text.trim()}\n\n${forward.quote}`.trimStart() : input.text;
    const text = requireMessageText(words, app.limits.messageUnits, { mayBeEmpty });
    if (input.assistant === 'ask' && room.assistant_trigger === 'off') {
      throw new AppError('conflict', 'The assistant is switched off in this room.', { reason: 'assistant_off' });
    }
    if (input.replyToId) await requireSameRoom(entry, actor, roomId, input.replyToId);

    // What a program says starts no answer; what it asks for is its person's own question.
    const asProgram = actor.apiKey !== undefined && input.assistant !== 'ask';
    const mentions = await findMentions(entry.trx, actor.tenantId, roomId, text);
    const seq = await entry.nextSeq();
    const message: Message = {
      id: newId(),
      roomId,
      seq,
      changedSeq: seq,
      clientId: input.clientId,
      author: asProgram
        ? { kind: 'app', id: actor.userId, name: programName(actor, name) }
        : { kind: 'person', id: actor.userId, name },
      text,
      status: 'sent',
      mentions,
      reactions: [],
      ...(input.replyToId ? { replyToId: input.replyToId } : {}),
      ...(documents.length > 0 ? { documents } : {}),
      ...(forward ? { forwarded: forward.from } : {}),
      createdAt: new Date().toISOString(),
    };
    await insertMessage(entry.trx, actor.tenantId, message);
    entry.record({ name: 'message:created', payload: { roomId, seq, message } });

    const isMentioned = mentions.some((mention) => mention.kind === 'assistant');
    const wish = whetherToAnswer(
      asProgram ? 'skip' : (input.assistant ?? 'room'),
      room.assistant_trigger,
      isMentioned,
      app.model.canJudge,
    );
    if (wish !== 'yes') return { message, isNew: true, judge: wish === 'judge' };
    const { turnId } = await queueTurn(app, entry, { actor: { ...actor, name }, roomId, questionId: message.id });
    return { message, isNew: true, judge: false, turnId };
  });

  if (sent.isNew) {
    app.metrics.sent();
    void countMessageTokens(app, { tenantId: actor.tenantId, id: sent.message.id, text: sent.message.text });
  }
  if (sent.judge) judgeLater(app, actor, sent.message);
  return { message: sent.message, isNew: sent.isNew, ...(sent.turnId ? { turnId: sent.turnId } : {}) };
}

/** `Skrip laporan (Ratna Wulandari)`: which program, and whose. */
const programName = (actor: Actor, name: string) => `${actor.apiKey?.name} (${name})`;

/** Pure: what the room's trigger and the sender's wish say together. `judge` = the model decides, afterwards. */
export function whetherToAnswer(
  wish: 'room' | 'ask' | 'skip',
  trigger: 'mention' | 'always' | 'auto' | 'off',
  isMentioned: boolean,
  canJudge: boolean,
): 'yes' | 'no' | 'judge' {
  if (wish === 'skip' || trigger === 'off') return 'no';
  if (wish === 'ask' || trigger === 'always' || isMentioned) return 'yes';
  return trigger === 'auto' && canJudge ? 'judge' : 'no';
}

/**
 * What every member of this room may see: its own documents and the library. In the order given, each once.
 * @throws AppError not_found when one of them is somewhere else, or nowhere
 */
async function requireDocuments(
  entry: RoomEntry,
  actor: Actor,
  roomId: string,
  documentIds: readonly string[],
): Promise<AttachedDocument[]> {
  const wanted = [...new Set(documentIds)];
  if (wanted.length === 0) return [];
  const place = { roomIds: [roomId], library: true, documentIds: wanted };
  const found = new Map((await findDocuments(entry.trx, actor.tenantId, place)).map((row) => [row.id, row]));
  return wanted.map((id) => {
    const row = found.get(id);
    if (!row) throw notFound('document');
    return { id: row.id, name: row.name };
  });
}

async function requireSameRoom(entry: RoomEntry, actor: Actor, roomId: string, messageId: string): Promise<void> {
  const answered = await findMessage(entry.trx, actor.tenantId, messageId);
  if (answered?.roomId !== roomId) throw notFound('message');
  if (answered.status === 'deleted') {
    throw new AppError('conflict', 'The message you reply to was deleted.', { reason: 'message_deleted' });
  }
}
