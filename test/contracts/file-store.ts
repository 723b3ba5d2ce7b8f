// What every store of files must do; run over each of them.
import { createHash, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { FileStore, ReceivedFile } from '../../src/engines/files/file-store.ts';

export interface FileStoreSetup {
  store: FileStore;
  /** Names of everything that is on its way or half there. */
  unfinished(): Promise<string[]>;
  /** Another one over the same files, as after a restart. */
  reopen(): Promise<FileStore>;
  close(): Promise<void>;
}

const KEY = 'tenant-1/a0/document-1';
const options = { contentType: 'text/plain' };
const sha256 = (content: Uint8Array): string => createHash('sha256').update(content).digest('hex');

export function fileStoreContract(engine: string, open: () => Promise<FileStoreSetup>): void {
  describe(`file store: ${engine}`, () => {
    let setup: FileStoreSetup;
    let store: FileStore;
    beforeEach(async () => {
      setup = await open();
      store = setup.store;
    });
    afterEach(() => setup.close());

    const receive = (content: string | Uint8Array): Promise<ReceivedFile> =>
      store.receive(Readable.from([Buffer.from(content)]));
    const keep = async (key: string, content: string | Uint8Array): Promise<void> => {
      const file = await receive(content);
      await file.keep(key, options);
      await file.discard();
    };
    const read = async (key: string, range?: { start: number; end: number }, from = store): Promise<string> =>
      (await buffer((await from.get(key, range)).content)).toString();
    const bytesOf = async (key: string, range?: { start: number; end: number }): Promise<number> => {
      const { content, bytes } = await store.get(key, range);
      content.destroy();
      return bytes;
    };

    test('what arrives can be looked at, and says what it is, before it is kept', async () => {
      const pieces = Array.from({ length: 40 }, () => randomBytes(50_000));
      const file = await store.receive(Readable.from(pieces));
      const whole = Buffer.concat(pieces);
      expect({ bytes: file.bytes, sha256: file.sha256 }).toEqual({ bytes: whole.length, sha256: sha256(whole) });
      expect(whole.equals(await readFile(file.path))).toBe(true);
      await expect(store.get(KEY)).rejects.toMatchObject({ code: 'not_found' });
      await file.keep(KEY, options);
      expect(whole.equals(await buffer((await store.get(KEY)).content))).toBe(true);
      expect(await bytesOf(KEY)).toBe(whole.length);
      await file.discard();
      expect(await setup.unfinished()).toEqual([]);
    });

    test('what is kept is there after a restart', async () => {
      await keep(KEY, 'isi');
      expect(await read(KEY, undefined, await setup.reopen())).toBe('isi');
    });

    test('what is larger than any piece comes back as it was', async () => {
      const content = randomBytes(21 * 1024 * 1024);
      await keep(KEY, content);
      expect(sha256(await buffer((await store.get(KEY)).content))).toBe(sha256(content));
      const last = await buffer((await store.get(KEY, { start: content.length - 5, end: content.length - 1 })).content);
      expect(last.equals(content.subarray(-5))).toBe(true);
    });

    test('nothing is a file too', async () => {
      await keep(KEY, '');
      expect(await read(KEY)).toBe('');
    });

    test('a part of a file is that part', async () => {
      await keep(KEY, 'abcdefgh');
      expect(await read(KEY, { start: 2, end: 4 })).toBe('cde');
      expect(await bytesOf(KEY, { start: 2, end: 4 })).toBe(3);
      expect(await read(KEY, { start: 7, end: 7 })).toBe('h');
    });

    test('what is discarded leaves nothing, also twice', async () => {
      const file = await receive('isi');
      await file.discard();
      await file.discard();
      expect(await setup.unfinished()).toEqual([]);
      await expect(store.get(KEY)).rejects.toMatchObject({ code: 'not_found' });
    });

    test('content that fails on its way leaves nothing and says why', async () => {
      async function* failing() {
        yield Buffer.alloc(100_000);
        throw new Error('The line broke.');
      }
      await expect(store.receive(Readable.from(failing()))).rejects.toThrow('The line broke.');
      expect(await setup.unfinished()).toEqual([]);
    });

    test('keeping replaces what was under the key, and only that', async () => {
      await keep(KEY, 'dulu');
      await keep(`${KEY}-2`, 'tetangga');
      await keep(KEY, 'kini');
      expect(await read(KEY)).toBe('kini');
      expect(await read(`${KEY}-2`)).toBe('tetangga');
    });

    test('what is removed is gone, and removing what is not there is fine', async () => {
      await keep(KEY, 'isi');
      await store.remove(KEY);
      await store.remove(KEY);
      await expect(store.get(KEY)).rejects.toMatchObject({ code: 'not_found' });
      await expect(store.localCopy(KEY)).rejects.toMatchObject({ code: 'not_found' });
    });

    test('a reader gets a path with the content, and what was fetched for it goes with its release', async () => {
      await keep(KEY, 'isi');
      const copy = await store.localCopy(KEY);
      expect(await readFile(copy.path, 'utf8')).toBe('isi');
      await copy.release();
      expect(await setup.unfinished()).toEqual([]);
      expect(await read(KEY)).toBe('isi');
    });

    test('a copy that is no longer wanted leaves nothing', async () => {
      await keep(KEY, randomBytes(3_000_000));
      const aborted = AbortSignal.abort(new Error('Not wanted.'));
      await store
        .localCopy(KEY, aborted)
        .then(({ release }) => release())
        .catch((error: Error) => expect(error.message).toBe('Not wanted.'));
      expect(await setup.unfinished()).toEqual([]);
    });

    test('a download that is broken off holds nothing', async () => {
      await keep(KEY, randomBytes(3_000_000));
      const { content } = await store.get(KEY);
      content.once('data', () => content.destroy());
      await new Promise((resolve) => content.once('close', resolve));
      expect(await bytesOf(KEY)).toBe(3_000_000);
    });

    test('many at once do not touch each other', async () => {
      const numbers = Array.from({ length: 30 }, (_, index) => index);
      await Promise.all(numbers.map((number) => keep(`tenant-1/many/${number}`, `isi ${number}`)));
      expect(await Promise.all(numbers.map((number) => read(`tenant-1/many/${number}`)))).toEqual(
        numbers.map((number) => `isi ${number}`),
      );
    });

    test.each([
      '',
      '/',
      '../outside',
      'a/../b',
      'a//b',
      '/a',
      'a/',
      'a.b',
      'A',
      'a b',
      'a\\b',
      'a\0b',
      'ä',
      `${'a/'.repeat(150)}a`,
    ])('the key %j is no key', async (key) => {
      const file = await receive('isi');
      await expect(file.keep(key, options)).rejects.toThrow('is no key');
      await expect(store.get(key)).rejects.toThrow('is no key');
      await expect(store.remove(key)).rejects.toThrow('is no key');
      await expect(store.localCopy(key)).rejects.toThrow('is no key');
      await file.discard();
    });

    test('it says that it works', async () => {
      expect(await store.health()).toEqual({ ok: true });
    });
  });
}
