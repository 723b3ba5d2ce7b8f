// What of whole documents was read for an answer, and how that is told: exactly, so that nobody takes a part for the whole.
import type { DocumentRow } from '../documents/document-store.ts';
import { escapeMarkdown } from '../lib/escape-markdown.ts';
import type { Language } from '../lib/words.ts';
import type { PageUnit } from '../protocol/names.ts';
import type { Passage } from './passages.ts';

export interface Coverage {
  read(document: DocumentRow, page: number, isEmpty: boolean): void;
  done(): number;
  total(): number;
  readonly documents: readonly Covered[];
}

interface Covered {
  row: DocumentRow;
  /** Page numbers that were asked for, both ends included. */
  from: number;
  to: number;
  pages: Set<number>;
  empty: Set<number>;
}

/** Pages that there are to read: what has been read so far, when a document is still being read. */
const pagesOf = (row: DocumentRow): number => (row.status === 'processed' ? row.pages : row.progress_done || row.pages);

export function createCoverage(reading: {
  documents: readonly DocumentRow[];
  pages: { from: number; to: number };
}): Coverage {
  const documents = reading.documents.map(
    (row): Covered => ({
      row,
      from: reading.pages.from,
      to: Math.min(reading.pages.to, pagesOf(row)),
      pages: new Set(),
      empty: new Set(),
    }),
  );
  const sum = (of: (one: Covered) => number) => documents.reduce((total, one) => total + of(one), 0);
  return {
    documents,
    read(document, page, isEmpty) {
      const one = documents.find(({ row }) => row.id === document.id);
      one?.pages.add(page);
      if (isEmpty) one?.empty.add(page);
    },
    done: () => sum(({ pages }) => pages.size),
    total: () => sum(({ from, to }) => Math.max(0, to - from + 1)),
  };
}

const UNITS: Record<Language, Record<PageUnit, (count: number) => string>> = {
  id: { page: () => 'halaman', sheet: () => 'lembar', slide: () => 'salindia', section: () => 'bagian' },
  en: {
    page: (count) => (count === 1 ? 'page' : 'pages'),
    sheet: (count) => (count === 1 ? 'sheet' : 'sheets'),
    slide: (count) => (count === 1 ? 'slide' : 'slides'),
    section: (count) => (count === 1 ? 'section' : 'sections'),
  },
};

const SENTENCES = {
  id: {
    read: 'Dibaca untuk jawaban ini:',
    of: (done: number, total: number, unit: string, name: string) => `${done} dari ${total} ${unit} ${name}`,
    empty: (pages: string) => `tanpa teks yang terbaca: ${pages}`,
    left: 'Belum dibaca:',
    leftOf: (pages: string, name: string) => `${pages} dari ${name}`,
    goOn: (page: number) => `Untuk melanjutkan, tanyakan lagi dengan “dari halaman ${page}”.`,
    stillReading: (name: string, total: number) =>
      `${name} masih dibaca oleh sistem${total > 0 ? ` (seluruhnya ${total} halaman)` : ''}.`,
    unlisted: (count: number) => `${count} dokumen lain di sini tidak dibaca.`,
    page: 'hlm.',
  },
  en: {
    read: 'Read for this answer:',
    of: (done: number, total: number, unit: string, name: string) => `${done} of ${total} ${unit} of ${name}`,
    empty: (pages: string) => `without readable text: ${pages}`,
    left: 'Not read:',
    leftOf: (pages: string, name: string) => `${pages} of ${name}`,
    goOn: (page: number) => `To go on, ask again with “from page ${page}”.`,
    stillReading: (name: string, total: number) =>
      `${name} is still being read${total > 0 ? ` (${total} pages in all)` : ''}.`,
    unlisted: (count: number) =>
      count === 1 ? 'One more document here was not read.' : `${count} more documents here were not read.`,
    page: 'p.',
  },
} as const;

/** @param unlisted documents of the room that were not even considered */
export function coverageLine(coverage: Coverage, unlisted: number, language: Language): string {
  const say = SENTENCES[language];
  const read = coverage.documents.map(({ row, from, to, pages, empty }) => {
    const total = pagesOf(row);
    const unit = UNITS[language][row.progress_unit](total);
    const name = escapeMarkdown(row.name);
    const done = say.of(pages.size, total, unit, name);
    const range = from > 1 || to < total ? ` (${say.page} ${from}–${to})` : '';
    return `${done}${range}${empty.size > 0 ? `, ${say.empty(`${say.page} ${rangesIn([...empty])}`)}` : ''}`;
  });
  const left = coverage.documents.flatMap(({ row, from, to, pages }) => {
    const missing = numbersBetween(from, to).filter((page) => !pages.has(page));
    return missing.length === 0 ? [] : [{ name: escapeMarkdown(row.name), missing }];
  });
  const next = left[0]?.missing[0];
  return [
    `${say.read} ${read.join('; ')}.`,
    ...(left.length > 0
      ? [
          `${say.left} ${left.map(({ name, missing }) => say.leftOf(`${say.page} ${rangesIn(missing)}`, name)).join('; ')}.`,
        ]
      : []),
    ...(next !== undefined && next > 1 ? [say.goOn(next)] : []),
    ...coverage.documents
      .filter(({ row }) => row.status === 'processing')
      .map(({ row }) => say.stillReading(escapeMarkdown(row.name), row.progress_total)),
    ...(unlisted > 0 ? [say.unlisted(unlisted)] : []),
  ].join(' ');
}

/** `RKS.pdf, hlm. 1–16; KAK.pdf, hlm. 1–3` */
export function pagesInWords(passages: readonly Passage[], language: Language): string {
  const pages = new Map<string, { name: string; numbers: Set<number> }>();
  for (const { documentId, documentName, page } of passages) {
    const one = pages.get(documentId) ?? { name: documentName, numbers: new Set() };
    pages.set(documentId, one);
    one.numbers.add(page);
  }
  return [...pages.values()]
    .map(({ name, numbers }) => `${escapeMarkdown(name)}, ${SENTENCES[language].page} ${rangesIn([...numbers])}`)
    .join('; ');
}

const numbersBetween = (from: number, to: number): number[] =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index);

/** `1–3, 7` */
function rangesIn(numbers: number[]): string {
  const ranges: [number, number][] = [];
  for (const number of numbers.toSorted((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last && number <= last[1] + 1) last[1] = number;
    else ranges.push([number, number]);
  }
  return ranges.map(([from, to]) => (from === to ? `${from}` : `${from}–${to}`)).join(', ');
}
