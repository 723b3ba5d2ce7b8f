// What one answer was made from, fetched when somebody asks, and again when something of it has changed.
import { signal, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { AnswerContext } from '../../src/protocol/context-models.ts';
import { call } from '../lib/api.ts';
import { ApiError } from '../lib/api-error.ts';

export type Explained =
  | { state: 'loading' }
  | { state: 'open'; context: AnswerContext }
  /** It was not kept, or is not there yet. */
  | { state: 'unknown' }
  | { state: 'failed'; error: unknown; retry: () => void };

/** Raised when a part of an answer has changed: what is shown is looked up again. */
const changes = signal(0);

export function lookAgain(): void {
  changes.value += 1;
}

/** @param isLive what is known changes when the answer ends */
export function useExplained(messageId: string, isLive: boolean): Explained {
  const shown = useSignal<Explained>({ state: 'loading' });
  const shownId = useSignal('');
  const tries = useSignal(0);
  useEffect(() => {
    // What is looked up again stays in sight until then.
    if (shownId.peek() !== messageId || shown.peek().state !== 'open') shown.value = { state: 'loading' };
    shownId.value = messageId;
    const asking = new AbortController();
    call('answerContext', { params: { messageId }, signal: asking.signal })
      .then((context) => {
        shown.value = { state: 'open', context };
      })
      .catch((error: unknown) => {
        if (asking.signal.aborted) return;
        const retry = () => {
          tries.value += 1;
        };
        const isUnknown = error instanceof ApiError && error.code === 'not_found';
        shown.value = isUnknown ? { state: 'unknown' } : { state: 'failed', error, retry };
      });
    return () => asking.abort();
  }, [messageId, isLive, tries.value, changes.value]);
  return shown.value;
}
