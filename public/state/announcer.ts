// The one polite status line for screen readers: who is being answered, that an answer is complete, what people wrote.
import { signal } from '@preact/signals';
import type { WireError } from '../../src/protocol/errors.ts';
import type { Message } from '../../src/protocol/models.ts';
import type { TurnEndReason } from '../../src/protocol/names.ts';
import { words } from '../lib/i18n.ts';
import { readStored, writeStored } from '../lib/storage.ts';
import { describeNote } from './sentences.ts';

export const announcement = signal('');
/** A setting of this device: paragraphs of an answer are read out as they end. */
export const readsAloud = signal(readStored('readAloud', false));

const MERGE_MS = 5_000;
const MOST_SINGLE = 3;
const LONGEST = 120;

export function setReadsAloud(on: boolean): void {
  readsAloud.value = on;
  writeStored('readAloud', on);
}

/** The message whose words are in the status line. */
let spoken: string | undefined;

/** Says it; the same sentence twice is spoken twice. `messageId` when these are the words of a message. */
export function announce(text: string, messageId?: string): void {
  spoken = messageId;
  announcement.value = announcement.peek() === text ? `${text}\u00a0` : text;
}

/** A deleted message leaves no words behind, also not where only a screen reader finds them. */
export function forgetMessage(messageId: string): void {
  if (spoken !== messageId) return;
  spoken = undefined;
  announcement.value = '';
}

let recent: { at: number; name: string }[] = [];

/** People's messages one by one; more than three within five seconds become one sentence. */
export function noteMessage(message: Message): void {
  const { name } = message.author;
  const now = Date.now();
  recent = [...recent.filter((one) => now - one.at < MERGE_MS), { at: now, name }];
  const { message: said, merged } = words.peek().announce;
  if (recent.length <= MOST_SINGLE) announce(said(name, message.text.slice(0, LONGEST)), message.id);
  else announce(merged(recent.length, [...new Set(recent.map((one) => one.name))]));
}

export function noteAnswerStarted(askedBy: string, waiting: number): void {
  announce(words.peek().announce.answering(askedBy, waiting));
}

export function noteAnswerEnded(reason: TurnEndReason, message: Message, error: WireError | undefined): void {
  const { complete, stopped } = words.peek().announce;
  if (reason === 'completed') announce(complete(message.sources?.length ?? 0));
  else if (reason === 'stopped') announce(stopped);
  else announce(describeNote(message.system, error?.message ?? ''));
}
