// The port of file storage: uploaded files by key, streamed both ways.
import type { Readable } from 'node:stream';

export interface StoredFile {
  bytes: number;
}

/**
 * Keys are made in code: `[a-z0-9/-]`, never a name that somebody chose. Throws AppError `unavailable` when the store cannot be reached
 * (`details.retryAfterMs` when it may be tried again) and `not_found` for a key that is not there.
 */
export interface FileStore {
  readonly engine: 'disk' | 's3';
  /** Whole or not at all: a stream that fails or is aborted leaves nothing under the key. Replaces what was there. */
  put(key: string, content: Readable, options: { contentType: string; signal?: AbortSignal }): Promise<StoredFile>;
  /** @param range bytes, both ends included */
  get(key: string, range?: { start: number; end: number }): Promise<{ content: Readable; bytes: number }>;
  /** A path of the local disk with this content, for readers that need a file; `release` takes away what was fetched for it. */
  localCopy(key: string, signal?: AbortSignal): Promise<{ path: string; release(): Promise<void> }>;
  /** Of a key that is not there: fine. */
  remove(key: string): Promise<void>;
  health(): Promise<{ ok: boolean; problem?: string }>;
  close?(): Promise<void>;
}
