// How well passages are found: nDCG@10 on judged questions, clean and misspelt, by plain words, by keywords and with the built-in vectors.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { HASH_DIMENSIONS, hashTexts } from '../src/engines/embedding/hash-texts.ts';
import { createHashedEmbedder } from '../src/engines/embedding/hashed.ts';
import { createEmbeddedIndex } from '../src/engines/vector/embedded.ts';
import type { IndexedPassage, VectorIndex } from '../src/engines/vector/vector-index.ts';
import { words } from '../src/lib/terms.ts';
import { findMaterial } from './support/material.ts';
import type { Measure, Row } from './support/measure.ts';
import { misspell } from './support/misspell.ts';

interface Collection {
  passages: { id: string; text: string }[];
  questions: { text: string; relevant: Map<string, number> }[];
}
type Search = (text: string) => Promise<string[]>;

/** Thirty passages and as many questions of our own, for when there is no material. */
const SAMPLE = fileURLToPath(new URL('./samples/retrieval', import.meta.url));
const BEST = 10;
const QUICK_QUESTIONS = 300;
const SEED = 7;

export const retrieval: Measure = {
  name: 'retrieval',
  async run({ isQuick }) {
    const material = findMaterial('retrieval-id');
    const folder = material ?? SAMPLE;
    const { passages, questions } = readCollection(folder);
    const asked = isQuick ? questions.slice(0, QUICK_QUESTIONS) : questions;
    const misspelt = asked.map((question, at) => ({ ...question, text: misspell(question.text, SEED + at) }));
    const place = mkdtempSync(join(tmpdir(), 'projectwise-bench-'));
    const index = createEmbeddedIndex({ file: join(place, 'index.sqlite') });
    try {
      await putAll(index, passages);
      const [plain, keywords, hybrid] = [plainWords(passages), search(index, false), search(index, true)];
      const score = async (by: Search, of: Collection['questions']) => meanGain(by, of);
      const [words1, keys1, both1] = [
        await score(plain, asked),
        await score(keywords, asked),
        await score(hybrid, asked),
      ];
      const [words2, keys2, both2] = [
        await score(plain, misspelt),
        await score(keywords, misspelt),
        await score(hybrid, misspelt),
      ];
      // What the targets were set for is the material; the sample is too small to fail by.
      const row = (measure: string, ours: number, reference: number, target: string, isMet?: boolean): Row => ({
        measure: `nDCG@10, ${asked.length} questions${material ? '' : ' of the sample'}: ${measure}`,
        ours: ours.toFixed(4),
        reference: `${reference.toFixed(4)}`,
        ...(material ? { target, isMet } : { target: 'told' }),
      });
      return [
        row('keywords (beside plain words)', keys1, words1, '≥ 0.840', keys1 >= 0.84),
        row('with built-in vectors (beside keywords)', both1, keys1, '≥ keywords − 0.003', both1 >= keys1 - 0.003),
        row('misspelt, keywords (beside plain words)', keys2, words2, 'told'),
        row('misspelt, with vectors (beside plain words)', both2, words2, '≥ plain + 0.04', both2 >= words2 + 0.04),
      ];
    } finally {
      await index.close();
      rmSync(place, { recursive: true, force: true });
    }
  },
};

function readCollection(folder: string): Collection {
  const lines = (name: string) => readFileSync(join(folder, name), 'utf8').trim().split('\n');
  const relevant = new Map<string, Map<string, number>>();
  for (const line of lines('qrels.tsv').slice(1)) {
    const [question, passage, grade] = line.split('\t') as [string, string, string];
    if (Number(grade) <= 0) continue;
    relevant.set(question, (relevant.get(question) ?? new Map()).set(passage, Number(grade)));
  }
  type Line = { _id: string; title?: string; text: string };
  const parse = (name: string) => lines(name).map((line): Line => JSON.parse(line));
  return {
    passages: parse('corpus.jsonl').map(({ _id, title = '', text }) => ({ id: _id, text: `${title} ${text}`.trim() })),
    questions: parse('queries.jsonl').flatMap(({ _id, text }) => {
      const judged = relevant.get(_id);
      return judged ? [{ text, relevant: judged }] : [];
    }),
  };
}

async function putAll(index: VectorIndex, passages: Collection['passages']): Promise<void> {
  async function* batches(): AsyncGenerator<IndexedPassage[]> {
    for (let from = 0; from < passages.length; from += 64) {
      const some = passages.slice(from, from + 64);
      const vectors = hashTexts(some.map(({ text }) => text));
      yield some.map(({ id, text }, at) => ({
        id,
        ordinal: from + at,
        page: 1,
        heading: '',
        text,
        vector: vectors.slice(at * HASH_DIMENSIONS, (at + 1) * HASH_DIMENSIONS),
      }));
    }
  }
  const space = embedder.space;
  await index.replace({ tenantId: 't', documentId: 'd', scope: 'library', space, version: '1' }, batches());
}

/** Questions are short: no worker is needed. */
const embedder = createHashedEmbedder({ run: () => Promise.reject(new Error('Questions are embedded at once.')) });

const search =
  (index: VectorIndex, isHybrid: boolean): Search =>
  async (text) => {
    const { space, weight, leastSimilarity } = embedder;
    const [vector] = isHybrid ? await embedder.embed([text], 'question') : [];
    const vectors = vector ? [{ space, vector, weight, leastSimilarity }] : [];
    const query = { tenantId: 't', scopes: ['library'], text, vectors, limit: BEST };
    return (await index.search(query)).map(({ id }) => id);
  };

/** The reference: BM25 over words as they stand. */
function plainWords(passages: Collection['passages']): Search {
  const found = new Map<string, Map<number, number>>();
  const lengths = passages.map(({ text }, at) => {
    const all = words(text);
    for (const word of all) {
      const places = found.get(word) ?? new Map<number, number>();
      found.set(word, places.set(at, (places.get(at) ?? 0) + 1));
    }
    return all.length;
  });
  const average = lengths.reduce((sum, length) => sum + length, 0) / lengths.length;
  return async (text) => {
    const scores = new Map<number, number>();
    for (const word of new Set(words(text))) {
      const places = found.get(word) ?? new Map<number, number>();
      const rare = Math.log(1 + (passages.length - places.size + 0.5) / (places.size + 0.5));
      for (const [at, often] of places) {
        const part = (rare * often * 2.2) / (often + 1.2 * (0.25 + (0.75 * lengths[at]!) / average));
        scores.set(at, (scores.get(at) ?? 0) + part);
      }
    }
    const best = [...scores].sort(([, a], [, b]) => b - a).slice(0, BEST);
    return best.map(([at]) => passages[at]!.id);
  };
}

async function meanGain(by: Search, questions: Collection['questions']): Promise<number> {
  let sum = 0;
  for (const { text, relevant } of questions) {
    const gain = (grades: number[]) => grades.reduce((total, grade, at) => total + grade / Math.log2(at + 2), 0);
    const ideal = gain([...relevant.values()].sort((a, b) => b - a).slice(0, BEST));
    sum += gain((await by(text)).map((id) => relevant.get(id) ?? 0)) / ideal;
  }
  return sum / questions.length;
}
