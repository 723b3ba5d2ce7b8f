// How fast PDFs are read, beside the PDF library alone; how much of a scan is recognised, and how long that takes.
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { readBounds } from '../src/documents/parse/bounds.ts';
import { pageMarkdown } from '../src/documents/parse/markdown.ts';
import { createDocumentReader } from '../src/documents/parse/read-document.ts';
import { openRecognizer } from '../src/engines/ocr/open-recognizer.ts';
import type { TextRecognizer } from '../src/engines/ocr/text-recognizer.ts';
import { DEFAULT_LIMITS } from '../src/limits.ts';
import { makePdf } from '../test/support/make-pdf.ts';
import { noRecognizer, silentLog } from '../test/support/reading.ts';
import { type Measure, median, perSecond, type Row } from './support/measure.ts';
import { tenderPage } from './support/tender-page.ts';

const ALONE = fileURLToPath(new URL('./support/pdfium-alone.ts', import.meta.url));
const PAGES = 2_000;
const TARGET_RATIO = 0.7;
const TARGET_RECALL = 0.9;
const run = promisify(execFile);

/** `MATERIAL`: a folder with `scans/NAME.pdf` and what stands on them in `scans/NAME.ref.txt`. `PDF`: a file to read instead of one made here. */
export const reading: Measure = {
  name: 'reading',
  async run({ isQuick }) {
    const folder = mkdtempSync(join(tmpdir(), 'projectwise-bench-'));
    try {
      return [...(await speed(folder, isQuick ? 2 : 5)), ...(await recall(isQuick))];
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

async function speed(folder: string, rounds: number): Promise<Row[]> {
  let path = process.env.PDF;
  if (!path) {
    path = join(folder, 'tender.pdf');
    writeFileSync(path, makePdf(Array.from({ length: PAGES }, (_, index) => tenderPage(index + 1))));
  }
  const ours: number[] = [];
  const alone: number[] = [];
  let pages = 0;
  for (let round = 0; round < rounds; round += 1) {
    const { stdout } = await run(process.execPath, ['--no-warnings', ALONE, path]);
    const library = JSON.parse(stdout) as { pages: number; ms: number };
    alone.push((library.pages / library.ms) * 1_000);
    const read = await readAll(path, noRecognizer);
    pages = read.pages.length;
    ours.push(((pages - 1) / read.ms) * 1_000);
  }
  const ratio = median(ours) / median(alone);
  return [
    {
      measure: `reading ${pages} pages of PDF into blocks, in a process of its own`,
      ours: perSecond(median(ours)),
      reference: `${perSecond(median(alone))} library alone`,
      ratio,
      target: `≥ ${TARGET_RATIO}`,
      isMet: ratio >= TARGET_RATIO,
    },
  ];
}

/** @returns Markdown of its pages, and the time from the first to the last of them */
async function readAll(path: string, recognizer: TextRecognizer): Promise<{ pages: string[]; ms: number }> {
  const reader = createDocumentReader({ recognizer, log: silentLog });
  const pages: string[] = [];
  let startedAt = performance.now();
  const request = { path, contentType: 'application/pdf', name: 'x.pdf', fromPage: 1 };
  for await (const event of reader.read(
    { ...request, bounds: readBounds(DEFAULT_LIMITS) },
    new AbortController().signal,
  )) {
    if (event.type !== 'page') continue;
    // With a recognizer the first page is what takes its time; without, its start is the reader's and not the page's.
    if (pages.length === 0 && recognizer.engine === 'none') startedAt = performance.now();
    pages.push(pageMarkdown(event.page.blocks));
  }
  const ms = performance.now() - startedAt;
  await reader.stop();
  return { pages, ms };
}

async function recall(isQuick: boolean): Promise<Row[]> {
  const folder = process.env.MATERIAL && join(process.env.MATERIAL, 'scans');
  const files = folder && existsSync(folder) ? readdirSync(folder) : [];
  const names = files.filter((file) => file.endsWith('.ref.txt')).map((file) => file.slice(0, -'.ref.txt'.length));
  if (names.length === 0) {
    return [
      {
        measure: 'recognition of scans',
        ours: 'not measured',
        reference: 'MATERIAL names a folder',
        target: `≥ ${TARGET_RECALL}`,
      },
    ];
  }
  const rows: Row[] = [];
  for (const engine of ['tesseract-js', 'tesseract'] as const) {
    const options = {
      languages: ['ind', 'eng'],
      environment: process.env as Record<string, string>,
      parallel: availableParallelism(),
      timeoutMs: 300_000,
    };
    const recognizer = await openRecognizer({ engine, ...options }).catch(() => undefined);
    for (const name of recognizer ? names.slice(0, isQuick ? 1 : names.length) : []) {
      const reference = readFileSync(join(folder!, `${name}.ref.txt`), 'utf8').split('\f');
      const { pages, ms } = await readAll(join(folder!, `${name}.pdf`), recognizer!);
      const share = recallOf(pages, reference);
      rows.push({
        measure: `words of ${name} recognised by ${engine}, each on its page`,
        ours: share.toFixed(3),
        reference: `${(ms / 1_000 / pages.length).toFixed(1)} s a page, ${options.parallel} at a time`,
        target: `≥ ${TARGET_RECALL}`,
        isMet: share >= TARGET_RECALL,
      });
    }
    await recognizer?.close();
  }
  return rows;
}

/** Of the words that stand on the pages: how many were found on the same page, as often. Headers and footers count, though they are left out. */
function recallOf(pages: readonly string[], reference: readonly string[]): number {
  let [all, found] = [0, 0];
  pages.forEach((page, index) => {
    const left = countsOf(page);
    for (const word of wordsOf(reference[index] ?? '')) {
      all += 1;
      const count = left.get(word) ?? 0;
      if (count === 0) continue;
      left.set(word, count - 1);
      found += 1;
    }
  });
  return found / Math.max(1, all);
}

const wordsOf = (words: string): string[] => words.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];

function countsOf(words: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const word of wordsOf(words)) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}
