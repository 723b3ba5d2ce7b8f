// How long a search by keywords and meaning takes in a room and in a hundred, beside full text search of SQLite; and whether tokens keep their pace meanwhile.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Sqlite from 'better-sqlite3';
import { words } from '../src/lib/terms.ts';
import { type Child, startChild } from './support/child.ts';
import { type Measure, median, ms, percentile, type Row } from './support/measure.ts';
import type { OurServer, SeededRoom } from './support/our-server.ts';
import { createMaker } from './support/passages.ts';

const ROOMS = 100;
const PER_DOCUMENT = 100;
const SEED = 11;
const QUESTIONS_SEED = 12;
const WARM_UP = 20;
const QUESTIONS = 200;
const TARGET_MS = 15;
const SEARCHERS = 4;
const IDLE_MS = 2_000;
const GAP_TARGET_MS = 25;

interface Sized {
  passages: number;
  server: Child<OurServer>;
  rooms: SeededRoom[];
  reference: (room: string | undefined, question: string) => void;
}

export const search: Measure = {
  name: 'search',
  async run({ isQuick }) {
    const rows: Row[] = [];
    for (const passages of isQuick ? [10_000] : [10_000, 100_000]) rows.push(...(await atSize(passages, isQuick)));
    return rows;
  },
};

async function atSize(passages: number, isQuick: boolean): Promise<Row[]> {
  const server = startChild<OurServer>('our-server.ts');
  const folder = mkdtempSync(join(tmpdir(), 'projectwise-bench-'));
  const db = new Sqlite(join(folder, 'fts.sqlite'));
  try {
    await server.call('start', {});
    const rooms = await server.call('seed', { rooms: ROOMS, peoplePerRoom: 1 });
    const filling = server.call('index', { rooms, passages, perDocument: PER_DOCUMENT, seed: SEED });
    const reference = plainSearch(db, rooms, passages);
    await filling;
    const sized: Sized = { passages, server, rooms, reference };
    const count = isQuick ? QUESTIONS / 4 : QUESTIONS;
    return [...(await times(sized, count)), ...(await pace(sized, count))];
  } finally {
    db.close();
    rmSync(folder, { recursive: true, force: true });
    await server.stop();
  }
}

/** The reference: the same passages in a table of SQLite's own full text search, best ten by BM25. */
function plainSearch(db: Sqlite.Database, rooms: readonly SeededRoom[], passages: number): Sized['reference'] {
  db.exec('create virtual table passages using fts5 (text, room unindexed)');
  const insert = db.prepare('insert into passages (text, room) values (?, ?)');
  const maker = createMaker(SEED);
  db.transaction(() => {
    for (let at = 0; at < passages; at++) {
      insert.run(maker.passage(), rooms[Math.floor(at / PER_DOCUMENT) % rooms.length]!.id);
    }
  })();
  const everywhere = db.prepare('select text from passages where passages match ? order by rank limit 10');
  const inRoom = db.prepare('select text from passages where passages match ? and room = ? order by rank limit 10');
  return (room, question) => {
    const match = words(question)
      .map((word) => `"${word}"`)
      .join(' OR ');
    if (room === undefined) everywhere.all(match);
    else inRoom.all(match, room);
  };
}

/** One after the other, ours and the reference in turn. */
async function times({ passages, server, rooms, reference }: Sized, count: number): Promise<Row[]> {
  const rows: Row[] = [];
  for (const where of [[rooms[0]!], rooms]) {
    const maker = createMaker(QUESTIONS_SEED);
    const roomIds = where.map(({ id }) => id);
    const ours: number[] = [];
    const theirs: number[] = [];
    for (let at = 0; at < WARM_UP + count; at++) {
      const question = maker.question();
      const { tookMs } = await server.call('search', { roomIds, questions: [question], atOnce: 1 });
      const startedAt = performance.now();
      reference(where.length === 1 ? roomIds[0] : undefined, question);
      if (at < WARM_UP) continue;
      ours.push(...tookMs);
      theirs.push(performance.now() - startedAt);
    }
    const p95 = percentile(ours, 0.95);
    rows.push({
      measure: `search of ${where.length === 1 ? 'a room' : `all ${ROOMS} rooms`} among ${passages.toLocaleString('en')} passages, p95`,
      ours: `${ms(p95)} (median ${ms(median(ours))})`,
      reference: `${ms(percentile(theirs, 0.95))} (median ${ms(median(theirs))})`,
      ratio: p95 / percentile(theirs, 0.95),
      target: `≤ ${TARGET_MS} ms`,
      isMet: p95 <= TARGET_MS,
    });
  }
  return rows;
}

/** A timer in the process of the product, with nothing to do and while several people search all rooms. */
async function pace({ passages, server, rooms }: Sized, count: number): Promise<Row[]> {
  await server.call('watchBeat');
  await sleep(IDLE_MS);
  const idle = await server.call('beatGapsMs');
  const maker = createMaker(QUESTIONS_SEED + 1);
  const questions = Array.from({ length: count * 2 }, maker.question);
  await server.call('watchBeat');
  await server.call('search', { roomIds: rooms.map(({ id }) => id), questions, atOnce: SEARCHERS });
  const busy = await server.call('beatGapsMs');
  const [p99, before] = [percentile(busy, 0.99), percentile(idle, 0.99)];
  const most = Math.max(2 * before, GAP_TARGET_MS);
  return [
    {
      measure: `10 ms beat while ${SEARCHERS} search ${passages.toLocaleString('en')} passages: p99`,
      ours: `${ms(p99)} (longest ${ms(Math.max(...busy))})`,
      reference: `${ms(before)} idle`,
      target: `≤ ${ms(most)}`,
      isMet: p99 <= most,
    },
  ];
}
