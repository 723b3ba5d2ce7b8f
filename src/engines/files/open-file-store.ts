// Which store keeps the files: the one that FILES_URL names.
import type { FilesConfig } from '../../config.ts';
import { createDiskStore } from './disk.ts';
import type { FileStore } from './file-store.ts';

export interface OpenFileStoreOptions {
  nodeId: string;
  /** What must stay free on the local disk. */
  freeBytes: number;
}

/** The client of another store is loaded only when it is asked for. @throws Error with one sentence when the local folder cannot be had */
export async function openFileStore(config: FilesConfig, options: OpenFileStoreOptions): Promise<FileStore> {
  if (config.engine === 'disk') return createDiskStore({ ...options, folder: config.folder });
  const { createS3Store } = await import('./s3.ts');
  return createS3Store({ ...options, ...config });
}
