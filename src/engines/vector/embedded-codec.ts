// How lists and vectors lie in the embedded index: small, and quick to read.
import type { TermCount } from './passage-terms.ts';

export interface Posting extends TermCount {
  ordinal: number;
}

const MOST_COUNTED = 255;

/** Ordinals as distances in seven-bit groups, then a byte for each count. @param postings by ordinal */
export function encodePostings(postings: readonly Posting[]): Uint8Array {
  const bytes: number[] = [];
  let before = 0;
  for (const { ordinal, text, about } of postings) {
    pushNumber(bytes, ordinal - before);
    before = ordinal;
    bytes.push(Math.min(text, MOST_COUNTED), Math.min(about, MOST_COUNTED));
  }
  return Uint8Array.from(bytes);
}

export function decodePostings(bytes: Uint8Array, each: (ordinal: number, text: number, about: number) => void): void {
  let ordinal = 0;
  for (let at = 0; at < bytes.length; ) {
    let shift = 0;
    for (;;) {
      const byte = bytes[at++]!;
      ordinal += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) break;
      shift += 7;
    }
    each(ordinal, bytes[at++]!, bytes[at++]!);
  }
}

/** @param numbers in rising order */
export function encodeNumbers(numbers: readonly number[]): Uint8Array {
  const bytes: number[] = [];
  let before = 0;
  for (const number of numbers) {
    pushNumber(bytes, number - before);
    before = number;
  }
  return Uint8Array.from(bytes);
}

export function decodeNumbers(bytes: Uint8Array): number[] {
  const numbers: number[] = [];
  let number = 0;
  for (let at = 0; at < bytes.length; ) {
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++]!;
      number += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) break;
    }
    numbers.push(number);
  }
  return numbers;
}

function pushNumber(bytes: number[], value: number): void {
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  bytes.push(rest);
}

/**
 * Several vectors together: a scale for each, 0 for one that is missing, and a signed byte for each number. The first numbers of all
 * vectors come first, then the second ones: a question that has few numbers touches little of it, one piece after the other.
 */
export interface VectorBlock {
  scales: Float32Array;
  values: Int8Array;
}

/** A byte for a number is a quarter of the size; what it loses is far below what tells two passages apart. */
export function encodeVectors(vectors: readonly (Float32Array | undefined)[], dimensions: number): Uint8Array {
  const scales = new Float32Array(vectors.length);
  const values = new Int8Array(vectors.length * dimensions);
  for (const [index, vector] of vectors.entries()) {
    if (!vector) continue;
    const most = vector.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
    const scale = most / 127 || 1;
    scales[index] = scale;
    for (let at = 0; at < dimensions; at++) values[at * vectors.length + index] = Math.round(vector[at]! / scale);
  }
  return Buffer.concat([Buffer.from(scales.buffer), Buffer.from(values.buffer)]);
}

export function decodeVectors(bytes: Uint8Array, dimensions: number): VectorBlock {
  const count = Math.floor(bytes.length / (dimensions + 4));
  // Copied: what SQLite hands out may lie at any address.
  const copy = Uint8Array.from(bytes).buffer;
  return {
    scales: new Float32Array(copy, 0, count),
    values: new Int8Array(copy, count * 4),
  };
}
