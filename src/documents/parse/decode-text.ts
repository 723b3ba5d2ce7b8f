// Bytes of a text as a string, whatever its encoding; and how sure that is.

export interface DecodedText {
  text: string;
  /** As TextDecoder names it, and `utf-32le`, `utf-32be`. */
  encoding: string;
  /** Nothing said which encoding it is, and it is not UTF-8: an assumption that may garble letters beyond ASCII. */
  isGuessed: boolean;
}

const SAMPLE_BYTES = 64 * 1024;

/** @param declared what the content itself says, for instance a page in its `meta` element; a byte order mark is stronger */
export function decodeText(bytes: Uint8Array, declared?: string): DecodedText {
  const encoding = markedEncoding(bytes) ?? unmarkedWideEncoding(bytes);
  if (encoding) return { text: decodeAs(bytes, encoding), encoding, isGuessed: false };
  try {
    // Checked first whatever is declared: UTF-8 is hardly ever valid by chance.
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes), encoding: 'utf-8', isGuessed: false };
  } catch {
    const known = declared === undefined ? undefined : knownEncoding(declared);
    if (known && known !== 'utf-8') return { text: decodeAs(bytes, known), encoding: known, isGuessed: false };
    // A file of UTF-8 with some broken bytes stays that, or its many good letters would be lost for the few bad ones.
    if (isMostlyUtf8(bytes)) return { text: decodeAs(bytes, 'utf-8'), encoding: 'utf-8', isGuessed: true };
    return { text: decodeAs(bytes, 'windows-1252'), encoding: 'windows-1252', isGuessed: true };
  }
}

function decodeAs(bytes: Uint8Array, encoding: string): string {
  if (encoding === 'utf-32le' || encoding === 'utf-32be') return decodeUtf32(bytes, encoding === 'utf-32le');
  return new TextDecoder(encoding).decode(bytes);
}

function knownEncoding(label: string): string | undefined {
  try {
    return new TextDecoder(label.trim()).encoding;
  } catch {
    return undefined;
  }
}

function markedEncoding(bytes: Uint8Array): string | undefined {
  const [a, b, c, d] = bytes;
  if (a === 0xff && b === 0xfe && c === 0 && d === 0) return 'utf-32le';
  if (a === 0 && b === 0 && c === 0xfe && d === 0xff) return 'utf-32be';
  if (a === 0xef && b === 0xbb && c === 0xbf) return 'utf-8';
  if (a === 0xff && b === 0xfe) return 'utf-16le';
  if (a === 0xfe && b === 0xff) return 'utf-16be';
  return undefined;
}

/** Text of mostly Latin letters in two or four bytes each has its zeros in fixed places. */
function unmarkedWideEncoding(bytes: Uint8Array): string | undefined {
  const length = Math.min(bytes.length - (bytes.length % 4), SAMPLE_BYTES);
  if (length < 4) return undefined;
  const zeros = [0, 0, 0, 0];
  for (let at = 0; at < length; at += 1) if (bytes[at] === 0) zeros[at % 4]! += 1;
  const share = zeros.map((count) => count / (length / 4));
  const [a, b, c, d] = share as [number, number, number, number];
  const isMost = (value: number): boolean => value > 0.7;
  const isHardly = (value: number): boolean => value < 0.2;
  if (isHardly(a) && isMost(b) && isMost(c) && isMost(d)) return 'utf-32le';
  if (isMost(a) && isMost(b) && isMost(c) && isHardly(d)) return 'utf-32be';
  if (isHardly(a) && isMost(b) && isHardly(c) && isMost(d)) return 'utf-16le';
  if (isMost(a) && isHardly(b) && isMost(c) && isHardly(d)) return 'utf-16be';
  return undefined;
}

function decodeUtf32(bytes: Uint8Array, isLittleEndian: boolean): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength - (bytes.byteLength % 4));
  const parts: string[] = [];
  let points: number[] = [];
  for (let at = 0; at < view.byteLength; at += 4) {
    const point = view.getUint32(at, isLittleEndian);
    if (at === 0 && point === 0xfeff) continue;
    points.push(point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff) ? 0xfffd : point);
    if (points.length === 4096) {
      parts.push(String.fromCodePoint(...points));
      points = [];
    }
  }
  parts.push(String.fromCodePoint(...points));
  return parts.join('');
}

function isMostlyUtf8(bytes: Uint8Array): boolean {
  const text = new TextDecoder('utf-8').decode(bytes.subarray(0, SAMPLE_BYTES));
  let broken = 0;
  let wide = 0;
  for (const letter of text) {
    if (letter === '\ufffd') broken += 1;
    else if (letter > '\u007f') wide += 1;
  }
  return wide > 4 * broken;
}
