// Vectors without a model: words, stems and pieces of words, hashed into 768 places. Runs on either side of a worker thread.
import { isStopWord, stem, words } from '../../lib/terms.ts';

export const HASH_DIMENSIONS = 768;

/** What each kind of feature adds. A change of anything here needs a new name of the model in hashed.ts. */
const WORD = 1;
const STEM = 0.8;
const PIECE = 0.3;
const PAIR = 0.4;
/** What a word that stands everywhere counts for. */
const STOP_WORD = 0.1;
const PIECE_UNITS = [3, 4];
/** A feature has a second place, so that two which share one can still be told apart. */
const SECOND_PLACE = 0.5;

/** @returns the vectors one after the other, so that they cross from a worker as one block */
export function hashTexts(texts: readonly string[]): Float32Array {
  const all = new Float32Array(texts.length * HASH_DIMENSIONS);
  for (const [index, text] of texts.entries()) {
    hashInto(all.subarray(index * HASH_DIMENSIONS, (index + 1) * HASH_DIMENSIONS), text);
  }
  return all;
}

function hashInto(vector: Float32Array, text: string): void {
  for (const [feature, weight] of featuresOf(text)) {
    const value = Math.sqrt(weight);
    add(vector, hash(feature), value);
    add(vector, hash(`~${feature}`), value * SECOND_PLACE);
  }
  const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
  if (length === 0) return;
  for (let at = 0; at < vector.length; at++) vector[at]! /= length;
}

function featuresOf(text: string): Map<string, number> {
  const features = new Map<string, number>();
  const count = (feature: string, weight: number): void => {
    features.set(feature, (features.get(feature) ?? 0) + weight);
  };
  let before: string | undefined;
  for (const word of words(text)) {
    const isCommon = isStopWord(word);
    const root = stem(word);
    count(`w${word}`, isCommon ? WORD * STOP_WORD : WORD);
    count(`s${root}`, isCommon ? STEM * STOP_WORD : STEM);
    if (isCommon) continue;
    const framed = `<${word}>`;
    for (const units of PIECE_UNITS) {
      for (let at = 0; at + units <= framed.length; at++) count(`p${framed.slice(at, at + units)}`, PIECE);
    }
    if (before !== undefined) count(`b${before} ${root}`, PAIR);
    before = root;
  }
  return features;
}

/** The sign comes from the hash too, so that what collides by chance cancels out rather than adds up. */
function add(vector: Float32Array, hashed: number, value: number): void {
  vector[hashed % vector.length]! += hashed & 0x80000000 ? value : -value;
}

/** FNV-1a with a final mix, 32 bits. */
function hash(text: string): number {
  let hashed = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hashed = Math.imul(hashed ^ text.charCodeAt(at), 0x01000193);
  hashed = Math.imul(hashed ^ (hashed >>> 15), 0x2c1b3c6d);
  return (hashed ^ (hashed >>> 12)) >>> 0;
}
