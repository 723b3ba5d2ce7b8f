// What a person may do with one message, and doing it.
import { signal } from '@preact/signals';
import type { Message } from '../../src/protocol/models.ts';
import { words } from '../lib/i18n.ts';
import { messagePath } from '../lib/router.ts';
import { announce } from './announcer.ts';
import { requireWire } from './connection.ts';
import type { OpenRoom } from './open-room.ts';
import { describeError } from './sentences.ts';

/** What went wrong with an action on a message, shown at that message until something else is done. */
export const actionError = signal<{ messageId: string; text: string } | undefined>(undefined);

export interface Rights {
  /** Nothing of it is still to come. */
  isWritten: boolean;
  canWrite: boolean;
  canEdit: boolean;
  canDelete: boolean;
  canAskAgain: boolean;
  canStop: boolean;
}

/** Reads signals of the room: call it while drawing. */
export function rightsOver(room: OpenRoom, message: Message, myId: string): Rights {
  const isOpen = !room.room.value?.archivedAt && room.role.value !== 'viewer';
  const isThere = message.status !== 'deleted' && message.author.kind !== 'system';
  const isOwn = message.author.kind === 'person' && message.author.id === myId;
  const isWritten = message.status !== 'streaming';
  return {
    isWritten,
    canWrite: isOpen && isThere && isWritten,
    canEdit: isOpen && isThere && isOwn,
    canDelete: isOpen && isThere && isWritten && (isOwn || room.role.value === 'lead'),
    canStop: room.role.value !== 'viewer',
    canAskAgain:
      isOpen && isThere && isWritten && Boolean(message.questionId) && room.room.value?.assistant.trigger !== 'off',
  };
}

export const react = (message: Message, emoji: string, on: boolean) =>
  act(message.id, () => requireWire().request('message:react', { messageId: message.id, emoji, on }));

export const pinMessage = (message: Message, on: boolean) =>
  act(message.id, () => requireWire().request('message:pin', { messageId: message.id, on }));

export const deleteMessage = (message: Message) =>
  act(message.id, () => requireWire().request('message:delete', { messageId: message.id }));

export const askAgain = (message: Message) =>
  act(message.id, () => requireWire().request('turn:retry', { messageId: message.id }));

/** @param messageId where a failure is shown */
export const stopTurn = (turnId: string, messageId: string) =>
  act(messageId, () => requireWire().request('turn:stop', { turnId }));

export const decideStep = (turnId: string, messageId: string, stepId: string, decision: 'once' | 'room' | 'no') =>
  act(messageId, () => requireWire().request('turn:approve', { turnId, stepId, decision }));

/** Lets the room see what the call would be made with. */
export const showStep = (turnId: string, messageId: string, stepId: string) =>
  act(messageId, () => requireWire().request('turn:show', { turnId, stepId }));

/** The words as they are read, without marks. */
export const copyMessage = (message: Message): Promise<void> => {
  const shown = document.querySelector<HTMLElement>(`[data-message="${CSS.escape(message.id)}"] .prose`);
  return copyAndTell(shown?.innerText ?? message.text);
};

export const copyLink = ({ roomId, id }: Message): Promise<void> =>
  copyAndTell(location.origin + messagePath(roomId, id));

/** As it was written, with what its numbers stand for. */
export function copyMarkdown({ text, sources = [] }: Message): Promise<void> {
  const page = (number: number | undefined) => (number ? `, ${words.peek().answer.page(number)}` : '');
  const notes = sources.map((source) => `- ${source.marker} ${source.documentName}${page(source.page)}`);
  return copyAndTell([text, ...(notes.length > 0 ? [notes.join('\n')] : [])].join('\n\n'));
}

async function copyAndTell(text: string): Promise<void> {
  await copyText(text);
  announce(words.peek().app.copied);
}

/** The clipboard exists only on secure pages; a team's server on plain http still has the selection. */
export async function copyText(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = document.createElement('textarea');
    area.value = text;
    area.className = 'sr';
    (document.querySelector('dialog[open]') ?? document.body).append(area);
    area.select();
    document.execCommand('copy');
    area.remove();
  }
}

async function act(messageId: string, action: () => Promise<unknown>): Promise<void> {
  actionError.value = undefined;
  try {
    await action();
  } catch (error) {
    actionError.value = { messageId, text: describeError(error) };
  }
}
