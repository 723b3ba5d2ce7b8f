// The timeline as rows: messages, day lines, the unread line, the queue, and what is still on its way. Pure.
import type { Memory } from '../../src/protocol/memory-models.ts';
import type { Message, Turn } from '../../src/protocol/models.ts';
import type { PendingMessage } from './outbox.ts';
import type { UnreadMark } from './unread-mark.ts';

export type Row =
  | { kind: 'day'; key: string; at: string }
  | { kind: 'unread'; key: string; mark: UnreadMark }
  /** What the room says itself; several of one kind in a row are one line. */
  | { kind: 'system'; key: string; messages: readonly Message[] }
  | {
      kind: 'message' | 'answer';
      key: string;
      message: Message;
      isFollowUp: boolean;
      /** An answer whose question is not the row above it. */
      isApart: boolean;
      turn?: Turn | undefined;
    }
  /** What is to be remembered of the message above it. */
  | { kind: 'remember'; key: string; memory: Memory }
  | { kind: 'queue'; key: string; turns: readonly Turn[] }
  | { kind: 'pending'; key: string; pending: PendingMessage; isFollowUp: boolean };

const FOLLOW_UP_MS = 5 * 60_000;

interface Shown {
  messages: readonly Message[];
  turns: readonly Turn[];
  pending: readonly PendingMessage[];
  unread: UnreadMark | undefined;
  myId: string;
  /** By the message it comes from. */
  remembered?: ReadonlyMap<string, readonly Memory[]>;
}

export function buildRows({ messages, turns, pending, unread, myId, remembered }: Shown): Row[] {
  const rows: Row[] = [];
  const queued = turns.filter((turn) => turn.state === 'queued');
  const turnByAnswer = new Map(turns.map((turn) => [turn.messageId, turn]));
  let day = '';
  let previous: Message | undefined;
  let isUnreadShown = false;
  let isQueueShown = queued.length === 0;

  for (const message of messages) {
    const messageDay = new Date(message.createdAt).toDateString();
    let isBroken = previous === undefined;
    if (messageDay !== day) {
      rows.push({ kind: 'day', key: `day-${messageDay}`, at: message.createdAt });
      day = messageDay;
      isBroken = true;
    }
    if (message.author.kind === 'system') {
      const last = rows.at(-1);
      if (last?.kind === 'system' && areAlike(last.messages[0], message)) last.messages = [...last.messages, message];
      else rows.push({ kind: 'system', key: message.id, messages: [message] });
      previous = message;
      continue;
    }
    if (unread && !isUnreadShown && message.seq > unread.afterSeq && message.author.id !== myId) {
      rows.push({ kind: 'unread', key: `unread-${unread.afterSeq}`, mark: unread });
      isUnreadShown = true;
      isBroken = true;
    }
    const turn = turnByAnswer.get(message.id);
    const kind = message.author.kind === 'assistant' ? 'answer' : 'message';
    const isFollowUp = !isBroken && kind === 'message' && continues(previous, message);
    const isApart = kind === 'answer' && message.questionId !== undefined && message.questionId !== previous?.id;
    rows.push({ kind, key: keyOf(message), message, isFollowUp, isApart, turn });
    for (const memory of remembered?.get(message.id) ?? []) rows.push({ kind: 'remember', key: memory.id, memory });
    if (turn && turn.state === 'running' && !isQueueShown) {
      rows.push({ kind: 'queue', key: 'queue', turns: queued });
      isQueueShown = true;
    }
    previous = message;
  }
  if (!isQueueShown) rows.push({ kind: 'queue', key: 'queue', turns: queued });

  let isFirst = true;
  for (const one of pending) {
    const isFollowUp = isFirst ? isOwnRecent(previous, one, myId) : !one.replyToId;
    rows.push({ kind: 'pending', key: `${myId}:${one.clientId}`, pending: one, isFollowUp });
    isFirst = false;
  }
  return rows;
}

/** The same came to several people, by the same hand. */
function areAlike(before: Message | undefined, message: Message): boolean {
  const [one, other] = [before?.system, message.system];
  return Boolean(one?.key.startsWith('member.')) && one?.key === other?.key && one?.params.by === other?.params.by;
}

/** The same for a message before and after the server has stored it, so that its row stays where it is. */
function keyOf(message: Message): string {
  return message.clientId && message.author.kind === 'person' ? `${message.author.id}:${message.clientId}` : message.id;
}

function continues(previous: Message | undefined, message: Message): boolean {
  if (!previous || previous.author.kind !== message.author.kind || previous.author.id !== message.author.id)
    return false;
  // The head tells that a message was edited.
  if (message.replyToId || message.editedAt || previous.status === 'deleted' || message.status === 'deleted')
    return false;
  return Date.parse(message.createdAt) - Date.parse(previous.createdAt) < FOLLOW_UP_MS;
}

function isOwnRecent(previous: Message | undefined, pending: PendingMessage, myId: string): boolean {
  if (previous?.author.id !== myId || previous.status === 'deleted' || pending.replyToId) return false;
  return Date.parse(pending.createdAt) - Date.parse(previous.createdAt) < FOLLOW_UP_MS;
}
