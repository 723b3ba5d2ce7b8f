// What the service, a reader's process and its watchdog say to each other. Plain data.
import type { RecognizedWord } from '../../engines/ocr/text-recognizer.ts';
import type { ReadReason } from './format.ts';
import type { ReadEvent, ReadRequest } from './parsed.ts';

export type ToReader =
  /** Comes once, first. `formats` is the address of the module with FORMATS. */
  | { kind: 'read'; request: ReadRequest; formats: string; canRecognize: boolean; window: number }
  /** That many events were taken: as many more may be sent. */
  | { kind: 'taken'; events: number }
  | { kind: 'recognized'; id: number; words: RecognizedWord[] }
  | { kind: 'notRecognized'; id: number; message: string };

export type FromReader =
  | { kind: 'event'; event: ReadEvent }
  | { kind: 'recognize'; id: number; picture: Uint8Array }
  /** The last message: all is read, or it cannot be. `detail` is for the log. */
  | { kind: 'end'; problem?: { reason: ReadReason; message: string; detail?: string } };

/** Written to its standard error by a reader that ends itself, for the service to tell this end from others. */
export const TOO_MUCH_MEMORY = 'reader: too much memory\n';

export const TOO_MUCH_TIME = 'reader: too much time\n';

export interface WatchdogData {
  memoryBytes: number;
  /** CPU time of the whole process without progress. */
  silenceMs: number;
  /** One number, which the reader counts up with every step forward. Shared memory. */
  progress: Int32Array;
  parentPid: number;
}
