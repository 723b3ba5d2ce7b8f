// Errors and system notes as sentences in the language of the interface.
import type { SystemNote } from '../../src/protocol/models.ts';
import { ApiError } from '../lib/api-error.ts';
import { words } from '../lib/i18n.ts';

/** What happened, in one sentence a person understands. */
export function describeError(error: unknown): string {
  const { reasons, codes, inSeconds } = words.value.errors;
  if (!(error instanceof ApiError)) return codes.internal;
  const known = (reasons as Record<string, string>)[error.reason ?? ''];
  const wait = error.retryAfterMs ? ` ${inSeconds(Math.ceil(error.retryAfterMs / 1000))}` : '';
  return (known ?? codes[error.code]) + wait;
}

/** A note by its key; `fallback` (the server's English text) when this version does not know the key. */
export function describeNote(note: SystemNote | undefined, fallback: string): string {
  const sentences: Record<string, (params: SystemNote['params']) => string> = words.value.system;
  return (note && sentences[note.key]?.(note.params)) ?? fallback;
}
