// Files in a bucket of an S3-compatible server. They arrive on the local disk, are looked at there, and go on to the bucket in one request.
import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import type { FileStore } from './file-store.ts';
import {
  fileNotFound,
  type IncomingOptions,
  openIncoming,
  requireKey,
  storageFull,
  storageUnavailable,
  writeIncoming,
} from './incoming.ts';
import { createS3Client, type S3Options, type S3Request } from './s3-client.ts';

export interface S3StoreOptions extends S3Options {
  /** Absolute; where files arrive and are fetched to. */
  localFolder: string;
  nodeId: string;
  /** What must stay free on the local disk. */
  freeBytes: number;
}

/** The server is not asked again for so long, however often we are. */
const HEALTH_KEPT_MS = 10_000;
const ERROR_BYTES = 4_096;

/** @throws Error with one sentence when the local folder cannot be had; the server is not asked yet */
export async function createS3Store(options: S3StoreOptions): Promise<FileStore> {
  const { localFolder, nodeId, freeBytes } = options;
  const incoming: IncomingOptions = { folder: localFolder, variable: 'DATA_DIR', nodeId, freeBytes };
  await openIncoming(incoming);
  const client = createS3Client(options);
  let healthKept: { at: number; health: ReturnType<FileStore['health']> } | undefined;

  /** @returns an answer that is a success @throws AppError not_found, unavailable */
  const ask = async (request: S3Request): Promise<IncomingMessage> => {
    const response = await client.send(request).catch((error) => {
      throw request.signal?.aborted ? request.signal.reason : storageUnavailable(error);
    });
    const status = response.statusCode ?? 0;
    if (status >= 200 && status < 300) return response;
    const problem = await problemOf(response);
    if (status === 404 && problem.code !== 'NoSuchBucket') throw fileNotFound();
    throw status === 507 ? storageFull(problem) : storageUnavailable(problem);
  };
  const finish = async (request: S3Request): Promise<void> => {
    const response = await ask(request);
    response.resume();
  };

  const store: FileStore = {
    engine: 's3',

    async receive(content) {
      const { path, bytes, sha256 } = await writeIncoming(incoming, content);
      const discard = (): Promise<void> => rm(path, { force: true }).catch(() => undefined);
      return {
        path,
        bytes,
        sha256,
        async keep(key, { contentType, signal }) {
          requireKey(key);
          await finish({
            method: 'PUT',
            key,
            headers: { 'content-type': contentType },
            body: { open: () => createReadStream(path), bytes, sha256 },
            signal,
          });
          await discard();
        },
        discard,
      };
    },

    async get(key, range) {
      requireKey(key);
      const headers: Record<string, string> = range ? { range: `bytes=${range.start}-${range.end}` } : {};
      const content = await ask({ method: 'GET', key, headers });
      return { content, bytes: Number(content.headers['content-length'] ?? 0) };
    },

    async localCopy(key, signal) {
      requireKey(key);
      signal?.throwIfAborted();
      const content = await ask({ method: 'GET', key, signal });
      const abort = (): void => void content.destroy(signal?.reason);
      signal?.addEventListener('abort', abort, { once: true });
      try {
        const { path } = await writeIncoming(incoming, content);
        return { path, release: () => rm(path, { force: true }).catch(() => undefined) };
      } catch (error) {
        // A line that broke is trouble of the store; a disk that is full says so itself.
        throw signal?.aborted ? signal.reason : isOurs(error) ? error : storageUnavailable(error);
      } finally {
        signal?.removeEventListener('abort', abort);
      }
    },

    async remove(key) {
      requireKey(key);
      await finish({ method: 'DELETE', key }).catch((error) => {
        if (error.code !== 'not_found') throw error;
      });
    },

    health() {
      if (healthKept && Date.now() - healthKept.at < HEALTH_KEPT_MS) return healthKept.health;
      const health = finish({ method: 'HEAD', attempts: 1 }).then(
        () => ({ ok: true }),
        (error) => ({ ok: false, problem: `The bucket cannot be used: ${describe(error)}` }),
      );
      healthKept = { at: Date.now(), health };
      return health;
    },

    close: async () => client.close(),
  };
  return store;
}

class S3Problem extends Error {
  /** As the server names it, e.g. `AccessDenied`. */
  readonly code: string;

  constructor(status: number, code: string) {
    super(`The server answered ${status}${code === '' ? '' : ` ${code}`}.`);
    this.name = 'S3Problem';
    this.code = code;
  }
}

async function problemOf(response: IncomingMessage): Promise<S3Problem> {
  let text = '';
  try {
    for await (const chunk of response) {
      text += chunk;
      if (text.length > ERROR_BYTES) break;
    }
  } catch {
    // The status alone has to do.
  }
  return new S3Problem(response.statusCode ?? 0, /<Code>(\w{1,64})<\/Code>/.exec(text)?.[1] ?? '');
}

const isOurs = (error: unknown): boolean => error instanceof Error && error.name === 'AppError';

function describe(error: unknown): string {
  const { cause, message } = error as Error;
  return cause instanceof Error ? cause.message : message;
}
