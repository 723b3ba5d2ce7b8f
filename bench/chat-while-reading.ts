// Whether those who chat notice that 500 pages, or files made to hurt, are being read: acknowledged sends, the longest piece of work, memory.
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Document } from '../src/protocol/document-models.ts';
import { allBombs } from '../test/support/bombs.ts';
import { startChild } from './support/child.ts';
import { type Measure, ms, percentile, type Row } from './support/measure.ts';
import type { OurServer } from './support/our-server.ts';
import { connectSocket, type SocketClient } from './support/socket-client.ts';
import { untilEnded, uploadDocument } from './support/uploaded.ts';

/** What a section of a text has at most, so that 500 of these are 500 pages. */
const SECTION_UNITS = 8_000;
const SECTIONS = 500;
const PAUSE_MS = 20;
const SENDS_BEFORE = 100;
const SENDS_TARGET_MS = 100;
const BLOCK_TARGET_MS = 50;
const MEMORY_TARGET_MB = 500;

type File = Parameters<typeof uploadDocument>[1];

export const chatWhileReading: Measure = {
  name: 'chat-while-reading',
  async run() {
    return [...(await whileRead([documentToRead()])), ...(await whileRead(await allBombs(), 'hostile files'))];
  },
};

/** @param what they are called in the table; without, by what the only one turned out to be */
async function whileRead(files: readonly File[], what?: string): Promise<Row[]> {
  const server = startChild<OurServer>('our-server.ts');
  try {
    const url = await server.call('start', {});
    const [room] = await server.call('seed', { rooms: 1, peoplePerRoom: 2 });
    const [lead, member] = room!.members;
    const client = await connectSocket(url, { token: member!.token });
    await client.ask('room:join', { roomId: room!.id });
    const send = sender(client, room!.id);
    const before = await repeat(send, () => SENDS_BEFORE);
    await server.call('watchMemory');
    await server.call('watchLoop');
    const startedAt = performance.now();
    let isOver = false;
    const reading = Promise.all(
      files.map(async (file) => {
        const { id } = await uploadDocument({ url, token: lead!.token, roomId: room!.id }, file);
        return untilEnded({ url, token: lead!.token }, id);
      }),
    ).finally(() => {
      isOver = true;
    });
    const during = await repeat(send, () => (isOver ? 0 : Number.POSITIVE_INFINITY));
    const ended = await reading;
    const found = {
      before,
      during,
      block: await server.call('longestBlock'),
      seconds: (performance.now() - startedAt) / 1_000,
      grownMb: await server.call('grownMb'),
      pages: ended.reduce((sum, { pages }) => sum + pages, 0),
    };
    client.close();
    const [{ pages, progress, contentType }] = ended as [Document];
    const named = what
      ? `${ended.length} ${what}`
      : `${pages} ${progress.unit}s of ${contentType.replace(/^.*[/.]/, '')}`;
    return toRows(named, found);
  } finally {
    await server.stop();
  }
}

/** `DOCUMENT` names a file to take instead of the text made here. */
function documentToRead(): File {
  const path = process.env.DOCUMENT;
  return path
    ? { name: basename(path), content: Uint8Array.from(readFileSync(path)) }
    : { name: 'panjang.txt', content: longText() };
}

function longText(): string {
  const lines: string[] = [];
  for (let units = 0; units < SECTIONS * SECTION_UNITS; ) {
    const line = `Butir ${lines.length}: penyedia memberikan garansi perangkat ${lines.length % 60} bulan sejak berita acara.\n\n`;
    lines.push(line);
    units += line.length;
  }
  return lines.join('');
}

/** @returns sends one message and tells how long its acknowledgement took, in milliseconds */
function sender(client: SocketClient, roomId: string): () => Promise<number> {
  let count = 0;
  return async () => {
    const startedAt = performance.now();
    await client.ask('message:send', { roomId, clientId: `reading-${++count}`, text: 'Berapa lama masa garansi?' });
    return performance.now() - startedAt;
  };
}

async function repeat(send: () => Promise<number>, times: () => number): Promise<number[]> {
  const taken: number[] = [];
  while (taken.length < times()) {
    taken.push(await send());
    await sleep(PAUSE_MS);
  }
  return taken;
}

interface Found {
  before: number[];
  during: number[];
  block: { cpuMs: number; wallMs: number };
  seconds: number;
  grownMb: number;
  pages: number;
}

function toRows(what: string, { before, during, block, seconds, grownMb, pages }: Found): Row[] {
  const p99 = percentile(during, 0.99);
  return [
    {
      measure: `send while ${what} are read: p99 of ${during.length}`,
      ours: `${ms(p99)} (median ${ms(percentile(during, 0.5))})`,
      reference: `${ms(percentile(before, 0.99))} before`,
      target: `≤ ${SENDS_TARGET_MS} ms`,
      isMet: p99 <= SENDS_TARGET_MS,
    },
    {
      measure: `longest block: ${what} are read`,
      ours: `${ms(block.cpuMs)} (wall ${ms(block.wallMs)})`,
      reference: '–',
      target: `≤ ${BLOCK_TARGET_MS} ms`,
      isMet: block.cpuMs <= BLOCK_TARGET_MS,
    },
    {
      measure: `resident memory of the service while ${what} are read grows by`,
      ours: `${grownMb.toFixed(0)} MB`,
      reference: '–',
      target: `≤ ${MEMORY_TARGET_MB} MB`,
      isMet: grownMb <= MEMORY_TARGET_MB,
    },
    {
      measure: `reading ${what}`,
      ours: `${seconds.toFixed(1)} s, ${(pages / seconds).toFixed(0)} pages a second`,
      reference: '–',
      target: 'told',
    },
  ];
}
