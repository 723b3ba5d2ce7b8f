// Questions about real papers, asked through the product with the built-in responder: whether the page that answers is among the first pages cited, and whether the answer says what it must.
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Document } from '../src/protocol/document-models.ts';
import type { Message } from '../src/protocol/models.ts';
import { type Person, signUp, startProduct, stopProducts } from '../test/support/product.ts';
import { uploadFile } from '../test/support/uploads.ts';
import { findMaterial } from './support/material.ts';
import { type Measure, median, ms, percentile, type Row } from './support/measure.ts';

/** One line of `questions/*.jsonl`. */
interface Question {
  id: string;
  question: string;
  /** Pages that answer it. */
  refs: { doc: string; page: number }[];
  /** Patterns that the answer must hold, all of them. */
  must: string[];
}

interface Asked {
  question: Question;
  answer: Message;
  tookMs: number;
  /** Document and page, in the order in which the answer cites them. */
  cited: string[];
}

const READING_MS = 120_000;
const TARGETS = [
  { pages: 3, share: 0.85 },
  { pages: 5, share: 0.9 },
];

export const questions: Measure = {
  name: 'questions',
  async run({ isQuick }) {
    const folder = findMaterial('questions');
    const papers = findMaterial('tenders');
    if (!folder || !papers) {
      const told = { ours: 'not run', reference: '–', target: 'MATERIAL=folder with questions/ and tenders/' };
      return [{ measure: 'questions about real papers', ...told }];
    }
    const all = readQuestions(folder);
    const product = await startProduct({ env: { LLM_URL: 'offline:?delayMs=0' } });
    try {
      const person = await signUp(product, 'Ratna Wulandari');
      const names = [...new Set(all.flatMap(({ refs }) => refs.map(({ doc }) => doc)))];
      const others = readdirSync(papers).filter(
        (name) => /\.(?:pdf|docx|xlsx|md)$/.test(name) && !names.includes(name),
      );
      const alone = await measureOn(
        person,
        names.map((name) => join(papers, name)),
        isQuick ? all.slice(0, 8) : all,
      );
      const rows = rowsOf(alone, 'the papers asked about');
      if (isQuick) return rows;
      const among = await measureOn(
        person,
        others.map((name) => join(papers, name)),
        all,
      );
      return [...rows, ...rowsOf(among, `among ${others.length} others`).map((row) => ({ ...row, isMet: undefined }))];
    } finally {
      await stopProducts();
    }
  },
};

const readQuestions = (folder: string): Question[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.jsonl'))
    .flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n'))
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line) as Question);

/** Puts the papers into the library, beside those that are there, and asks each question in a room of its own. */
async function measureOn(person: Person, papers: string[], asked: Question[]): Promise<Asked[]> {
  for (const path of papers) {
    const content = new Uint8Array(readFileSync(path));
    const document = await uploadFile(person, { name: basename(path), content });
    await untilRead(person, document);
  }
  const results: Asked[] = [];
  for (const question of asked) results.push(await ask(person, question));
  for (const { question, answer, cited } of results) {
    if (process.argv.includes('--verbose')) console.error(`${question.id} ${cited.join(' ')}\n${answer.text}\n`);
  }
  return results;
}

async function untilRead(person: Person, { id, name }: Document): Promise<void> {
  const until = performance.now() + READING_MS;
  for (;;) {
    const { status, error } = await person.call<Document>('GET', `/api/v1/files/${id}`);
    if (status === 'processed') return;
    if (status === 'failed' || performance.now() > until) throw new Error(`${name} was not read: ${error?.message}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function ask(person: Person, question: Question): Promise<Asked> {
  const session = await person.call<{ id: string }>('POST', '/api/v1/chat/sessions', {});
  const startedAt = performance.now();
  const path = `/api/v1/chat/sessions/${session.id}/messages`;
  const stream = await (await person.request('POST', path, { text: question.question })).text();
  const tookMs = performance.now() - startedAt;
  const data = /^event: done\ndata: (.*)$/m.exec(stream)?.[1];
  if (!data) throw new Error(`${question.id} got no answer: ${stream.slice(-500)}`);
  const answer = (JSON.parse(data) as { message: Message }).message;
  const cited = [...new Set((answer.sources ?? []).map(({ documentName, page }) => `${documentName} ${page}`))];
  return { question, answer, tookMs, cited };
}

function rowsOf(asked: Asked[], which: string): Row[] {
  const share = (holds: (one: Asked) => boolean) => asked.filter(holds).length / asked.length;
  const missed = (holds: (one: Asked) => boolean) => asked.filter((one) => !holds(one)).map((one) => one.question.id);
  const hits = (pages: number) => (one: Asked) =>
    one.question.refs.some(({ doc, page }) => one.cited.slice(0, pages).includes(`${doc} ${page}`));
  const says = ({ question, answer }: Asked) => question.must.every((one) => new RegExp(one, 'i').test(answer.text));
  const told = (value: number, names: string[]) =>
    `${(value * 100).toFixed(0)} %${names.length > 0 ? ` (not ${names.join(' ')})` : ''}`;
  const times = asked.map(({ tookMs }) => tookMs);
  return [
    ...TARGETS.map(({ pages, share: target }) => ({
      measure: `questions, ${which}: a page that answers among ${pages} cited`,
      ours: told(share(hits(pages)), missed(hits(pages))),
      reference: '–',
      target: `≥ ${target * 100} %`,
      isMet: share(hits(pages)) >= target,
    })),
    {
      measure: `questions, ${which}: the answer says what it must`,
      ours: told(share(says), missed(says)),
      reference: '–',
      target: 'told',
    },
    {
      measure: `questions, ${which}: from question to whole answer, p95`,
      ours: `${ms(percentile(times, 0.95))} (median ${ms(median(times))})`,
      reference: '–',
      target: 'told',
    },
  ];
}
