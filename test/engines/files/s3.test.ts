// Files in a bucket: the contract against a real S3 server, and what only a server far away can do to them.
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { FileStore } from '../../../src/engines/files/file-store.ts';
import { createS3Store, type S3StoreOptions } from '../../../src/engines/files/s3.ts';
import { fileStoreContract } from '../../contracts/file-store.ts';
import { BUCKET, S3_KEY, type S3Server, startS3Server } from '../../support/s3-server.ts';

let server: S3Server;
beforeAll(async () => {
  server = await startS3Server();
});
const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});
afterAll(() => server.close());

const optionsFor = (localFolder: string, more: Partial<S3StoreOptions> = {}): S3StoreOptions => ({
  endpoint: server.endpoint,
  bucket: BUCKET,
  region: 'us-east-1',
  accessKey: S3_KEY,
  secretKey: S3_KEY,
  pathStyle: true,
  localFolder,
  nodeId: 'node-1',
  freeBytes: 0,
  ...more,
});

fileStoreContract('s3', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'projectwise-files-'));
  const stores: FileStore[] = [];
  const open = async (): Promise<FileStore> => {
    const store = await createS3Store(optionsFor(folder));
    stores.push(store);
    return store;
  };
  const store = await open();
  // The bucket is the same for all tests: what one leaves behind the next must not find.
  await store.remove('tenant-1/a0/document-1');
  return {
    store,
    unfinished: async () => readdirSync(folder),
    reopen: open,
    async close() {
      for (const one of stores) await one.close?.();
      rmSync(folder, { recursive: true });
    },
  };
});

async function openStore(more: Partial<S3StoreOptions> = {}): Promise<{ store: FileStore; folder: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'projectwise-files-'));
  cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
  const store = await createS3Store(optionsFor(folder, more));
  cleanups.push(() => store.close?.());
  return { store, folder };
}

/** A server of ours in place of the real one. */
async function startServer(
  answer: (request: IncomingMessage, response: ServerResponse, count: number) => void,
): Promise<string> {
  let count = 0;
  const own: Server = createServer((request, response) => answer(request, response, ++count));
  await new Promise<void>((resolve) => own.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => {
    own.closeAllConnections();
    own.close();
  });
  return `http://127.0.0.1:${(own.address() as AddressInfo).port}`;
}

const fileOf = (store: FileStore, content = 'isi') => store.receive(Readable.from([Buffer.from(content)]));
const options = { contentType: 'text/plain' };
const unavailable = {
  code: 'unavailable',
  details: { reason: 'storage_unavailable', retryAfterMs: expect.any(Number) },
};

describe('a server', () => {
  test('that does not know the key, or another secret, is trouble of the store; nothing of the secret is told', async () => {
    const { store } = await openStore({ secretKey: 'another-secret' });
    const file = await fileOf(store);
    const error = await file.keep('a/b', options).catch((thrown: Error) => thrown);
    expect(error).toMatchObject(unavailable);
    expect(String((error as Error).cause)).toMatch(/403 SignatureDoesNotMatch/);
    expect(`${error} ${(error as Error).cause}`).not.toContain('another-secret');
    expect(await store.health()).toMatchObject({ ok: false });
  });

  test('without the bucket is trouble of the store, not a file that is not there', async () => {
    const { store } = await openStore({ bucket: 'no-such-bucket' });
    await expect(store.get('a/b')).rejects.toMatchObject(unavailable);
    expect(await store.health()).toMatchObject({ ok: false, problem: expect.stringContaining('bucket') });
  });

  test('that does not answer is trouble of the store, and the file stays where it arrived', async () => {
    const { store } = await openStore({ endpoint: 'http://127.0.0.1:1' });
    const file = await fileOf(store);
    await expect(file.keep('a/b', options)).rejects.toMatchObject(unavailable);
    expect(existsSync(file.path)).toBe(true);
    await file.discard();
    await expect(store.get('a/b')).rejects.toMatchObject(unavailable);
  });

  test('that is busy for a moment is asked again, with the whole file', async () => {
    const got: string[] = [];
    const endpoint = await startServer(async (request, response, count) => {
      got.push((await buffer(request)).toString());
      response.writeHead(count < 3 ? 503 : 200).end();
    });
    const { store } = await openStore({ endpoint });
    await (await fileOf(store)).keep('a/b', options);
    expect(got).toEqual(['isi', 'isi', 'isi']);
  });

  test('that breaks the line in the middle is asked again', async () => {
    const endpoint = await startServer((request, response, count) => {
      if (count === 1) request.socket.destroy();
      else request.resume().once('end', () => response.writeHead(200).end());
    });
    const { store } = await openStore({ endpoint });
    await (await fileOf(store)).keep('a/b', options);
  });

  test('that breaks the line while a copy is fetched leaves no half of it', async () => {
    const endpoint = await startServer((request, response) => {
      response.writeHead(200, { 'content-length': 1_000 });
      response.write('half', () => request.socket.destroy());
    });
    const { store, folder } = await openStore({ endpoint });
    await expect(store.localCopy('a/b')).rejects.toMatchObject(unavailable);
    expect(readdirSync(folder)).toEqual([]);
  });

  test('that has no space left is told as such', async () => {
    const endpoint = await startServer((request, response) =>
      request.resume().once('end', () => response.writeHead(507).end('<Error><Code>XMinioStorageFull</Code></Error>')),
    );
    const { store } = await openStore({ endpoint });
    await expect((await fileOf(store)).keep('a/b', options)).rejects.toMatchObject({
      code: 'unavailable',
      details: { reason: 'storage_full' },
    });
  });

  test('is told what it should get, so that it can refuse what did not arrive as it was sent', async () => {
    const heads: IncomingMessage['headers'][] = [];
    const endpoint = await startServer((request, response) => {
      heads.push(request.headers);
      request.resume().once('end', () => response.writeHead(200).end());
    });
    const { store } = await openStore({ endpoint });
    const file = await fileOf(store);
    await file.keep('a/b', options);
    expect(heads[0]).toMatchObject({
      'x-amz-content-sha256': file.sha256,
      'content-length': '3',
      'content-type': 'text/plain',
      authorization: expect.stringMatching(/^AWS4-HMAC-SHA256 Credential=S3RVER\/\d{8}\/us-east-1\/s3\/aws4_request, /),
    });
    expect(heads[0]).not.toHaveProperty('transfer-encoding');
  });

  test('is asked about its health once in a while only', async () => {
    let asked = 0;
    const endpoint = await startServer((_request, response) => {
      asked += 1;
      response.writeHead(200).end();
    });
    const { store } = await openStore({ endpoint });
    for (let times = 0; times < 5; times++) expect(await store.health()).toEqual({ ok: true });
    expect(asked).toBe(1);
  });
});
