// The answer that benchmarks stream: the same tokens at the same pace for every server.
import { setTimeout as sleep } from 'node:timers/promises';

const STEMS = ['te', 'nder', ' a', ' harga', ' kerja', ' di', ' jadwal', ' un', ' dokumen', ' to', ' syarat', ',', '.'];

export interface Pace {
  count: number;
  perSecond: number;
}

/** Paced by the clock, not by adding pauses: timers are late by a millisecond each. */
export async function* paceTokens({ count, perSecond }: Pace): AsyncGenerator<string> {
  const startedAt = performance.now();
  for (let index = 0; index < count; index++) {
    const waitMs = startedAt + (index * 1000) / perSecond - performance.now();
    if (waitMs > 0) await sleep(waitMs);
    yield `${STEMS[index % STEMS.length]}`;
  }
}
