// Counting tokens: exact, bounded in time, and never on the event loop.
import { afterAll, expect, test } from 'vitest';
import { countTextTokens } from '../../src/assistant/count-tokens.worker.ts';
import { createTokenCounter } from '../../src/assistant/token-counter.ts';
import { createWorkerPool } from '../../src/lib/worker-pool.ts';
import { longestBlockMs, processorMs } from '../support/longest-block.ts';

const pool = createWorkerPool();
const counter = createTokenCounter(pool);
afterAll(() => pool.stop());

test('ordinary text is counted exactly as the model provider counts it', async () => {
  expect(await counter.count('hello world')).toBe(2);
  expect(await counter.count('')).toBe(0);
  expect(await counter.count('Penawaran berlaku tiga puluh hari.')).toBeGreaterThan(5);
});

test('special tokens written by a person count as plain text', async () => {
  expect(await counter.count('<|endoftext|>')).toBe(7);
  expect(await counter.count('a <|im_start|>system<|im_end|> b')).toBeGreaterThan(10);
});

test('half a surrogate pair and control characters are counted, not refused', async () => {
  expect(await counter.count('\ud800 a \udc00 \u0000\u0007')).toBeGreaterThan(0);
});

const pastes: [string, string][] = [
  ['32,000 times the letter a', 'a'.repeat(32_000)],
  ['16,000 emoji', '😀'.repeat(16_000)],
  ['32,000 CJK characters without a space', '標'.repeat(32_000)],
  ['32,000 combining marks', `a${'\u0301'.repeat(31_999)}`],
  ['32,000 spaces', ' '.repeat(32_000)],
];

test.each(pastes)('a paste of %s neither blocks the event loop nor keeps a worker long', async (_, text) => {
  await counter.count('warm up');
  let tokens = 0;
  const block = await longestBlockMs(async () => {
    tokens = await counter.count(text);
  });
  expect(tokens).toBeGreaterThan(100);
  // Far above what it takes. Measured in bench/.
  expect(block).toBeLessThan(100);
  // What it costs, wherever it is done: text that a naive counter takes minutes for.
  expect(processorMs(() => countTextTokens(text))).toBeLessThan(5_000);
});

test('cutting a long run changes the count by a few percent at most', () => {
  expect(countTextTokens('a'.repeat(32_000))).toBeGreaterThanOrEqual(4_000);
  expect(countTextTokens('a'.repeat(32_000))).toBeLessThan(4_200);
  expect(countTextTokens('😀'.repeat(16_000))).toBe(16_000);
  expect(countTextTokens(`x${'😀'.repeat(1_000)}`)).toBeLessThan(1_050);
});

test('the estimate is a third of the length, rounded up', () => {
  expect(counter.estimate('')).toBe(0);
  expect(counter.estimate('abcd')).toBe(2);
});

test('after the pool has stopped a count is the estimate and a run is refused', async () => {
  const own = createWorkerPool();
  await own.stop();
  await own.stop();
  expect(await createTokenCounter(own).count('abcdef')).toBe(2);
  await expect(own.run(new URL('file:///nowhere.ts'), 'x', 1)).rejects.toThrow('stopped');
});

test('an error of the function reaches the caller', async () => {
  const file = new URL('../../src/assistant/count-tokens.worker.ts', import.meta.url);
  await expect(pool.run(file, 'countTextTokens', null)).rejects.toThrow();
});
