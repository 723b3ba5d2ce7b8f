// Documents that lie on the table already and go along with the message being written: the assistant looks into them first.
import { signal } from '@preact/signals';
import { words } from '../lib/i18n.ts';
import type { OpenRoom } from './open-room.ts';

export interface Reference {
  roomId: string;
  id: string;
  name: string;
}

export const references = signal<readonly Reference[]>([]);

export function refer(roomId: string, { id, name }: { id: string; name: string }): void {
  const others = references.peek().filter((one) => one.roomId !== roomId || one.id !== id);
  references.value = [...others, { roomId, id, name }];
}

export function forgetReference(reference: Reference): void {
  references.value = references.peek().filter((one) => one !== reference);
}

/** They leave the composer with the message. @param most as many as fit beside what else goes along */
export function takeReferences(roomId: string, most: number): Reference[] {
  const taken = references
    .peek()
    .filter((one) => one.roomId === roomId)
    .slice(0, Math.max(0, most));
  references.value = references.peek().filter((one) => !taken.includes(one));
  return taken;
}

export const clearReferences = (): void => {
  references.value = [];
};

export const mayAsk = (room: OpenRoom): boolean =>
  room.role.value !== 'viewer' &&
  room.room.value?.archivedAt === undefined &&
  room.room.value?.assistant.trigger !== 'off';

/** Puts a document, and the page of it that is open, into the field as the beginning of a question. */
export function askAbout(room: OpenRoom, document: { id: string; name: string }, page?: number): void {
  refer(room.id, document);
  const place = page === undefined ? '' : `${words.peek().answer.page(page)}: `;
  writeInto(room, place, { isQuestion: true });
}

/** Adds a text to what is being written in the open room; a question calls the assistant where it has to be called. */
export function writeInto(room: OpenRoom, text: string, { isQuestion = false, atStart = false } = {}): void {
  const field = window.document.getElementById('composer');
  if (!(field instanceof HTMLTextAreaElement)) return;
  const isCalled =
    !isQuestion || room.room.peek()?.assistant.trigger !== 'mention' || /@projectwise/i.test(field.value);
  const gap = atStart || field.value === '' || /\s$/.test(field.value) ? '' : ' ';
  const place = atStart ? 0 : field.value.length;
  field.focus();
  field.setRangeText(`${gap}${isCalled ? '' : '@ProjectWise '}${text}`, place, place, 'end');
  field.dispatchEvent(new InputEvent('input', { bubbles: true }));
}
