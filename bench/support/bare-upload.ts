// The reference for uploads: busboy alone, hashing, writing to the disk and syncing, and nothing that looks at what came.
import { createHash } from 'node:crypto';
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import busboy from 'busboy';
import { serveCalls } from './child.ts';
import { createProbes } from './probes.ts';

const folder = mkdtempSync(join(tmpdir(), 'projectwise-bare-upload-'));

const server = createServer((request, response) => {
  const path = join(folder, 'file');
  const parser = busboy({ headers: request.headers });
  parser.on('file', async (_name, file) => {
    const hash = createHash('sha256');
    file.on('data', (chunk) => hash.update(chunk));
    await pipeline(file, createWriteStream(path, { flush: true }));
    rmSync(path);
    response.writeHead(201, { 'content-type': 'application/json' }).end(JSON.stringify({ sha256: hash.digest('hex') }));
  });
  request.pipe(parser);
});

const functions = {
  ...createProbes(),
  async start(): Promise<string> {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  },
};
export type BareUpload = typeof functions;

serveCalls(functions, () => rmSync(folder, { recursive: true, force: true }));
