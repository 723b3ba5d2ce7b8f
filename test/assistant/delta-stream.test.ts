// What members receive of a flood of tokens.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createDeltaStream } from '../../src/assistant/delta-stream.ts';

const WINDOW_MS = 40;

function record() {
  const sent: { offset: number; text: string; at: number }[] = [];
  const stream = createDeltaStream(WINDOW_MS, (offset, text) => sent.push({ offset, text, at: Date.now() }));
  const joined = () => sent.map((delta) => delta.text).join('');
  return { stream, sent, joined };
}

describe('the delta stream', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('sends the first token at once and gathers the next ones for a window', () => {
    const { stream, sent } = record();
    stream.push('Masa ');
    stream.push('garansi ');
    stream.push('tiga ');
    expect(sent.map((delta) => delta.text)).toEqual(['Masa ']);
    vi.advanceTimersByTime(WINDOW_MS);
    expect(sent.map((delta) => delta.text)).toEqual(['Masa ', 'garansi tiga ']);
  });

  it('sends a token at once again after a quiet window', () => {
    const { stream, sent } = record();
    stream.push('a');
    vi.advanceTimersByTime(WINDOW_MS * 2);
    const before = Date.now();
    stream.push('b');
    expect(sent.at(-1)).toEqual({ offset: 1, text: 'b', at: before });
  });

  it('gives offsets that continue each other and texts that join to the whole, whatever the chunks', () => {
    const { stream, sent, joined } = record();
    const words = Array.from({ length: 400 }, (_, index) => `kata${index} ${index % 7 === 0 ? '🙂' : ''}`);
    for (const [index, word] of words.entries()) {
      stream.push(word);
      if (index % 3 === 0) vi.advanceTimersByTime(17);
    }
    stream.end();
    expect(joined()).toBe(words.join(''));
    let offset = 0;
    for (const delta of sent) {
      expect(delta.offset).toBe(offset);
      offset += delta.text.length;
    }
  });

  it('never cuts a surrogate pair, even when the model does', () => {
    const { stream, sent, joined } = record();
    const [high, low] = ['🙂'.slice(0, 1), '🙂'.slice(1)];
    stream.push(`a${high}`);
    expect(sent.map((delta) => delta.text)).toEqual(['a']);
    stream.push(`${low}b`);
    vi.advanceTimersByTime(WINDOW_MS);
    expect(joined()).toBe('a🙂b');
    expect(sent.every((delta) => delta.text.isWellFormed())).toBe(true);
  });

  it('shows a joiner exactly what was sent, not what waits', () => {
    const { stream } = record();
    stream.push('satu ');
    stream.push('dua ');
    expect(stream.sentText).toBe('satu ');
    expect(stream.text).toBe('satu dua ');
    vi.advanceTimersByTime(WINDOW_MS);
    expect(stream.sentText).toBe('satu dua ');
  });

  it('sends what waits when it ends and nothing after that', () => {
    const { stream, joined } = record();
    stream.push('satu ');
    stream.push('dua');
    stream.end();
    stream.push(' tiga');
    vi.advanceTimersByTime(WINDOW_MS * 3);
    expect(joined()).toBe('satu dua');
  });
});
