// The port of file storage: uploaded files by key, streamed both ways.
import type { Readable } from 'node:stream';

/** A file that has arrived and is not kept yet. It lies on the local disk, so that its content can be looked at first. */
export interface ReceivedFile {
  /** Absolute; good until it is kept or discarded. */
  readonly path: string;
  readonly bytes: number;
  /** Hex. */
  readonly sha256: string;
  /**
   * Puts it under the key, whole or not at all; replaces what was there. Afterwards it survives a power cut.
   * @throws AppError unavailable (storage_full, storage_unavailable)
   */
  keep(key: string, options: { contentType: string; signal?: AbortSignal }): Promise<void>;
  /** Takes it away. After `keep` it is nothing's and this does nothing. Never throws. */
  discard(): Promise<void>;
}

/**
 * Keys are made in code: `[a-z0-9-]` in parts joined by `/`, never a name that somebody chose. Throws AppError `unavailable` when the store
 * cannot be reached (storage_unavailable, with `details.retryAfterMs`) and `not_found` for a key that is not there.
 */
export interface FileStore {
  readonly engine: 'disk' | 's3';
  /**
   * Reads `content` to its end, never holding more than a piece of it. When it fails, nothing is left.
   * @throws AppError unavailable (storage_full, storage_unavailable); what `content` fails with
   */
  receive(content: Readable): Promise<ReceivedFile>;
  /** @param range bytes, both ends included; must lie within the file */
  get(key: string, range?: { start: number; end: number }): Promise<{ content: Readable; bytes: number }>;
  /** A path of the local disk with this content, for readers that need a file; `release` takes away what was fetched for it. */
  localCopy(key: string, signal?: AbortSignal): Promise<{ path: string; release(): Promise<void> }>;
  /** Of a key that is not there: fine. */
  remove(key: string): Promise<void>;
  /** Never throws. */
  health(): Promise<{ ok: boolean; problem?: string }>;
  close?(): Promise<void>;
}
