// What a format is given, and how it says that a file cannot be read. Formats run in a process of their own: see reader.process.ts.
import type { RecognizedWord } from '../../engines/ocr/text-recognizer.ts';
import type { Reason } from '../../protocol/names.ts';
import type { ReadEvent, ReadRequest } from './parsed.ts';

export interface FormatInput {
  /** The whole file, never empty. */
  bytes: Uint8Array;
  request: ReadRequest;
  /** Words of a picture (PNG or JPEG); absent where nothing can recognise them. Runs outside, and its time is not counted against the file. */
  recognize?: (picture: Uint8Array) => Promise<RecognizedWord[]>;
}

/**
 * Yields `started` first (again when the total turns out to be another one), then pages and warnings. It may leave out what comes before
 * `request.fromPage` or yield it all the same. It is pulled: what is not asked for is not read.
 */
export type Format = (input: FormatInput) => AsyncGenerator<ReadEvent>;

export type ReadReason = Extract<
  Reason,
  'file_empty' | 'file_encrypted' | 'file_corrupt' | 'file_too_complex' | 'file_unreadable' | 'file_type_refused'
>;

/** A file that cannot be read, in one English sentence for the person who brought it. Whatever else a format throws is taken as `file_corrupt`. */
export class ReadProblem extends Error {
  readonly reason: ReadReason;

  constructor(reason: ReadReason, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'ReadProblem';
    this.reason = reason;
  }
}
