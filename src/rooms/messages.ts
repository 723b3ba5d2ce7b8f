// What people do with messages that are there: read, change, delete, react, search. Sending is in chat/.
import { setImmediate } from 'node:timers/promises';
import type { Actor, App, DbOrTrx, RoomEntry } from '../context.ts';
import { AppError, notFound } from '../lib/errors.ts';
import type { FoundMessage, Mention, Message } from '../protocol/models.ts';
import { BUILT_IN_MODEL } from '../protocol/names.ts';
import { type RoomAccess, requireMember } from './access.ts';
import { eraseLater } from './erase.ts';
import { listMentionables, listRoomsUsedLast, setReadSeq } from './member-store.ts';
import { findMentionsOf } from './mention-store.ts';
import { resolveMentions } from './mentions.ts';
import { searchMessages as search } from './message-search-store.ts';
import { findMessage, markMessageDeleted, pageMessages, setReaction, updateMessageText } from './message-store.ts';
import { summariseAnew } from './room-summary.ts';

/**
 * The text as it is stored: halves of surrogate pairs and NUL, which databases and JSON readers choke on, are replaced.
 * @param options.mayBeEmpty a message that brings documents along may say nothing
 * @throws AppError invalid (message_empty), too_large (message_too_long)
 */
export function requireMessageText(text: string, maxUnits: number, options: { mayBeEmpty?: boolean } = {}): string {
  if (text.length > maxUnits) {
    const tooLong = { reason: 'message_too_long', maximum: maxUnits, actual: text.length } as const;
    throw new AppError(
      'too_large',
      `A message has at most ${maxUnits} characters; this one has ${text.length}.`,
      tooLong,
    );
  }
  const stored = text.toWellFormed().replaceAll('\0', '\ufffd');
  if (!/[^\p{Z}\p{C}]/u.test(stored)) {
    if (options.mayBeEmpty) return '';
    throw new AppError('invalid', 'A message needs some text.', { reason: 'message_empty' });
  }
  return stored;
}

/** Whom a text mentions among the members of this room. */
export async function findMentions(db: DbOrTrx, tenantId: string, roomId: string, text: string): Promise<Mention[]> {
  return text.includes('@') ? resolveMentions(text, await listMentionables(db, tenantId, roomId)) : [];
}

/** History by seq, ascending. `hasMore` is about the direction of paging. @throws AppError not_found */
export async function listMessages(
  app: Pick<App, 'db'>,
  actor: Actor,
  input: { roomId: string; afterSeq?: number; beforeSeq?: number; limit: number },
): Promise<{ items: Message[]; lastSeq: number; hasMore: boolean }> {
  const { room } = await requireMember(app, actor, input.roomId, 'read');
  const { messages, hasMore } = await pageMessages(app.db, actor.tenantId, input.roomId, input);
  return { items: messages, lastSeq: room.last_seq, hasMore };
}

/** @throws AppError not_found, also of a message of another room */
export async function getMessage(
  app: Pick<App, 'db'>,
  actor: Actor,
  input: { roomId: string; messageId: string },
): Promise<Message> {
  await requireMember(app, actor, input.roomId, 'read');
  const message = await findMessage(app.db, actor.tenantId, input.messageId);
  if (message?.roomId !== input.roomId) throw notFound('message');
  return message;
}

/** Newest first, from the rooms one is in now. `cursor` is the one of the page before. */
export async function listMentions(
  app: Pick<App, 'db'>,
  actor: Actor,
  input: { limit: number; cursor?: string },
): Promise<{ items: FoundMessage[]; nextCursor?: string }> {
  const page = { limit: input.limit + 1, ...(input.cursor === undefined ? {} : { beforeId: input.cursor }) };
  const found = await findMentionsOf(app.db, actor.tenantId, actor.userId, page);
  const items = found.slice(0, input.limit);
  const last = items.at(-1);
  return { items, ...(found.length > input.limit && last ? { nextCursor: last.message.id } : {}) };
}

/**
 * Changes the text of one's own message. Never starts a turn; an unchanged text makes no fact.
 * @throws AppError not_found, forbidden, conflict (message_deleted), invalid, too_large
 */
export async function editMessage(
  app: Pick<App, 'db' | 'jobs' | 'limits' | 'roomLog'>,
  actor: Actor,
  input: { messageId: string; text: string },
): Promise<Message> {
  return changeMessage(app, actor, input.messageId, async (entry, message) => {
    if (!isOwn(actor, message)) throw new AppError('forbidden', 'Only its author may change a message.');
    requireNotDeleted(message);
    const text = requireMessageText(input.text, app.limits.messageUnits, { mayBeEmpty: hasDocuments(message) });
    if (text === message.text) return undefined;
    const mentions = await findMentions(entry.trx, actor.tenantId, message.roomId, text);
    const seq = await entry.nextSeq();
    const editedAt = Date.now();
    await updateMessageText(entry.trx, actor.tenantId, message, { text, mentions, seq, editedAt });
    await summariseAnew(app, entry.trx, { tenantId: actor.tenantId, roomId: message.roomId, seq: message.seq });
    await eraseLater(app, entry.trx);
    return { name: 'message:updated', seq };
  });
}

/**
 * Deletes one's own message, or as lead any message or finished answer. Of a deleted one it is no change.
 * @throws AppError not_found, forbidden, conflict (turn_running)
 */
export async function deleteMessage(
  app: Pick<App, 'db' | 'jobs' | 'roomLog'>,
  actor: Actor,
  input: { messageId: string },
): Promise<Message> {
  return changeMessage(app, actor, input.messageId, async (entry, message, { role }) => {
    if (!isOwn(actor, message) && role !== 'lead') {
      throw new AppError('forbidden', 'Only its author or a lead may delete a message.');
    }
    if (message.status === 'deleted') return undefined;
    requireFinished(message);
    const seq = await entry.nextSeq();
    await markMessageDeleted(entry.trx, actor.tenantId, message.id, seq);
    await summariseAnew(app, entry.trx, { tenantId: actor.tenantId, roomId: message.roomId, seq: message.seq });
    await eraseLater(app, entry.trx);
    return { name: 'message:deleted', seq };
  });
}

/**
 * Puts an emoji on a message or takes one's own away; what is so already makes no fact.
 * @throws AppError not_found, forbidden, conflict (message_deleted, turn_running, too_many_reactions)
 */
export async function reactToMessage(
  app: Pick<App, 'db' | 'limits' | 'roomLog'>,
  actor: Actor,
  input: { messageId: string; emoji: string; on: boolean },
): Promise<Message> {
  const { emoji, on } = input;
  return changeMessage(app, actor, input.messageId, async (entry, message) => {
    requireNotDeleted(message);
    requireFinished(message);
    const same = message.reactions.find((reaction) => reaction.emoji === emoji);
    if ((same?.userIds.includes(actor.userId) ?? false) === on) return undefined;
    const maximum = app.limits.reactionsPerMessage;
    if (on && !same && message.reactions.length >= maximum) {
      const tooMany = { reason: 'too_many_reactions', maximum } as const;
      throw new AppError('conflict', `A message takes at most ${maximum} different reactions.`, tooMany);
    }
    const seq = await entry.nextSeq();
    const now = Date.now();
    await setReaction(entry.trx, actor.tenantId, message, { userId: actor.userId, emoji, on, seq, now });
    return { name: 'message:updated', seq };
  });
}

/**
 * Full text: what people said first, then what the assistant did, each the newest first, so that nothing said is buried under its
 * repetitions. `cursor` is the one of the page before. @throws AppError not_found, invalid
 */
export async function searchMessages(
  app: Pick<App, 'db'>,
  actor: Actor,
  input: { roomId: string; q: string; limit: number; cursor?: string },
): Promise<{ items: Message[]; nextCursor?: string }> {
  await requireMember(app, actor, input.roomId, 'read');
  const [, group, seq] = /^(a?)(\d{1,15})$/.exec(input.cursor ?? '') ?? [];
  if (input.cursor !== undefined && seq === undefined) {
    throw new AppError('invalid', 'The cursor must be the nextCursor of the page before.');
  }
  const before = seq === undefined ? {} : { beforeSeq: Number(seq) };
  const common = { roomId: input.roomId, query: input.q };
  const most = input.limit + 1;
  const people =
    group === 'a' ? [] : await search(app.db, actor.tenantId, { ...common, by: 'people', limit: most, ...before });
  const answers =
    people.length === most
      ? []
      : await search(app.db, actor.tenantId, {
          ...common,
          by: 'assistant',
          limit: most - people.length,
          ...(group === 'a' ? before : {}),
        });
  const found = [...people, ...answers];
  const items = found.slice(0, input.limit);
  const last = items.at(-1);
  if (found.length <= input.limit || !last) return { items };
  return { items, nextCursor: `${last.author.kind === 'assistant' ? 'a' : ''}${last.seq}` };
}

/**
 * What of the conversation fits best, one word being enough. What the built-in responder wrote is left out: it quotes the room.
 * @throws AppError not_found
 */
export async function findBestMessages(
  app: Pick<App, 'db'>,
  actor: Pick<Actor, 'userId' | 'tenantId'>,
  { roomId, query, limit }: { roomId: string; query: string; limit: number },
): Promise<Message[]> {
  await requireMember(app, actor, roomId, 'read');
  return search(app.db, actor.tenantId, { roomId, query, limit, match: 'any', exceptModel: BUILT_IN_MODEL });
}

/** So many rooms are looked through for one search, those used last first. */
const ROOMS_PER_SEARCH = 30;

/** Full text in all rooms one is in: what is newest first, whoever said it. */
export async function searchEverywhere(
  app: Pick<App, 'db'>,
  actor: Actor,
  input: { q: string; limit: number },
): Promise<FoundMessage[]> {
  const rooms = await listRoomsUsedLast(app.db, actor.tenantId, actor.userId, ROOMS_PER_SEARCH);
  const found: FoundMessage[] = [];
  for (const { id, name, readSeq } of rooms) {
    const messages = await search(app.db, actor.tenantId, { roomId: id, query: input.q, limit: input.limit });
    found.push(...messages.map((message) => ({ message, room: { id, name }, unread: message.seq > readSeq })));
    // A room at a time: whoever waits for something else gets a turn in between.
    await setImmediate();
  }
  return found.sort((a, b) => b.message.createdAt.localeCompare(a.message.createdAt)).slice(0, input.limit);
}

/** Marks the room as read up to `seq`, at most to its end; never goes back. Others see it. @throws AppError not_found */
export async function markRead(
  app: Pick<App, 'db' | 'broadcast'>,
  actor: Actor,
  input: { roomId: string; seq: number },
): Promise<void> {
  const { room, readSeq } = await requireMember(app, actor, input.roomId, 'read');
  const seq = Math.min(input.seq, room.last_seq);
  if (seq <= readSeq || !(await setReadSeq(app.db, actor.tenantId, room.id, actor.userId, seq))) return;
  app.broadcast.toRoom(room.id, {
    name: 'read:changed',
    payload: { roomId: room.id, userId: actor.userId, seq },
  });
  app.broadcast.activity(actor.tenantId, room.id);
}

type Change = (
  entry: RoomEntry,
  message: Message,
  access: RoomAccess,
) => Promise<{ name: 'message:updated' | 'message:deleted'; seq: number } | undefined>;

/** Finds the message's room, then checks the right and makes the change in one transaction of that room. */
export async function changeMessage(
  app: Pick<App, 'db' | 'roomLog'>,
  actor: Actor,
  messageId: string,
  change: Change,
): Promise<Message> {
  const found = await findMessage(app.db, actor.tenantId, messageId);
  if (!found) throw notFound('message');
  const mayChange = (from: Pick<App, 'db'> | DbOrTrx) =>
    requireMember(from, actor, found.roomId, 'write').catch((error) => {
      throw error instanceof AppError && error.code === 'not_found' ? notFound('message') : error;
    });
  // Whoever may not does not even stand in the room's line.
  await mayChange(app);
  return app.roomLog.append(actor.tenantId, found.roomId, async (entry) => {
    const access = await mayChange(entry.trx);
    const message = await findMessage(entry.trx, actor.tenantId, messageId);
    if (!message) throw notFound('message');
    if (message.author.kind === 'system') throw new AppError('forbidden', 'What the room says itself stays as it is.');
    const changed = await change(entry, message, access);
    if (!changed) return message;
    const after = await findMessage(entry.trx, actor.tenantId, messageId);
    if (!after) throw notFound('message');
    entry.record({ name: changed.name, payload: { roomId: message.roomId, seq: changed.seq, message: after } });
    return after;
  });
}

/** Then it says something without words. */
export const hasDocuments = (message: Pick<Message, 'documents'>): boolean => (message.documents?.length ?? 0) > 0;

const isOwn = (actor: Actor, message: Message): boolean =>
  (message.author.kind === 'person' || message.author.kind === 'app') && message.author.id === actor.userId;

export function requireNotDeleted(message: Message): void {
  if (message.status === 'deleted') {
    throw new AppError('conflict', 'This message was deleted.', { reason: 'message_deleted' });
  }
}

/** A fact about an answer carries its text, which must not overtake the deltas. */
export function requireFinished(message: Message): void {
  if (message.status === 'streaming') {
    throw new AppError('conflict', 'This answer is still being written. Wait for its end, or stop it.', {
      reason: 'turn_running',
    });
  }
}
