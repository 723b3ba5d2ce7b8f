// Long work on the event loop in short slices.
import { setImmediate } from 'node:timers/promises';

const SLICE_MS = 8;

/** Awaited between pieces of work: lets everything else run when a slice is used up. */
export function createPacer(sliceMs = SLICE_MS): () => Promise<void> | undefined {
  let since = performance.now();
  return () => {
    if (performance.now() - since < sliceMs) return undefined;
    return setImmediate().then(() => {
      since = performance.now();
    });
  };
}
