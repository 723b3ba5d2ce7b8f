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

/** What several documents have of one term, one after the other: whose it is and its length, then its postings. */
export function appendPostings(before: Uint8Array | undefined, document: number, postings: Uint8Array): Uint8Array {
  const head: number[] = [];
  pushNumber(head, document);
  pushNumber(head, postings.length);
  return Buffer.concat([before ?? new Uint8Array(), Uint8Array.from(head), postings]);
}

/** @returns what the other documents have */
export function withoutPostings(bytes: Uint8Array, document: number): Uint8Array {
  const reader = new NumberReader(bytes);
  const kept: Uint8Array[] = [];
  while (!reader.isAtEnd) {
    const from = reader.at;
    const owner = reader.number();
    const length = reader.number();
    reader.at += length;
    if (owner !== document) kept.push(bytes.subarray(from, reader.at));
  }
  return Buffer.concat(kept);
}

/** @param begin is called for each document; `each` then for each of these */
export function decodePostings(
  bytes: Uint8Array,
  begin: (document: number) => void,
  each: (ordinal: number, text: number, about: number) => void,
): void {
  const reader = new NumberReader(bytes);
  while (!reader.isAtEnd) {
    begin(reader.number());
    const length = reader.number();
    const end = reader.at + length;
    for (let ordinal = 0; reader.at < end; ) {
      ordinal += reader.number();
      each(ordinal, bytes[reader.at++]!, bytes[reader.at++]!);
    }
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
  const reader = new NumberReader(bytes);
  const numbers: number[] = [];
  for (let number = 0; !reader.isAtEnd; ) {
    number += reader.number();
    numbers.push(number);
  }
  return numbers;
}

class NumberReader {
  at = 0;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.at >= this.#bytes.length;
  }

  /** Of seven-bit groups, the lowest first; it ends with the bytes. */
  number(): number {
    let number = 0;
    for (let factor = 1; ; factor *= 0x80) {
      const byte = this.#bytes[this.at++] ?? 0;
      number += (byte & 0x7f) * factor;
      if (byte < 0x80) return number;
    }
  }
}

function pushNumber(bytes: number[], value: number): void {
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  bytes.push(rest);
}

/**
 * Several vectors together: a scale for each, 0 for one that is missing, and a signed byte for each number. The first numbers of all
 * vectors come first, then the second ones: a question that has few numbers touches little of it, and similarity.wat reads sixteen at once.
 */
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
