// Which store keeps the files: the one that FILES_URL names.
import type { FilesConfig } from '../../config.ts';
import { createDiskStore } from './disk.ts';
import type { FileStore } from './file-store.ts';

export interface OpenFileStoreOptions {
  nodeId: string;
  /** What must stay free on the local disk. */
  freeBytes: number;
}

/** @throws Error with one sentence when the local folder cannot be had */
export async function openFileStore(config: FilesConfig, options: OpenFileStoreOptions): Promise<FileStore> {
  return createDiskStore({ ...options, folder: config.folder });
}
