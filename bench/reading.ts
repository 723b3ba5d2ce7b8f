// Whether those who chat notice that 500 pages are being read: acknowledged sends meanwhile, and the longest piece of work in between.
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startChild } from './support/child.ts';
import { type Measure, ms, percentile, type Row } from './support/measure.ts';
import type { OurServer } from './support/our-server.ts';
import { connectSocket, type SocketClient } from './support/socket-client.ts';
import { untilRead, uploadDocument } from './support/uploaded.ts';

/** What a section of a text has at most, so that 500 of these are 500 pages. */
const SECTION_UNITS = 8_000;
const SECTIONS = 500;
const PAUSE_MS = 20;
const SENDS_BEFORE = 100;
const SENDS_TARGET_MS = 100;
const BLOCK_TARGET_MS = 50;

export const reading: Measure = {
  name: 'reading',
  async run() {
    const server = startChild<OurServer>('our-server.ts');
    try {
      const url = await server.call('start', {});
      const [room] = await server.call('seed', { rooms: 1, peoplePerRoom: 2 });
      const [lead, member] = room!.members;
      const client = await connectSocket(url, { token: member!.token });
      await client.ask('room:join', { roomId: room!.id });
      const send = sender(client, room!.id);
      const before = await repeat(send, () => SENDS_BEFORE);
      await server.call('watchLoop');
      const startedAt = performance.now();
      const document = await uploadDocument({ url, token: lead!.token, roomId: room!.id }, documentToRead());
      let isOver = false;
      const reading = untilRead({ url, token: lead!.token }, document.id).finally(() => {
        isOver = true;
      });
      const during = await repeat(send, () => (isOver ? 0 : Number.POSITIVE_INFINITY));
      const last = await reading;
      const seconds = (performance.now() - startedAt) / 1_000;
      const block = await server.call('longestBlock');
      client.close();
      const what = `${last.pages} ${last.progress.unit}s of ${last.contentType.replace(/^.*[/.]/, '')}`;
      return toRows(what, { before, during, block, perSecond: last.pages / seconds });
    } finally {
      await server.stop();
    }
  },
};

/** `DOCUMENT` names a file to take instead of the text made here. */
function documentToRead(): { name: string; content: Uint8Array<ArrayBuffer> | string } {
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
  perSecond: number;
}

function toRows(what: string, { before, during, block, perSecond }: Found): Row[] {
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
    { measure: `reading ${what}`, ours: `${perSecond.toFixed(0)} a second`, reference: '–', target: 'told' },
  ];
}
