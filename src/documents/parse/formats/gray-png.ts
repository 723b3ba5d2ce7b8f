// A gray picture as PNG: what recognition is given.
import { crc32, deflateSync } from 'node:zlib';
import type { GrayPicture } from './pdf-engine.ts';

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
/** Pages are mostly white: the fastest level packs them well enough. */
const LEVEL = 1;

export function encodeGrayPng({ width, height, pixels }: GrayPicture, pixelsPerInch?: number): Uint8Array {
  const rows = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y += 1) rows.set(pixels.subarray(y * width, (y + 1) * width), y * (width + 1) + 1);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  // 8 bits, gray.
  header[8] = 8;
  const parts = [SIGNATURE, chunk('IHDR', header)];
  if (pixelsPerInch !== undefined) parts.push(chunk('pHYs', density(pixelsPerInch)));
  parts.push(chunk('IDAT', deflateSync(rows, { level: LEVEL })), chunk('IEND', Buffer.alloc(0)));
  return new Uint8Array(Buffer.concat(parts));
}

function density(pixelsPerInch: number): Buffer {
  const data = Buffer.alloc(9);
  const pixelsPerMetre = Math.round(pixelsPerInch / 0.0254);
  data.writeUInt32BE(pixelsPerMetre, 0);
  data.writeUInt32BE(pixelsPerMetre, 4);
  data[8] = 1;
  return data;
}

function chunk(type: string, data: Buffer): Buffer {
  const out = Buffer.alloc(12 + data.length);
  out.writeUInt32BE(data.length, 0);
  out.write(type, 4, 'latin1');
  data.copy(out, 8);
  out.writeUInt32BE(crc32(out.subarray(4, 8 + data.length)), 8 + data.length);
  return out;
}
