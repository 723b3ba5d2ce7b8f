// Compares many vectors of signed bytes with one question: a small WebAssembly module (similarity.wat) and the memory it works in.
import { readFileSync } from 'node:fs';

/** What of WebAssembly is used: Node's types leave it out. */
declare const WebAssembly: {
  Memory: new (size: { initial: number }) => { readonly buffer: ArrayBuffer; grow(pages: number): number };
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: object) => { exports: { compare: Compare } };
};
type Compare = (
  values: number,
  stride: number,
  count: number,
  pairs: number,
  pairsEnd: number,
  scales: number,
  factor: number,
  out: number,
) => void;

/** Vectors that are compared by one call: numbers of one place side by side, place after place, and before them a scale for each vector. */
export const SLOTS = 1_024;
export interface Slots {
  at: number;
  dimensions: number;
}

const PAGE_BYTES = 65_536;
const LEAST_GROWTH_BYTES = 4 * 1024 * 1024;
const FLOAT_BYTES = 4;
/** Where the memory begins, the similarities of one call. */
const OUT = 0;
const QUESTION = SLOTS * FLOAT_BYTES;
/** Two numbers of the question: both places with 32 bits, both weights with 16. */
const PAIR_BYTES = 12;
const MOST_DIMENSIONS = 65_536;
const SLOTS_FROM = QUESTION + (MOST_DIMENSIONS / 2) * PAIR_BYTES;
/** The module reads sixteen vectors at a time, and so beyond the last one. */
const SLACK_BYTES = 64;
const MOST_WEIGHT = 32_767;
/** Leaves room for what rounding adds. */
const MOST_SUM = 2 ** 31 - 2 ** 24;
const MOST_VALUE = 127;

export class SimilarityMemory {
  readonly #memory = new WebAssembly.Memory({ initial: Math.ceil((SLOTS_FROM + SLACK_BYTES) / PAGE_BYTES) });
  readonly #compare: Compare;
  #floats: Float32Array;
  #bytes: Uint8Array;
  #end = SLOTS_FROM;
  #question = { end: QUESTION, factor: 0 };

  constructor() {
    const module = new WebAssembly.Module(readFileSync(new URL('./similarity.wasm', import.meta.url)));
    this.#compare = new WebAssembly.Instance(module, { index: { memory: this.#memory } }).exports.compare;
    this.#bytes = new Uint8Array(this.#memory.buffer);
    this.#floats = new Float32Array(this.#memory.buffer);
  }

  get usedBytes(): number {
    return this.#end - SLOTS_FROM;
  }

  bytesOfShelf(dimensions: number): number {
    return SLOTS * (dimensions + FLOAT_BYTES);
  }

  /** @returns an address where so many bytes are free @throws RangeError where there is no more memory */
  take(bytes: number): number {
    const missing = this.#end + bytes + SLACK_BYTES - this.#bytes.length;
    if (missing > 0) {
      this.#memory.grow(Math.ceil(Math.max(missing, LEAST_GROWTH_BYTES) / PAGE_BYTES));
      this.#bytes = new Uint8Array(this.#memory.buffer);
      this.#floats = new Float32Array(this.#memory.buffer);
    }
    const at = this.#end;
    this.#end += bytes;
    return at;
  }

  freeAll(): void {
    this.#end = SLOTS_FROM;
  }

  /** Puts vectors of a block (see embedded-codec.ts) from a slot on. @param count of the block @param from of the block */
  put({ at, dimensions }: Slots, slot: number, block: Uint8Array, count: number, from: number, to: number): void {
    const bytes = this.#bytes;
    bytes.set(block.subarray(from * FLOAT_BYTES, to * FLOAT_BYTES), at + slot * FLOAT_BYTES);
    const scales = this.#floats.subarray(at / FLOAT_BYTES + slot, at / FLOAT_BYTES + slot + to - from);
    // A scale of 0 stands for a vector that is missing: whatever is multiplied with it shall be no number.
    for (const [index, scale] of scales.entries()) if (scale === 0) scales[index] = Number.NaN;
    for (let place = 0; place < dimensions; place++) {
      const source = count * (FLOAT_BYTES + place);
      const target = at + SLOTS * (FLOAT_BYTES + place) + slot - from;
      for (let index = from; index < to; index++) bytes[target + index] = block[source + index]!;
    }
  }

  /** Numbers become 16 bits, so few that no sum can overflow; what that loses is below what bytes lose anyway. */
  ask(vector: Float32Array): void {
    if (vector.length > MOST_DIMENSIONS) throw new RangeError('The vector has too many numbers.');
    const places: number[] = [];
    let [most, length] = [0, 0];
    for (const [place, value] of vector.entries()) {
      if (value === 0) continue;
      places.push(place);
      most = Math.max(most, Math.abs(value));
      length = Math.hypot(length, value);
    }
    const bySum = MOST_SUM / (length * Math.sqrt(places.length) * MOST_VALUE);
    const scale = places.length === 0 ? 1 : Math.min(MOST_WEIGHT / most, bySum);
    const view = new DataView(this.#memory.buffer);
    let end = QUESTION;
    for (let at = 0; at < places.length; at += 2, end += PAIR_BYTES) {
      const [first, second] = [places[at]!, places[at + 1] ?? 0];
      view.setUint32(end, first, true);
      view.setUint32(end + 4, second, true);
      view.setInt16(end + 8, Math.round(vector[first]! * scale), true);
      view.setInt16(end + 10, at + 1 < places.length ? Math.round(vector[second]! * scale) : 0, true);
    }
    this.#question = { end, factor: 1 / scale };
  }

  /** @returns the similarity of each slot to what was asked, good until the next call */
  compare({ at }: Slots, from: number, to: number): Float32Array {
    const { end, factor } = this.#question;
    const scales = at + from * FLOAT_BYTES;
    const values = at + SLOTS * FLOAT_BYTES + from;
    this.#compare(values, SLOTS, to - from, QUESTION, end, scales, factor, OUT);
    return this.#floats;
  }
}
