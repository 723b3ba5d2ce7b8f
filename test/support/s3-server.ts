// A small S3 server on this machine, with a bucket of its own on a free port.
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import S3rver from '@20minutes/s3rver';

export interface S3Server {
  /** For FILES_URL. */
  url: string;
  endpoint: string;
  close(): Promise<void>;
}

export const BUCKET = 'projectwise-test';
/** What the server takes. */
export const S3_KEY = 'S3RVER';

export async function startS3Server(): Promise<S3Server> {
  const directory = mkdtempSync(join(tmpdir(), 'projectwise-s3-'));
  const server = new S3rver({
    address: '127.0.0.1',
    port: 0,
    silent: true,
    directory,
    configureBuckets: [{ name: BUCKET }],
  });
  const { port } = (await server.run()) as AddressInfo;
  return {
    url: `s3://${S3_KEY}:${S3_KEY}@127.0.0.1:${port}/${BUCKET}?region=&pathStyle=1`,
    endpoint: `http://127.0.0.1:${port}`,
    async close() {
      await server.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
