// The reader's process: what a file may do to it, and that the service does not feel it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type {
  DocumentReader,
  ParsedPage,
  ReadBounds,
  ReadEvent,
  ReadRequest,
} from '../../../src/documents/parse/parsed.ts';
import { createDocumentReader } from '../../../src/documents/parse/read-document.ts';
import type { TextRecognizer } from '../../../src/engines/ocr/text-recognizer.ts';
import { isRunning, noRecognizer, silentLog, textOfPages } from '../../support/reading.ts';

const HOSTILE = new URL('./hostile-formats.ts', import.meta.url);
const ROOMY: ReadBounds = {
  timeoutMs: 60_000,
  silenceMs: 60_000,
  memoryMb: 400,
  pages: 1_000,
  textUnits: 1_000_000,
  pageUnits: 500_000,
  unpackedBytes: 10_000_000,
};

let folder: string;
const readers: DocumentReader[] = [];
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'projectwise-reader-'));
});
afterAll(async () => {
  await Promise.all(readers.map((reader) => reader.stop()));
  rmSync(folder, { recursive: true, force: true });
});

function hostileReader(recognizer: TextRecognizer = noRecognizer, parallel = 2): DocumentReader {
  const reader = createDocumentReader({ recognizer, log: silentLog, formats: HOSTILE, parallel });
  readers.push(reader);
  return reader;
}

function request(contentType: string, content = 'x', bounds: Partial<ReadBounds> = {}): ReadRequest {
  const path = join(folder, `${contentType}-${Math.random()}`);
  writeFileSync(path, content);
  const rest = { name: 'file', fromPage: 1 };
  return { path, contentType, bounds: { ...ROOMY, ...bounds }, ...rest };
}

const never = new AbortController().signal;
async function readAll(wanted: ReadRequest, reader = hostileReader()): Promise<ReadEvent[]> {
  const events: ReadEvent[] = [];
  for await (const event of reader.read(wanted, never)) events.push(event);
  return events;
}
const pagesOf = (events: ReadEvent[]): ParsedPage[] =>
  events.flatMap((event) => (event.type === 'page' ? [event.page] : []));

describe('what a reader may not', () => {
  test('it reaches no network, no other file, no other program, no thread, and runs no code made of text', async () => {
    const server = createServer((socket) => socket.end()).listen(0, '127.0.0.1');
    let visits = 0;
    server.on('connection', () => {
      visits += 1;
    });
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const events = await readAll(request('waysOut', String(port)));
    server.close();
    expect(JSON.parse(textOfPages(events))).toEqual({
      fetch: 'ERR_ACCESS_DENIED',
      socket: 'ERR_ACCESS_DENIED',
      http: 'ERR_ACCESS_DENIED',
      otherFile: 'ERR_ACCESS_DENIED',
      write: 'ERR_ACCESS_DENIED',
      program: 'ERR_ACCESS_DENIED',
      thread: 'ERR_ACCESS_DENIED',
      code: expect.stringContaining('EvalError'),
    });
    expect(visits).toBe(0);
  });

  test('it finds no side door to names, sockets and the processes beside it', async () => {
    const answers = JSON.parse(textOfPages(await readAll(request('sideDoors')))) as Record<string, string>;
    expect(Object.keys(answers)).toHaveLength(8);
    expect(Object.entries(answers).filter(([, answer]) => answer !== 'ERR_ACCESS_DENIED')).toEqual([]);
  });

  test('it sees nothing of our environment', async () => {
    vi.stubEnv('SECRET_KEY', 'not for readers');
    const text = textOfPages(await readAll(request('environment')));
    vi.unstubAllEnvs();
    expect(text).not.toContain('not for readers');
    expect(Object.keys(JSON.parse(text))).toEqual(['TZ']);
  });
});

describe('what is too much', () => {
  test.each([
    ['spins in one step', 'spin', { silenceMs: 400 }],
    ['waits for what never comes', 'wait', { silenceMs: 400 }],
    ['works longer than it may', 'spin', { timeoutMs: 400 }],
    ['holds too much native memory', 'nativeMemory', { memoryMb: 250 }],
    ['fills its heap', 'heap', { memoryMb: 200 }],
    ['nests too deep', 'deep', {}],
  ])('a file whose reader %s is too complex', async (_, contentType, bounds) => {
    await expect(readAll(request(contentType, 'x', bounds))).rejects.toMatchObject({
      code: 'too_large',
      details: { reason: 'file_too_complex' },
    });
  });

  test('pages beyond the bound are left out with a warning', async () => {
    const events = await readAll(request('pages', '5', { pages: 3 }));
    expect(pagesOf(events).map(({ number }) => number)).toEqual([1, 2, 3]);
    expect(events[0]).toEqual({ type: 'started', total: 3, unit: 'page' });
    expect(events.at(-1)).toMatchObject({ type: 'warning', warning: { code: 'pages_left_out' } });
  });

  test('text beyond the bound is left out with a warning', async () => {
    const events = await readAll(request('long', '5000', { pageUnits: 1000 }));
    expect(textOfPages(events)).toBe('x'.repeat(1000));
    expect(events.at(-1)).toMatchObject({ type: 'warning', warning: { code: 'text_left_out', page: 1 } });
  });
});

describe('a reader that breaks', () => {
  test.each([
    ['crashes', 'crash', 'file_corrupt'],
    ['ends by itself', 'leave', 'file_corrupt'],
    ['trips', 'trip', 'file_corrupt'],
    ['refuses', 'refuse', 'file_encrypted'],
    ['finds nothing', 'nothing', 'file_corrupt'],
  ])('%s: the file failed, and why', async (_, contentType, reason) => {
    await expect(readAll(request(contentType))).rejects.toMatchObject({ name: 'AppError', details: { reason } });
  });

  test('does not disturb the next one', async () => {
    const reader = hostileReader(noRecognizer, 1);
    await expect(readAll(request('leave'), reader)).rejects.toThrow();
    expect(pagesOf(await readAll(request('pages', '2'), reader))).toHaveLength(2);
  });

  test('a type that nothing reads, an empty file and a file that is gone are told apart', async () => {
    await expect(readAll(request('unheard-of'))).rejects.toMatchObject({ details: { reason: 'file_type_refused' } });
    await expect(readAll(request('pages', ''))).rejects.toMatchObject({ details: { reason: 'file_empty' } });
    const gone = { ...request('pages', '1'), path: join(folder, 'gone') };
    await expect(readAll(gone)).rejects.toMatchObject({ details: { reason: 'file_unreadable' } });
  });
});

describe('reading', () => {
  test('goes on from a page without the ones before', async () => {
    const events = await readAll({ ...request('pages', '5'), fromPage: 4 });
    expect(pagesOf(events).map(({ number }) => number)).toEqual([4, 5]);
  });

  test('keeps the pace of who takes the pages, whose time is not counted', async () => {
    const bounds = { silenceMs: 5_000 };
    const taken: number[] = [];
    for await (const event of hostileReader().read(request('pages', '4', bounds), never)) {
      if (event.type !== 'page') continue;
      taken.push(event.page.number);
      if (taken.length === 1) await new Promise((resolve) => setTimeout(resolve, 2_000));
    }
    expect(taken).toEqual([1, 2, 3, 4]);
  });

  test('has words recognised outside, however long that takes', async () => {
    const word = { x: 0, y: 0, width: 1, height: 1, confidence: 90, line: 1, paragraph: 1 };
    const slow: TextRecognizer = {
      ...noRecognizer,
      engine: 'tesseract',
      async recognize(picture) {
        await new Promise((resolve) => setTimeout(resolve, 2_000));
        return [{ ...word, text: new TextDecoder().decode(picture) }];
      },
    };
    const events = await readAll(request('recognize', 'Harga', { silenceMs: 5_000 }), hostileReader(slow));
    expect(textOfPages(events)).toBe('Harga');
  });

  test('tells the format when recognition fails, or there is none', async () => {
    const broken = { ...noRecognizer, engine: 'tesseract' as const, recognize: () => Promise.reject(new Error('no')) };
    expect(textOfPages(await readAll(request('recognize'), hostileReader(broken)))).toBe('failed: no');
    expect(textOfPages(await readAll(request('recognize')))).toBe('cannot');
  });

  test('ends at once when it is not wanted any more', async () => {
    const controller = new AbortController();
    const reading = hostileReader().read(request('spin'), controller.signal);
    await reading.next();
    const next = reading.next();
    controller.abort(new Error('not wanted'));
    await expect(next).rejects.toThrow('not wanted');
  });

  test('waits for its turn, and can be given up while it waits', async () => {
    const reader = hostileReader(noRecognizer, 1);
    const first = reader.read(request('pages', '1'), never);
    await first.next();
    const controller = new AbortController();
    const given = reader.read(request('pages', '1'), controller.signal).next();
    const waiting = readAll(request('pages', '3'), reader);
    controller.abort(new Error('not wanted'));
    await expect(given).rejects.toThrow('not wanted');
    await first.return(undefined);
    expect(pagesOf(await waiting)).toHaveLength(3);
  });

  test('a stop ends everything', async () => {
    const reader = hostileReader();
    const reading = reader.read(request('spin'), never);
    await reading.next();
    const next = reading.next();
    await Promise.all([reader.stop(), expect(next).rejects.toMatchObject({ code: 'stopped' })]);
    await expect(readAll(request('pages', '1'), reader)).rejects.toMatchObject({ code: 'stopped' });
  });
});

test('a reader in an endless loop ends with the service it reads for', async () => {
  const { path } = request('spin');
  const service = spawn(process.execPath, [fileURLToPath(new URL('./reader-service.ts', import.meta.url)), path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [output] = (await once(service.stdout, 'data')) as [Buffer];
  const pid = Number(output.toString());
  expect(isRunning(pid)).toBe(true);
  service.kill('SIGKILL');
  await vi.waitFor(() => expect(isRunning(pid)).toBe(false), { timeout: 15_000, interval: 50 });
});
