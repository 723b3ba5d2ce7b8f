// Files on the local disk: the contract, and what only a disk can do to them.
import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createDiskStore } from '../../../src/engines/files/disk.ts';
import type { FileStore } from '../../../src/engines/files/file-store.ts';
import { fileStoreContract } from '../../contracts/file-store.ts';

const newFolder = (): Promise<string> => mkdtemp(join(tmpdir(), 'projectwise-files-'));
const openIn = (folder: string, freeBytes = 0): Promise<FileStore> =>
  createDiskStore({ folder: join(folder, 'files'), nodeId: 'node-1', freeBytes });
const arriving = (folder: string): string[] => readdirSync(join(folder, 'files', '.incoming'));

fileStoreContract('disk', async () => {
  const folder = await newFolder();
  return {
    store: await openIn(folder),
    unfinished: async () => arriving(folder),
    reopen: () => openIn(folder),
    close: () => rm(folder, { recursive: true }),
  };
});

describe('the folder', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await newFolder();
  });
  afterEach(() => rm(folder, { recursive: true }));

  test('is for its owner alone, and so is everything in it', async () => {
    const store = await openIn(folder);
    const file = await store.receive(Readable.from([Buffer.from('isi')]));
    expect(statSync(file.path).mode & 0o777).toBe(0o600);
    await file.keep('tenant/aa/document', { contentType: 'text/plain' });
    for (const part of ['', '/.incoming', '/tenant', '/tenant/aa']) {
      expect(statSync(`${folder}/files${part}`).mode & 0o777).toBe(0o700);
    }
    expect(statSync(`${folder}/files/tenant/aa/document`).mode & 0o777).toBe(0o600);
  });

  test('is emptied at the start of what a process that was killed has left there, and of nothing else', async () => {
    await openIn(folder);
    writeFileSync(join(folder, 'files/.incoming/node-1.left'), 'half');
    writeFileSync(join(folder, 'files/.incoming/node-2.arriving'), 'half');
    await openIn(folder);
    expect(arriving(folder)).toEqual(['node-2.arriving']);
  });

  test('that cannot be made is told in one sentence that names the variable', async () => {
    writeFileSync(join(folder, 'files'), 'a file');
    await expect(openIn(folder)).rejects.toThrow(/^FILES_URL cannot be used: .*files is not a folder/);
  });

  test('without enough free space takes nothing', async () => {
    const store = await openIn(folder, Number.MAX_SAFE_INTEGER);
    await expect(store.receive(Readable.from([Buffer.from('isi')]))).rejects.toMatchObject({
      code: 'unavailable',
      details: { reason: 'storage_full' },
    });
    expect(arriving(folder)).toEqual([]);
  });

  test('that went away is told as trouble of the store', async () => {
    const store = await openIn(folder);
    await rm(join(folder, 'files'), { recursive: true });
    const refused = {
      code: 'unavailable',
      details: { reason: 'storage_unavailable', retryAfterMs: expect.any(Number) },
    };
    await expect(store.receive(Readable.from([Buffer.from('isi')]))).rejects.toMatchObject(refused);
    expect(await store.health()).toMatchObject({ ok: false, problem: expect.stringContaining('ENOENT') });
  });

  test.runIf(process.getuid?.() !== 0)('that may not be written is told as trouble of the store', async () => {
    const store = await openIn(folder);
    await chmod(join(folder, 'files/.incoming'), 0o500);
    await expect(store.receive(Readable.from([Buffer.from('isi')]))).rejects.toMatchObject({
      details: { reason: 'storage_unavailable' },
    });
    await chmod(join(folder, 'files/.incoming'), 0o700);
  });

  test('holds no file twice: keeping moves it', async () => {
    const store = await openIn(folder);
    const file = await store.receive(Readable.from([Buffer.from('isi')]));
    await file.keep('a/b', { contentType: 'text/plain' });
    expect(existsSync(file.path)).toBe(false);
  });
});
