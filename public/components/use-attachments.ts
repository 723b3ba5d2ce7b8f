// The files of the message being written in a room: those on their way, those that arrived, and taking up more.
import { useComputed } from '@preact/signals';
import { useCallback } from 'preact/hooks';
import type { OpenRoom } from '../state/open-room.ts';
import { type Reference, references } from '../state/references.ts';
import { addFiles, likelyDetails, loadUploadRules, type Upload, uploads } from '../state/uploads.ts';

const RULES_PATIENCE_MS = 1_500;

export interface Attachments {
  uploads: readonly Upload[];
  /** They lie on the table already. */
  references: readonly Reference[];
  onTheirWay: number;
  arrived: number;
  add(files: File[]): void;
}

/** Puts files onto the table of a room, and with them onto the message being written there. */
export async function attachFiles(room: OpenRoom, files: readonly File[], isForMessage = true): Promise<void> {
  // What is too large is known before it is sent; a slow answer about that holds nothing up.
  await Promise.race([loadUploadRules(), new Promise((resolve) => setTimeout(resolve, RULES_PATIENCE_MS))]);
  addFiles(room.id, files, likelyDetails(room.id, room.room.peek()?.kind === 'group'), isForMessage);
}

export function useAttachments(room: OpenRoom): Attachments {
  const own = useComputed(() => uploads.value.filter((one) => one.isForMessage && one.place === room.id));
  const referred = useComputed(() => references.value.filter((one) => one.roomId === room.id));
  const count = (...states: string[]) => own.value.filter((one) => states.includes(one.state.value)).length;
  const add = useCallback((files: File[]) => void attachFiles(room, files), [room]);
  return {
    uploads: own.value,
    references: referred.value,
    onTheirWay: count('waiting', 'sending'),
    arrived: count('done') + referred.value.length,
    add,
  };
}
