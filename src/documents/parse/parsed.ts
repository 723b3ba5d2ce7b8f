// What reading a file yields, whatever its format: pages of blocks. Plain data that can cross a process boundary.
import type { DocumentWarning, WordBox } from '../../protocol/document-models.ts';
import type { PageSource, PageUnit } from '../../protocol/names.ts';

export type Block =
  | { type: 'heading'; level: 1 | 2 | 3 | 4 | 5 | 6; text: string }
  | { type: 'paragraph'; text: string }
  | { type: 'list'; ordered: boolean; items: { text: string; depth: number; marker?: string }[] }
  | TableBlock
  | { type: 'code'; text: string };

export interface TableBlock {
  type: 'table';
  /**
   * Rows of cells, all of the same length. A merged cell's text stands in each of its places when it is short, so that every row and
   * column says what it belongs to; a longer one, and a title over all columns, stand in the first, and the others are empty.
   */
  rows: string[][];
  /** How many of the first rows are its header; on a page that goes on with a table, the header repeated from where it began. */
  headerRows: number;
  caption?: string;
  /** It goes on from the last table of the page before: together they are one. */
  continued?: boolean;
}

export interface ParsedPage {
  /** From 1, without gaps. */
  number: number;
  /** Name of the sheet, title of the slide. */
  label?: string;
  blocks: Block[];
  source: PageSource;
  /** For recognised pages. */
  words?: WordBox[];
}

export type ReadEvent =
  /** Comes first, and again when the total turns out to be another one. */
  | { type: 'started'; total: number; unit: PageUnit }
  | { type: 'page'; page: ParsedPage }
  | { type: 'warning'; warning: DocumentWarning };

export interface ReadBounds {
  /** Of the whole file: time in which the reader works. Waiting for who takes the pages, or for the recognition of words, is not counted. */
  timeoutMs: number;
  /** How much CPU time the reader may use without yielding anything. */
  silenceMs: number;
  memoryMb: number;
  pages: number;
  /** UTF-16 units of text, all pages together. */
  textUnits: number;
  /** UTF-16 units of Markdown of one page. */
  pageUnits: number;
  /** What an archive may unpack to. */
  unpackedBytes: number;
}

export interface ReadRequest {
  /** Absolute path; nothing else is opened. */
  path: string;
  /** As `detectType` found it. */
  contentType: string;
  name: string;
  /** Pages before this were read by an earlier run; their numbers are kept. From 1. */
  fromPage: number;
  bounds: ReadBounds;
}

/**
 * Reads files outside of this process, within bounds. Throws AppError with the reasons `file_encrypted`, `file_corrupt`, `file_too_complex`,
 * `file_unreadable`, `file_type_refused`, or what `signal` was aborted with. The consumer sets the pace: nothing is read far ahead.
 */
export interface DocumentReader {
  read(request: ReadRequest, signal: AbortSignal): AsyncGenerator<ReadEvent>;
  /** Ends whatever still runs. Idempotent. */
  stop(): Promise<void>;
}
