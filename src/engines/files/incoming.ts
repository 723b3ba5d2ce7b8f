// The folder where files arrive, the same for every engine: written piece by piece, hashed on the way, gone when they are not wanted.
import { createHash, type Hash } from 'node:crypto';
import { type FileHandle, open, readdir, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { AppError } from '../../lib/errors.ts';
import { makeFolder } from '../../lib/folder.ts';
import { newId } from '../../lib/ids.ts';

export interface ArrivedFile {
  path: string;
  bytes: number;
  sha256: string;
}

export interface IncomingOptions {
  /** Absolute; made with mode 0700 when missing. */
  folder: string;
  /** The variable that decides where it is, for the message when there can be no such folder. */
  variable: string;
  /** Names what is ours: a process that was killed finds it again. */
  nodeId: string;
  /** What must stay free on the disk: the database needs some too. */
  freeBytes: number;
}

/** How much may arrive between two looks at what is free. */
const LOOK_EVERY_BYTES = 16 * 1024 * 1024;
/** Small ones come often and would each cost a trip to another thread. */
const PIECE_BYTES = 512 * 1024;
const RETRY_AFTER_MS = 5_000;

/** Makes the folder, and empties it of what a former life of this node has left. @throws Error with one sentence */
export async function openIncoming({ folder, variable, nodeId }: IncomingOptions): Promise<void> {
  makeFolder(folder, variable);
  for (const name of await readdir(folder)) {
    if (name.startsWith(`${nodeId}.`)) await rm(join(folder, name), { force: true });
  }
}

/** A path in the folder that nothing has yet. */
export const newIncomingPath = ({ folder, nodeId }: IncomingOptions): string => join(folder, `${nodeId}.${newId()}`);

/** Writes `content` to a file of its own, synced. When it fails nothing is left. @throws AppError unavailable, or what `content` fails with */
export async function writeIncoming(options: IncomingOptions, content: Readable): Promise<ArrivedFile> {
  const path = newIncomingPath(options);
  try {
    const handle = await touchingDisk(() => open(path, 'wx', 0o600));
    try {
      return { path, ...(await writeAll(options, handle, content)) };
    } finally {
      await handle.close();
    }
  } catch (error) {
    content.destroy();
    await rm(path, { force: true }).catch(() => undefined);
    throw error;
  }
}

async function writeAll(
  { folder, freeBytes }: IncomingOptions,
  handle: FileHandle,
  content: Readable,
): Promise<Omit<ArrivedFile, 'path'>> {
  const hash: Hash = createHash('sha256');
  let bytes = 0;
  let lookAt = 0;
  let writing = Promise.resolve();
  let waiting: Uint8Array[] = [];
  let waitingBytes = 0;
  /** The disk works while what follows is awaited and hashed; two pieces at most are held. */
  const write = async (): Promise<void> => {
    const piece = waiting;
    waiting = [];
    waitingBytes = 0;
    await writing;
    writing = touchingDisk(() => writeWhole(handle, piece));
    // Told by the next `await`.
    writing.catch(() => undefined);
  };
  for await (const chunk of content as AsyncIterable<Uint8Array>) {
    if (bytes >= lookAt) {
      await touchingDisk(() => requireFree(folder, freeBytes));
      lookAt += LOOK_EVERY_BYTES;
    }
    hash.update(chunk);
    waiting.push(chunk);
    waitingBytes += chunk.byteLength;
    bytes += chunk.byteLength;
    if (waitingBytes >= PIECE_BYTES) await write();
  }
  await write();
  await writing;
  await touchingDisk(() => handle.sync());
  return { bytes, sha256: hash.digest('hex') };
}

/** The system may take a part of it only, before it says why. */
async function writeWhole(handle: FileHandle, chunks: Uint8Array[]): Promise<void> {
  for (let left = chunks; left.length > 0; ) {
    const { bytesWritten } = await handle.writev(left);
    left = dropBytes(left, bytesWritten);
  }
}

function dropBytes(chunks: Uint8Array[], count: number): Uint8Array[] {
  let from = 0;
  let rest = count;
  while (from < chunks.length && rest >= chunks[from]!.byteLength) rest -= chunks[from++]!.byteLength;
  const [first, ...others] = chunks.slice(from);
  return first ? [first.subarray(rest), ...others] : [];
}

async function requireFree(folder: string, freeBytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize < freeBytes) throw storageFull();
}

export const storageFull = (cause?: unknown): AppError =>
  new AppError(
    'unavailable',
    'There is no space left for files; nothing was kept. Tell the administrator.',
    { reason: 'storage_full' },
    { cause },
  );

export const storageUnavailable = (cause: unknown): AppError =>
  new AppError(
    'unavailable',
    'The store of files does not work at the moment; nothing was changed. Try again shortly.',
    { reason: 'storage_unavailable', retryAfterMs: RETRY_AFTER_MS },
    { cause },
  );

/** Runs what touches the local disk. @throws AppError unavailable for whatever the disk refuses */
export async function touchingDisk<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof AppError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    const isFull = code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG';
    throw isFull ? storageFull(error) : storageUnavailable(error);
  }
}

export const fileNotFound = (): AppError => new AppError('not_found', 'This file is not in the store.');

const KEY = /^[a-z0-9-]+(\/[a-z0-9-]+)*$/;
/** Keys come from our own code: anything else is a fault in it. */
export function requireKey(key: string): string {
  if (!KEY.test(key) || key.length > 200) throw new Error(`"${key}" is no key of the file store.`);
  return key;
}
