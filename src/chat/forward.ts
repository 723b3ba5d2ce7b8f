// Passing a message on: its words as a quote for another room, and only what the sender may read themselves.
import type { Actor, DbOrTrx } from '../context.ts';
import { AppError, notFound } from '../lib/errors.ts';
import { escapeMarkdown } from '../lib/escape-markdown.ts';
import type { Message } from '../protocol/models.ts';
import { requireMember } from '../rooms/access.ts';
import { findMessage } from '../rooms/message-store.ts';
import { requireFinished, requireMessageText, requireNotDeleted } from '../rooms/messages.ts';

/**
 * The quote names the author and nothing else of the room it comes from: who reads it may not know that room. Documents stay behind,
 * and with them the numbers of an answer's sources, which would lead nowhere.
 * @throws AppError not_found, forbidden, invalid (message_empty), conflict (message_deleted, turn_running)
 */
export async function requireForward(
  db: DbOrTrx,
  actor: Actor,
  messageId: string,
): Promise<{ quote: string; from: NonNullable<Message['forwarded']> }> {
  const message = await findMessage(db, actor.tenantId, messageId);
  if (!message) throw notFound('message');
  await requireMember(db, actor, message.roomId, 'read').catch((error) => {
    throw error instanceof AppError && error.code === 'not_found' ? notFound('message') : error;
  });
  if (message.author.kind === 'system') throw new AppError('forbidden', 'What a room says itself is not passed on.');
  requireNotDeleted(message);
  requireFinished(message);
  const said = requireMessageText(withoutMarkers(message), Number.POSITIVE_INFINITY).trim();
  const lines = [`**${escapeMarkdown(message.author.name)}**`, '', ...said.split(/\r?\n/)];
  return {
    quote: lines.map((line) => (line === '' ? '>' : `> ${line}`)).join('\n'),
    from: { roomId: message.roomId, messageId: message.id },
  };
}

function withoutMarkers({ text, sources = [] }: Message): string {
  const markers = new Set(sources.map((source) => source.marker));
  return text.replace(/ ?\[\d{1,4}\]/g, (marker) => (markers.has(marker.trim()) ? '' : marker));
}
