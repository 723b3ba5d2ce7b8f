// What lies open above the page: one dialog, or the search panel; and the message the composer is about.
import { signal } from '@preact/signals';
import type { Message } from '../../src/protocol/models.ts';

export type OpenDialog =
  | { name: 'new-room' | 'profile' | 'members' }
  | { name: 'settings'; focus?: 'brief' }
  | { name: 'delete-message' | 'message-actions'; message: Message };

export const dialog = signal<OpenDialog | undefined>(undefined);
export const isSearchOpen = signal(false);

/** What the composer does with its text. */
export type ComposerMode = { kind: 'write' } | { kind: 'reply' | 'edit'; message: Message };
export const composerMode = signal<ComposerMode>({ kind: 'write' });

/** The message under the pointer or the keyboard focus: only it carries its tools. */
export const activeMessage = signal<string | undefined>(undefined);

export function showDialog(next: OpenDialog): void {
  dialog.value = next;
}

export function closeDialog(): void {
  dialog.value = undefined;
}

export function resetRoomUi(): void {
  isSearchOpen.value = false;
  composerMode.value = { kind: 'write' };
  activeMessage.value = undefined;
}
