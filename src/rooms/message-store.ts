// SQL of messages, their mentions and reactions, and how rows become what clients see.
import type { Selectable, Updateable } from 'kysely';
import type { MessagesTable } from '../../database/schema.ts';
import type { DbOrTrx } from '../context.ts';
import { toIso } from '../lib/time.ts';
import type { Mention, Message } from '../protocol/models.ts';
import { deleteMessageDocuments, findMessageDocuments, insertMessageDocuments } from './message-document-store.ts';
import { findPins, removePin } from './pin-store.ts';

export type MessageRow = Selectable<MessagesTable>;

/** Stores a message, whom it mentions and what it brings along. */
export async function insertMessage(db: DbOrTrx, tenantId: string, message: Message): Promise<void> {
  await db
    .insertInto('messages')
    .values({
      id: message.id,
      tenant_id: tenantId,
      room_id: message.roomId,
      seq: message.seq,
      changed_seq: message.changedSeq,
      client_id: message.clientId ?? null,
      author_kind: message.author.kind,
      author_id: message.author.id,
      author_name: message.author.name,
      text: message.text,
      status: message.status,
      mentions: JSON.stringify(message.mentions),
      reply_to_id: message.replyToId ?? null,
      retry_of: message.retryOf ?? null,
      turn_id: message.turnId ?? null,
      question_id: message.questionId ?? null,
      asked_by: message.askedBy?.id ?? null,
      asked_by_name: message.askedBy?.name ?? null,
      steps: toJson(message.steps),
      sources: toJson(message.sources),
      model: message.model ?? null,
      usage: toJson(message.usage),
      system_note: toJson(message.system),
      forwarded: toJson(message.forwarded),
      // What the room says itself is in no prompt.
      tokens: message.author.kind === 'system' ? 0 : null,
      created_at: Date.parse(message.createdAt),
      edited_at: message.editedAt === undefined ? null : Date.parse(message.editedAt),
    })
    .execute();
  await insertMentions(db, tenantId, message);
  await insertMessageDocuments(db, tenantId, message);
}

export async function findMessage(db: DbOrTrx, tenantId: string, messageId: string): Promise<Message | undefined> {
  const rows = await ofTenant(db, tenantId).where('id', '=', messageId).execute();
  return (await toMessages(db, tenantId, rows))[0];
}

/** By id; those that are not there are absent. */
export async function findMessages(
  db: DbOrTrx,
  tenantId: string,
  messageIds: readonly string[],
): Promise<Map<string, Message>> {
  if (messageIds.length === 0) return new Map();
  const rows = await ofTenant(db, tenantId).where('id', 'in', messageIds).execute();
  return new Map((await toMessages(db, tenantId, rows)).map((message) => [message.id, message]));
}

/** The message that this author sent into this room under this id before. */
export async function findMessageByClientId(
  db: DbOrTrx,
  tenantId: string,
  roomId: string,
  authorId: string,
  clientId: string,
): Promise<Message | undefined> {
  const rows = await ofTenant(db, tenantId)
    .where('room_id', '=', roomId)
    .where('author_id', '=', authorId)
    .where('client_id', '=', clientId)
    .execute();
  return (await toMessages(db, tenantId, rows))[0];
}

/** One page by seq, always ascending: the newest before `beforeSeq`, or the oldest after `afterSeq` when that is given. */
export async function pageMessages(
  db: DbOrTrx,
  tenantId: string,
  roomId: string,
  page: { afterSeq?: number; beforeSeq?: number; limit: number },
): Promise<{ messages: Message[]; hasMore: boolean }> {
  const isForward = page.afterSeq !== undefined;
  let query = ofTenant(db, tenantId)
    .where('room_id', '=', roomId)
    .orderBy('seq', isForward ? 'asc' : 'desc')
    .limit(page.limit + 1);
  if (page.afterSeq !== undefined) query = query.where('seq', '>', page.afterSeq);
  if (page.beforeSeq !== undefined) query = query.where('seq', '<', page.beforeSeq);
  const rows = await query.execute();
  const hasMore = rows.length > page.limit;
  const kept = rows.slice(0, page.limit);
  return { messages: await toMessages(db, tenantId, isForward ? kept : kept.reverse()), hasMore };
}

/** How many messages each of these rooms has, without what it says itself. Rooms without any are not in it. */
export async function countMessages(
  db: DbOrTrx,
  tenantId: string,
  roomIds: readonly string[],
): Promise<Map<string, number>> {
  if (roomIds.length === 0) return new Map();
  const rows = await db
    .selectFrom('messages')
    .select(['room_id', (eb) => eb.fn.countAll<number>().as('count')])
    .where('room_id', 'in', roomIds)
    .where('tenant_id', '=', tenantId)
    .where('author_kind', '!=', 'system')
    .groupBy('room_id')
    .execute();
  return new Map(rows.map((row) => [row.room_id, Number(row.count)]));
}

/**
 * Everything that a fact after `afterSeq` touched, ascending by changedSeq.
 * @returns absent when it is more than `limit`
 */
export async function findChangedMessages(
  db: DbOrTrx,
  tenantId: string,
  roomId: string,
  afterSeq: number,
  limit: number,
): Promise<Message[] | undefined> {
  const rows = await ofTenant(db, tenantId)
    .where('room_id', '=', roomId)
    .where('changed_seq', '>', afterSeq)
    .orderBy('changed_seq')
    .limit(limit + 1)
    .execute();
  return rows.length > limit ? undefined : toMessages(db, tenantId, rows);
}

export async function hasMessagesBefore(db: DbOrTrx, tenantId: string, roomId: string, seq: number): Promise<boolean> {
  const row = await db
    .selectFrom('messages')
    .select('id')
    .where('room_id', '=', roomId)
    .where('tenant_id', '=', tenantId)
    .where('seq', '<', seq)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** Replaces text and mentions; its tokens are to be counted anew. */
export async function updateMessageText(
  db: DbOrTrx,
  tenantId: string,
  message: Message,
  change: { text: string; mentions: Mention[]; seq: number; editedAt: number },
): Promise<void> {
  await updateMessage(db, tenantId, message.id, {
    text: change.text,
    mentions: JSON.stringify(change.mentions),
    tokens: null,
    changed_seq: change.seq,
    edited_at: change.editedAt,
  });
  await deleteMentions(db, tenantId, message.id);
  await insertMentions(db, tenantId, { ...message, mentions: change.mentions });
}

/** The row stays, so that the timeline keeps its place; everything that was said is gone. */
export async function markMessageDeleted(db: DbOrTrx, tenantId: string, messageId: string, seq: number): Promise<void> {
  await updateMessage(db, tenantId, messageId, {
    status: 'deleted',
    text: '',
    mentions: '[]',
    steps: null,
    sources: null,
    system_note: null,
    forwarded: null,
    tokens: 0,
    changed_seq: seq,
  });
  await deleteMentions(db, tenantId, messageId);
  await removePin(db, tenantId, messageId);
  await deleteMessageDocuments(db, tenantId, messageId);
  await db.deleteFrom('reactions').where('message_id', '=', messageId).where('tenant_id', '=', tenantId).execute();
}

export async function setMessageTokens(
  db: DbOrTrx,
  tenantId: string,
  messageId: string,
  tokens: number,
): Promise<void> {
  await updateMessage(db, tenantId, messageId, { tokens });
}

/** Puts or takes away one person's emoji, and notes that `seq` touched the message. */
export async function setReaction(
  db: DbOrTrx,
  tenantId: string,
  message: Pick<Message, 'id' | 'roomId'>,
  reaction: { userId: string; emoji: string; on: boolean; seq: number; now: number },
): Promise<void> {
  if (reaction.on) {
    await db
      .insertInto('reactions')
      .values({
        tenant_id: tenantId,
        message_id: message.id,
        room_id: message.roomId,
        user_id: reaction.userId,
        emoji: reaction.emoji,
        created_at: reaction.now,
      })
      .execute();
  } else {
    await db
      .deleteFrom('reactions')
      .where('message_id', '=', message.id)
      .where('user_id', '=', reaction.userId)
      .where('emoji', '=', reaction.emoji)
      .where('tenant_id', '=', tenantId)
      .execute();
  }
  await updateMessage(db, tenantId, message.id, { changed_seq: reaction.seq });
}

/** Notes that the fact with this seq touched the message. */
export const touchMessage = (db: DbOrTrx, tenantId: string, messageId: string, seq: number): Promise<void> =>
  updateMessage(db, tenantId, messageId, { changed_seq: seq });

/** Rows as messages, in the same order, with all their reactions, documents and pins from one query each. */
export async function toMessages(db: DbOrTrx, tenantId: string, rows: readonly MessageRow[]): Promise<Message[]> {
  const present = rows.filter((row) => row.status !== 'deleted').map((row) => row.id);
  const reactions = await reactionsOf(db, tenantId, present);
  const documents = await findMessageDocuments(db, tenantId, present);
  const pins = await findPins(db, tenantId, present);
  return rows.map((row) => ({
    ...toMessage(row, reactions.get(row.id) ?? [], documents.get(row.id)),
    ...(pins.has(row.id) ? { pinned: pins.get(row.id)! } : {}),
  }));
}

function toMessage(row: MessageRow, reactions: Message['reactions'], documents: Message['documents']): Message {
  return {
    id: row.id,
    roomId: row.room_id,
    seq: row.seq,
    changedSeq: row.changed_seq,
    ...(row.client_id === null ? {} : { clientId: row.client_id }),
    ...(row.turn_id === null ? {} : { turnId: row.turn_id }),
    author: { kind: row.author_kind, id: row.author_id, name: row.author_name },
    text: row.text,
    status: row.status,
    mentions: JSON.parse(row.mentions),
    reactions,
    ...(row.reply_to_id === null ? {} : { replyToId: row.reply_to_id }),
    ...(row.retry_of === null ? {} : { retryOf: row.retry_of }),
    ...(row.question_id === null ? {} : { questionId: row.question_id }),
    ...(row.asked_by === null ? {} : { askedBy: { id: row.asked_by, name: row.asked_by_name ?? '' } }),
    ...(documents ? { documents } : {}),
    // Until its end the steps of an answer are told by its turn.
    ...(row.steps === null || row.status === 'streaming' ? {} : { steps: JSON.parse(row.steps) }),
    ...(row.sources === null ? {} : { sources: JSON.parse(row.sources) }),
    ...(row.model === null ? {} : { model: row.model }),
    ...(row.usage === null ? {} : { usage: JSON.parse(row.usage) }),
    ...(row.forwarded === null ? {} : { forwarded: JSON.parse(row.forwarded) }),
    ...(row.system_note === null ? {} : { system: JSON.parse(row.system_note) }),
    createdAt: toIso(row.created_at),
    ...(row.edited_at === null ? {} : { editedAt: toIso(row.edited_at) }),
  };
}

/** Per message, emoji in the order in which they first appeared. */
async function reactionsOf(
  db: DbOrTrx,
  tenantId: string,
  ids: readonly string[],
): Promise<Map<string, Message['reactions']>> {
  const byMessage = new Map<string, Message['reactions']>();
  if (ids.length === 0) return byMessage;
  const found = await db
    .selectFrom('reactions')
    .select(['message_id', 'user_id', 'emoji'])
    .where('message_id', 'in', ids)
    .where('tenant_id', '=', tenantId)
    .orderBy('created_at')
    .orderBy('user_id')
    .execute();
  for (const { message_id, user_id, emoji } of found) {
    const reactions = byMessage.get(message_id) ?? [];
    byMessage.set(message_id, reactions);
    const same = reactions.find((reaction) => reaction.emoji === emoji);
    if (same) same.userIds.push(user_id);
    else reactions.push({ emoji, userIds: [user_id] });
  }
  return byMessage;
}

/** Nobody is told that they mentioned themselves. */
async function insertMentions(db: DbOrTrx, tenantId: string, message: Message): Promise<void> {
  const people = new Set(message.mentions.filter((mention) => mention.kind === 'person').map((mention) => mention.id));
  people.delete(message.author.id);
  if (people.size === 0) return;
  const common = { tenant_id: tenantId, message_id: message.id, room_id: message.roomId, seq: message.seq };
  await db
    .insertInto('mentions')
    .values([...people].map((user_id) => ({ ...common, user_id })))
    .execute();
}

async function deleteMentions(db: DbOrTrx, tenantId: string, messageId: string): Promise<void> {
  await db.deleteFrom('mentions').where('message_id', '=', messageId).where('tenant_id', '=', tenantId).execute();
}

async function updateMessage(
  db: DbOrTrx,
  tenantId: string,
  messageId: string,
  change: Updateable<MessagesTable>,
): Promise<void> {
  await db.updateTable('messages').set(change).where('id', '=', messageId).where('tenant_id', '=', tenantId).execute();
}

const ofTenant = (db: DbOrTrx, tenantId: string) =>
  db.selectFrom('messages').selectAll().where('tenant_id', '=', tenantId);

const toJson = (value: unknown): string | null => (value === undefined ? null : JSON.stringify(value));
