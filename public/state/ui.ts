// What lies open above and beside the page: one dialog, one panel; and the message the composer is about.
import { signal } from '@preact/signals';
import type { Document } from '../../src/protocol/document-models.ts';
import type { Memory } from '../../src/protocol/memory-models.ts';
import type { Message } from '../../src/protocol/models.ts';
import type { Upload } from './uploads.ts';

export type OpenDialog =
  | { name: 'new-room' | 'profile' | 'members' | 'palette' | 'shortcuts' | 'notify' }
  | { name: 'settings'; focus?: 'brief' | 'trigger' }
  | { name: 'delete-message' | 'message-actions' | 'forward'; message: Message }
  | { name: 'delete-document'; document: Document }
  | { name: 'forget-memory'; memory: Memory }
  | { name: 'document-details'; document: Document }
  | { name: 'upload-details'; upload: Upload }
  | { name: 'diagram'; address: string; label: string; width: number };

export const dialog = signal<OpenDialog | undefined>(undefined);
/** What stands beside the conversation. A document's page stands there too, with the documents or without: router.ts. */
export type Panel = 'search' | 'documents' | 'why' | 'memory' | 'pins' | 'tools';
export const panel = signal<Panel | undefined>(undefined);
/** The answer whose making is looked at; the newest one when none was chosen. */
export const explained = signal<string | undefined>(undefined);

/** What the composer does with its text. */
export type ComposerMode = { kind: 'write' } | { kind: 'reply' | 'edit'; message: Message };
export const composerMode = signal<ComposerMode>({ kind: 'write' });

/** The message under the pointer or the keyboard focus: only it carries its tools. */
export const activeMessage = signal<string | undefined>(undefined);

/** Beside each other there is room for the conversation and the panel. */
export const isWide = () => matchMedia('(min-width: 1181px)').matches;
export const isPhone = () => matchMedia('(max-width: 760px)').matches;

export function showDialog(next: OpenDialog): void {
  dialog.value = next;
}

export function closeDialog(): void {
  dialog.value = undefined;
}

/** What stands open when one goes to another room: panels about that room as well. */
const STAYS = new Set<Panel | undefined>(['documents', 'why', 'memory']);

export function resetRoomUi(): void {
  // A panel that covers the page would hide the room one goes to.
  if ((panel.peek() !== undefined && !STAYS.has(panel.peek())) || !isWide()) panel.value = undefined;
  explained.value = undefined;
  composerMode.value = { kind: 'write' };
  activeMessage.value = undefined;
}
