// How much of real files is read: words and cells of tables against reference texts, and what becomes of broken ones.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { readBounds } from '../src/documents/parse/bounds.ts';
import { detectType } from '../src/documents/parse/detect-type.ts';
import { pageMarkdown } from '../src/documents/parse/markdown.ts';
import type { DocumentReader } from '../src/documents/parse/parsed.ts';
import { createDocumentReader } from '../src/documents/parse/read-document.ts';
import { AppError } from '../src/lib/errors.ts';
import { DEFAULT_LIMITS } from '../src/limits.ts';
import { noRecognizer, silentLog } from '../test/support/reading.ts';
import { findMaterial } from './support/material.ts';
import { type Measure, ms, type Row } from './support/measure.ts';

const WORDS_TARGET = 0.95;
const CELLS_TARGET = 0.93;
const BAD_FILE_TARGET_MS = 15_000;
const MEMORY_TARGET_MB = 1_024;

export const extraction: Measure = {
  name: 'extraction',
  async run() {
    const gold = findMaterial('parse-gold');
    const bad = findMaterial('bad-files');
    const missing = 'MATERIAL=folder with parse-gold/ and bad-files/';
    if (!gold || !bad) return [{ measure: 'extraction', ours: 'not run', reference: '–', target: missing }];
    const reader = createDocumentReader({ recognizer: noRecognizer, log: silentLog });
    try {
      return [...(await scoreGold(reader, gold)), ...(await tryBadFiles(reader, bad)), memoryRow()];
    } finally {
      await reader.stop();
    }
  },
};

interface Outcome {
  text: string;
  /** Why it was refused. */
  problem?: string;
  tookMs: number;
}

async function read(reader: DocumentReader, path: string): Promise<Outcome> {
  const startedAt = performance.now();
  let text = '';
  let problem: string | undefined;
  try {
    const type = await detectType(path, basename(path));
    if (!type) throw new AppError('invalid', 'No type that can be read.', { reason: 'file_type_refused' });
    const { contentType } = type;
    const bounds = readBounds(DEFAULT_LIMITS);
    const request = { path, contentType, name: basename(path), fromPage: 1, bounds };
    for await (const event of reader.read(request, new AbortController().signal)) {
      if (event.type === 'page') text += `${pageMarkdown(event.page.blocks)}\n\n`;
    }
  } catch (error) {
    problem = error instanceof AppError ? String(error.details?.reason) : `unexpected: ${error}`;
  }
  return { text, tookMs: performance.now() - startedAt, ...(problem === undefined ? {} : { problem }) };
}

interface Score {
  words: number;
  /** Absent where the reference has no table. */
  cells?: number;
}

/** Files with a reference beside them, named `<file>.gold.md`, in one folder for each kind. */
async function scoreGold(reader: DocumentReader, folder: string): Promise<Row[]> {
  const kinds = readdirSync(folder).filter((name) => statSync(join(folder, name)).isDirectory());
  const scores: [string, Score][] = [];
  for (const kind of kinds) {
    for (const name of readdirSync(join(folder, kind))) {
      const reference = join(folder, kind, `${name}.gold.md`);
      if (!existsSync(reference)) continue;
      const { text } = await read(reader, join(folder, kind, name));
      scores.push([kind, scoreText(readFileSync(reference, 'utf8'), text)]);
    }
  }
  const ofKind = kinds.map((kind) =>
    rowOf(
      kind,
      scores.filter(([of]) => of === kind).map(([, score]) => score),
    ),
  );
  return [
    ...ofKind,
    rowOf(
      'all kinds',
      scores.map(([, score]) => score),
      true,
    ),
  ];
}

function rowOf(kind: string, scores: readonly Score[], hasTarget = false): Row {
  const words = mean(scores.map((score) => score.words));
  const cells = mean(scores.flatMap((score) => score.cells ?? []));
  const target = hasTarget ? `≥ ${WORDS_TARGET} and ≥ ${CELLS_TARGET}` : 'told';
  return {
    measure: `extraction of ${kind} (${scores.length} files): words F1, cells of tables`,
    ours: `${words.toFixed(3)}, ${Number.isNaN(cells) ? '–' : cells.toFixed(3)}`,
    reference: 'texts of reference',
    target,
    ...(hasTarget ? { isMet: words >= WORDS_TARGET && cells >= CELLS_TARGET } : {}),
  };
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Words as a bag, without the marks of Markdown; cells are found when they stand in the text as they are. */
export function scoreText(reference: string, text: string): Score {
  const [wanted, found] = [wordsOf(reference), wordsOf(text)];
  const left = new Map<string, number>();
  for (const word of found) left.set(word, (left.get(word) ?? 0) + 1);
  let common = 0;
  for (const word of wanted) {
    const count = left.get(word) ?? 0;
    if (count === 0) continue;
    left.set(word, count - 1);
    common += 1;
  }
  const words = common === 0 ? 0 : (2 * common) / (wanted.length + found.length);
  const cells = cellsOf(reference);
  if (cells.length === 0) return { words };
  const flat = ` ${folded(text)} `;
  return { words, cells: cells.filter((cell) => flat.includes(` ${cell} `)).length / cells.length };
}

function plain(text: string): string {
  return text
    .replace(/<!--.*?-->/gs, ' ')
    .replace(/!\[[^\]]*\]\([^)]*\)/g, ' ')
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/^\s*\|?[\s:|-]+\|?\s*$/gm, ' ')
    .replace(/&amp;/g, '&')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/[|#*`>_\\~]/g, ' ');
}

const wordsOf = (text: string): string[] =>
  plain(text)
    .toLowerCase()
    .match(/[\p{L}\p{N}]+/gu) ?? [];
const folded = (text: string): string =>
  plain(text)
    .replace(/[^\p{L}\p{N}_]+/gu, ' ')
    .trim()
    .toLowerCase();

function cellsOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.startsWith('|') && !/^[\s|:-]+$/.test(line))
    .flatMap((line) => line.replace(/^\|+|\|+$/g, '').split('|'))
    .map(folded)
    .filter((cell) => cell !== '');
}

/** A manifest says of each whether it must be refused (`reject`), must give text (`text`), or may do either. */
async function tryBadFiles(reader: DocumentReader, folder: string): Promise<Row[]> {
  const lines = readFileSync(join(folder, 'manifest.csv'), 'utf8').trim().split('\n').slice(1);
  const wrong: string[] = [];
  let slowest = { name: '', tookMs: 0 };
  let refused = 0;
  for (const line of lines) {
    const name = line.slice(0, line.indexOf(','));
    const expected = line.slice(line.lastIndexOf(',') + 1).trim();
    const { text, problem, tookMs } = await read(reader, join(folder, name));
    if (problem) refused += 1;
    if (tookMs > slowest.tookMs) slowest = { name, tookMs };
    const isRight = expected === 'any' || (expected === 'reject' ? problem !== undefined : text.trim() !== '');
    if (!isRight || problem?.startsWith('unexpected')) wrong.push(`${name} (${problem ?? 'read'})`);
  }
  const files = `${lines.length} broken files of ${basename(dirname(folder))}/${basename(folder)}`;
  return [
    {
      measure: `${files}: end as they should`,
      ours: wrong.length === 0 ? `all, ${refused} refused` : `not ${wrong.join(', ')}`,
      reference: 'manifest.csv',
      target: 'all',
      isMet: wrong.length === 0,
    },
    {
      measure: `${files}: the slowest`,
      ours: `${ms(slowest.tookMs)} (${slowest.name})`,
      reference: '–',
      target: '≤ 15 s',
      isMet: slowest.tookMs <= BAD_FILE_TARGET_MS,
    },
  ];
}

function memoryRow(): Row {
  const mb = process.resourceUsage().maxRSS / 1024;
  return {
    measure: 'memory of the process that had all of them read',
    ours: `${mb.toFixed(0)} MB`,
    reference: '–',
    target: '< 1 GB',
    isMet: mb < MEMORY_TARGET_MB,
  };
}
