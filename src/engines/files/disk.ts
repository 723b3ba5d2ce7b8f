// Files in a folder of this machine. They arrive in the same volume and are moved into place, so that a key has all of a file or nothing.
import { createReadStream } from 'node:fs';
import { access, constants, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { FileStore, ReceivedFile } from './file-store.ts';
import {
  fileNotFound,
  type IncomingOptions,
  openIncoming,
  requireKey,
  touchingDisk,
  writeIncoming,
} from './incoming.ts';

export interface DiskStoreOptions {
  /** Absolute; made with mode 0700 when missing. */
  folder: string;
  nodeId: string;
  /** What must stay free on the disk. */
  freeBytes: number;
}

/** No key has a dot. */
const INCOMING = '.incoming';

/** @throws Error with one sentence when the folder cannot be had */
export async function createDiskStore({ folder, nodeId, freeBytes }: DiskStoreOptions): Promise<FileStore> {
  const incoming: IncomingOptions = { folder: join(folder, INCOMING), variable: 'FILES_URL', nodeId, freeBytes };
  await openIncoming(incoming);
  const pathOf = (key: string): string => join(folder, ...requireKey(key).split('/'));

  return {
    engine: 'disk',

    async receive(content) {
      const arrived = await writeIncoming(incoming, content);
      let isOurs = true;
      const received: ReceivedFile = {
        ...arrived,
        async keep(key, { signal }) {
          const path = pathOf(key);
          signal?.throwIfAborted();
          await touchingDisk(async () => {
            await mkdir(dirname(path), { recursive: true, mode: 0o700 });
            await rename(arrived.path, path);
            isOurs = false;
            await syncFolder(dirname(path));
          });
        },
        async discard() {
          if (isOurs) await rm(arrived.path, { force: true }).catch(() => undefined);
          isOurs = false;
        },
      };
      return received;
    },

    async get(key, range) {
      const path = pathOf(key);
      const handle = await findingFile(() => open(path, 'r'));
      try {
        const { size } = await handle.stat();
        const bytes = range ? range.end - range.start + 1 : size;
        return { content: createReadStream(path, { fd: handle, ...range }), bytes };
      } catch (error) {
        await handle.close();
        throw error;
      }
    },

    async localCopy(key) {
      const path = pathOf(key);
      await findingFile(() => stat(path));
      return { path, release: async () => undefined };
    },

    async remove(key) {
      const path = pathOf(key);
      await touchingDisk(() => rm(path, { force: true }));
    },

    async health() {
      try {
        await access(incoming.folder, constants.W_OK | constants.X_OK);
        return { ok: true };
      } catch (error) {
        return {
          ok: false,
          problem: `The folder of files cannot be written (${(error as NodeJS.ErrnoException).code}).`,
        };
      }
    },
  };
}

/** Without this a power cut could forget where the file is, though not the file. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } catch (error) {
    // Windows cannot, and does not need to.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') throw error;
  } finally {
    await handle.close();
  }
}

async function findingFile<T>(work: () => Promise<T>): Promise<T> {
  return touchingDisk(async () => {
    try {
      return await work();
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw code === 'ENOENT' || code === 'ENOTDIR' ? fileNotFound() : error;
    }
  });
}
