// Documents on a machine that dies: in the middle of an upload, in the middle of reading, and with a disk that is full.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterEach, expect, it } from 'vitest';
import type { Document } from '../../src/protocol/document-models.ts';
import { newDataDir, type ProductProcess, startProcess, stopProcesses } from '../support/process.ts';
import { createRoom, eventually, type Person, signIn, signUp } from '../support/product.ts';
import { sendFile, sendMegabytes, UPLOAD_PATH, uploadFile } from '../support/uploads.ts';

afterEach(stopProcesses);

const LINE = 'Penyedia wajib memberikan garansi perangkat selama tiga puluh enam bulan sejak berita acara, butir nomor';
const LINES = 30_000;
/** Reading takes a while on a busy machine. */
const PATIENCE_MS = 60_000;
const SLOW = { timeout: 3 * PATIENCE_MS };
/** Some three megabytes of paragraphs, each with a number of its own: hundreds of sections. */
const longText = (): string => Array.from({ length: LINES }, (_, index) => `${LINE} ${index}.`).join('\n\n');
const env = (dataDir: string) => ({ DATA_DIR: dataDir, REGISTRATION: 'open', LOG_LEVEL: 'warn' });
const getDocument = (person: Person, id: string) => person.call<Document>('GET', `/api/v1/files/${id}`);
const untilRead = (person: Person, id: string) =>
  eventually(
    async () => {
      const document = await getDocument(person, id);
      return document.status === 'processed' ? document : undefined;
    },
    'the end of reading',
    PATIENCE_MS,
  );
const readersOf = ({ child }: ProductProcess): number[] =>
  readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);

/** Every page once, in order, and in them every line once. */
function expectWhole(dataDir: string, document: Document): void {
  const db = new Sqlite(join(dataDir, 'projectwise.sqlite'), { readonly: true });
  const pages = db.prepare('select number, text from document_pages order by number').all() as {
    number: number;
    text: string;
  }[];
  db.close();
  expect(pages.map(({ number }) => number)).toEqual(Array.from({ length: document.pages }, (_, index) => index + 1));
  const numbers = pages.flatMap(({ text }) =>
    [...text.matchAll(/butir nomor (\d+)\./g)].map((match) => Number(match[1])),
  );
  expect(numbers).toEqual(Array.from({ length: LINES }, (_, index) => index));
}

it(
  'a process that is killed in the middle of reading goes on where it was: nothing lost, nothing twice',
  SLOW,
  async () => {
    const dataDir = newDataDir();
    let product = await startProcess(env(dataDir));
    const first = await signUp(product);
    const room = await createRoom(first);
    const { id } = await uploadFile(first, { name: 'panjang.txt', content: longText(), fields: { roomId: room.id } });
    const doneBefore: number[] = [];
    for (let times = 0; times < 2; times++) {
      const person = times === 0 ? first : await signIn(product, first.user);
      const done = await eventually(
        async () => {
          const { progress, status } = await getDocument(person, id);
          return status === 'processing' && progress.done > (doneBefore.at(-1) ?? 0) ? progress.done : undefined;
        },
        'some pages',
        PATIENCE_MS,
      );
      const readers = process.platform === 'linux' ? readersOf(product) : [];
      await product.end('SIGKILL');
      doneBefore.push(done);
      // No reader outlives the service.
      for (const pid of readers) await eventually(() => !existsSync(`/proc/${pid}`), `the end of reader ${pid}`);
      product = await startProcess(env(dataDir));
    }
    const person = await signIn(product, first.user);
    const document = await untilRead(person, id);
    expect(doneBefore.at(-1)).toBeLessThan(document.pages);
    expect(document).toMatchObject({ progress: { done: document.pages, total: document.pages } });
    await product.end('SIGTERM');
    expectWhole(dataDir, document);
  },
);

it.runIf(process.platform === 'linux')('a reader that is ended from outside is no damaged file', SLOW, async () => {
  const dataDir = newDataDir();
  const product = await startProcess(env(dataDir));
  const person = await signUp(product);
  const { id } = await uploadFile(person, { name: 'panjang.txt', content: longText() });
  const [reader] = await eventually(() => {
    const readers = readersOf(product);
    return readers.length > 0 ? readers : undefined;
  }, 'a reader');
  process.kill(reader!, 'SIGTERM');
  const document = await untilRead(person, id);
  await product.end('SIGTERM');
  expectWhole(dataDir, document);
});

it('a stop in the middle of reading ends the readers, and the next start goes on', SLOW, async () => {
  const dataDir = newDataDir();
  const product = await startProcess(env(dataDir));
  const person = await signUp(product);
  const { id } = await uploadFile(person, { name: 'panjang.txt', content: longText() });
  await eventually(async () => (await getDocument(person, id)).progress.done > 0, 'some pages');
  expect(await product.end('SIGTERM')).toEqual({ code: 0, signal: null });
  const again = await startProcess(env(dataDir));
  const document = await untilRead(await signIn(again, person.user), id);
  await again.end('SIGTERM');
  expectWhole(dataDir, document);
});

it('a process that is killed in the middle of an upload leaves nothing of it', async () => {
  const dataDir = newDataDir();
  const product = await startProcess(env(dataDir));
  const person = await signUp(product);
  const incoming = join(dataDir, 'files', '.incoming');
  const socket = connect(Number(new URL(product.url).port), '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write(
    `POST ${UPLOAD_PATH} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${person.token}\r\ncontent-length: 9000000\r\n` +
      'content-type: multipart/form-data; boundary=b\r\n\r\n' +
      '--b\r\ncontent-disposition: form-data; name="file"; filename="a.txt"\r\n\r\nisi',
  );
  await eventually(() => readdirSync(incoming).length === 1, 'the file arriving');
  await product.end('SIGKILL');
  expect(readdirSync(incoming)).toHaveLength(1);
  const again = await startProcess(env(dataDir));
  expect(readdirSync(incoming)).toEqual([]);
  expect(await (await signIn(again, person.user)).call('GET', '/api/v1/files')).toEqual({ items: [] });
});

it.runIf(process.platform === 'linux')(
  'a disk that fills up refuses the file in words, and the service lives',
  async () => {
    const dataDir = newDataDir();
    // No file may grow beyond 16 MiB: to the process that is a full disk.
    const command = ['sh', '-c', `ulimit -f 32768; exec "${process.execPath}" main.ts`];
    const product = await startProcess(env(dataDir), command);
    const person = await signUp(product);
    const response = await sendFile(person, { name: 'besar.txt', content: 'x'.repeat(20 * 1024 * 1024) });
    expect(await response.json()).toMatchObject({ code: 'unavailable', details: { reason: 'storage_full' } });
    expect(response.status).toBe(503);
    expect(readdirSync(join(dataDir, 'files', '.incoming'))).toEqual([]);
    const { id } = await uploadFile(person, { name: 'kecil.txt', content: 'Garansi 36 bulan.' });
    await untilRead(person, id);
    expect(await product.end('SIGTERM')).toEqual({ code: 0, signal: null });
  },
);

it.runIf(process.platform === 'linux')(
  'an upload of 200 MB hardly shows in the memory of the service',
  SLOW,
  async () => {
    const product = await startProcess(env(newDataDir()));
    const person = await signUp(product);
    const megabytesOf = (what: 'VmRSS' | 'VmHWM'): number => {
      const status = readFileSync(`/proc/${product.child.pid}/status`, 'utf8');
      return Number(new RegExp(`${what}:\\s+(\\d+) kB`).exec(status)?.[1]) / 1024;
    };
    const before = megabytesOf('VmRSS');
    const { status, body } = await sendMegabytes(person, 200);
    expect({ status, ...JSON.parse(body) }).toMatchObject({ status: 400, details: { reason: 'file_type_refused' } });
    // Some 30 MB are usual. A copy of the file would be 200, and a buffer of it several times that.
    expect(megabytesOf('VmHWM') - before).toBeLessThan(120);
  },
);
