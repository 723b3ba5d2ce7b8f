// Recognition of text: the contract every engine keeps, how one is chosen, and that a program of the machine is held within bounds.
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encodeGrayPng } from '../../src/documents/parse/formats/gray-png.ts';
import { openPdf } from '../../src/documents/parse/formats/pdf-engine.ts';
import { openRecognizer, type RecognizerOptions } from '../../src/engines/ocr/open-recognizer.ts';
import { findTesseract } from '../../src/engines/ocr/tesseract.ts';
import { parseTsv } from '../../src/engines/ocr/tesseract-output.ts';
import type { TextRecognizer } from '../../src/engines/ocr/text-recognizer.ts';
import { lines, makePdf } from '../support/make-pdf.ts';
import { isRunning } from '../support/reading.ts';
import { until } from '../support/until.ts';

const OPTIONS: RecognizerOptions = {
  engine: 'auto',
  languages: ['ind', 'eng'],
  environment: { PATH: '/usr/local/bin:/usr/bin:/bin' },
  parallel: 1,
  timeoutMs: 120_000,
};
const SENTENCES = ['Penyedia wajib menyampaikan penawaran', 'The bidder shall submit its proposal'];

let folder: string;
let picture: Uint8Array;
const opened: TextRecognizer[] = [];
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'projectwise-ocr-'));
  const pdf = await openPdf(
    makePdf([{ width: 320, height: 120, content: lines(20, 80, SENTENCES, 24, { size: 14 }) }]),
  );
  picture = encodeGrayPng(await pdf.draw(0, 200), 200);
});
afterAll(async () => {
  await Promise.all(opened.map((recognizer) => recognizer.close()));
  rmSync(folder, { recursive: true, force: true });
});

async function open(options: Partial<RecognizerOptions>): Promise<TextRecognizer> {
  const recognizer = await openRecognizer({ ...OPTIONS, ...options });
  opened.push(recognizer);
  return recognizer;
}

const installed = await findTesseract(OPTIONS);

describe.each(['tesseract-js', 'tesseract'] as const)('%s', (engine) => {
  const isHere = engine === 'tesseract-js' || installed !== undefined;

  test.runIf(isHere)(
    'reads both languages, line by line, and says where each word stands',
    { timeout: 120_000 },
    async () => {
      const recognizer = await open({ engine });
      expect(recognizer).toMatchObject({ engine, languages: ['ind', 'eng'] });
      const words = await recognizer.recognize(picture);
      const byLine = Map.groupBy(words, (word) => word.line);
      expect([...byLine.values()].map((line) => line.map((word) => word.text).join(' '))).toEqual(SENTENCES);
      const [first, last] = [words[0]!, words.at(-1)!];
      expect(first.x).toBeLessThan(last.x);
      expect(first.y + first.height).toBeLessThan(last.y);
      expect(first.confidence).toBeGreaterThan(60);
    },
  );

  test.runIf(isHere)('refuses what is no picture, and goes on reading afterwards', { timeout: 120_000 }, async () => {
    const recognizer = await open({ engine });
    await expect(recognizer.recognize(new TextEncoder().encode('no picture'))).rejects.toThrow();
    expect((await recognizer.recognize(picture)).length).toBeGreaterThan(5);
  });

  test.runIf(isHere)('stops when nobody wants the words any more', { timeout: 120_000 }, async () => {
    const recognizer = await open({ engine });
    const asked = new AbortController();
    const words = recognizer.recognize(picture, asked.signal);
    asked.abort(new Error('never mind'));
    await expect(words).rejects.toThrow();
    await recognizer.close();
    await expect(recognizer.recognize(picture)).rejects.toThrow();
  });
});

describe('which one is opened', () => {
  const nowhere = { PATH: '/nowhere' };

  test('the one that came with the install, where the machine has none', async () => {
    expect((await open({ environment: nowhere })).engine).toBe('tesseract-js');
  });

  test('none when none is wanted', async () => {
    const recognizer = await open({ engine: 'none' });
    expect(recognizer).toMatchObject({ engine: 'none', languages: [] });
    await expect(recognizer.recognize(picture)).rejects.toThrow();
  });

  test('what was asked for and is not there is said in words', async () => {
    await expect(open({ engine: 'tesseract', environment: nowhere })).rejects.toThrow(/no such program/);
    await expect(open({ engine: 'tesseract-js', languages: ['jpn'] })).rejects.toThrow(/ind and eng/);
  });

  test('languages that are missing are left out', async () => {
    expect((await open({ engine: 'tesseract-js', languages: ['jpn', 'eng'] })).languages).toEqual(['eng']);
  });
});

describe('a program of the machine', () => {
  /** A program that lists languages as tesseract does, and then does what the test wants. */
  async function standIn(
    name: string,
    does: string,
    options: { timeoutMs?: number; parallel?: number } = {},
  ): Promise<TextRecognizer> {
    const command = join(folder, name);
    writeFileSync(command, `#!/bin/sh\nif [ "$1" = --list-langs ]; then echo eng; echo ind; exit 0; fi\n${does}\n`);
    chmodSync(command, 0o755);
    const found = await findTesseract({ ...OPTIONS, ...options, command });
    opened.push(found!);
    return found!;
  }
  const pidFile = (name: string): string => join(folder, `${name}.pid`);

  test('that takes too long is ended', async () => {
    const recognizer = await standIn('slow', `echo $$ > ${pidFile('slow')}; exec sleep 600`, { timeoutMs: 2_000 });
    await expect(recognizer.recognize(picture)).rejects.toThrow();
    expect(isRunning(Number(readFileSync(pidFile('slow'), 'utf8')))).toBe(false);
  });

  test('is ended when the recognizer closes', async () => {
    const recognizer = await standIn('closing', `echo $$ > ${pidFile('closing')}; exec sleep 600`);
    const words = recognizer.recognize(picture).catch((error) => error);
    await until(() => expect(readFileSync(pidFile('closing'), 'utf8')).toMatch(/\d\n/));
    await recognizer.close();
    expect(await words).toBeInstanceOf(Error);
    expect(isRunning(Number(readFileSync(pidFile('closing'), 'utf8')))).toBe(false);
  });

  test('that fails says why', async () => {
    const recognizer = await standIn('failing', 'cat > /dev/null; echo "no memory" >&2; exit 3');
    await expect(recognizer.recognize(picture)).rejects.toThrow('tesseract ended with 3: no memory');
  });

  test('gets one picture at a time, and nothing of our environment but what it needs', async () => {
    const log = join(folder, 'log');
    const recognizer = await standIn(
      'counting',
      `echo start >> ${log}; cat > /dev/null; env > ${log}.env; echo end >> ${log}`,
    );
    process.env.PW_TEST_SECRET = 'hush';
    await Promise.all([recognizer.recognize(picture), recognizer.recognize(picture), recognizer.recognize(picture)]);
    expect(readFileSync(log, 'utf8')).toBe('start\nend\n'.repeat(3));
    expect(readFileSync(`${log}.env`, 'utf8')).not.toContain('hush');
    expect(readFileSync(`${log}.env`, 'utf8')).toContain('OMP_THREAD_LIMIT=1');
    expect(existsSync(join(folder, 'input'))).toBe(false);
  });
});

test('lines and paragraphs are numbered over all blocks, empty words are left out', () => {
  const row = (block: number, paragraph: number, line: number, text: string): string =>
    ['5', '1', block, paragraph, line, '1', '10', '20', '30', '40', '91.5', text].join('\t');
  const tsv = [
    'level\tpage_num',
    '1\t1\t0\t0\t0\t0\t0\t0\t9\t9\t-1\t',
    row(1, 1, 1, 'a'),
    row(1, 1, 2, 'b'),
    row(1, 1, 2, ' '),
    row(2, 1, 1, 'c'),
  ];
  expect(parseTsv(tsv.join('\n')).map(({ text, line, paragraph }) => [text, line, paragraph])).toEqual([
    ['a', 0, 0],
    ['b', 1, 0],
    ['c', 2, 1],
  ]);
});
