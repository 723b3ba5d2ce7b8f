// The parts of a ZIP archive in memory, unpacked as streams within a bound. Names are only looked up, never used as paths.
import { constants, crc32, createInflateRaw } from 'node:zlib';
import { ReadProblem } from './format.ts';
import { findZipDirectory, readZipDirectory, ZIP_TAIL_BYTES, type ZipEntry } from './zip-directory.ts';

export interface Archive {
  has(name: string): boolean;
  names(): string[];
  /**
   * A part's content, unpacked while it is taken. @throws ReadProblem when it is not there, damaged, encrypted, or when all parts together
   * unpack to more than the bound
   */
  open(name: string): AsyncGenerator<Uint8Array>;
}

const MOST_ENTRIES = 50_000;
const CHUNK_BYTES = 64 * 1024;
const LOCAL_HEADER = 0x04034b50;
const LOCAL_HEADER_BYTES = 30;

const damaged = (cause?: unknown): ReadProblem =>
  new ReadProblem('file_corrupt', 'The archive that this file is made of is cut off or damaged.', { cause });

/** @param unpackedBytes bound of everything that is unpacked, whether it is read once or several times */
export function openArchive(bytes: Uint8Array, unpackedBytes: number): Archive {
  const entries = listEntries(bytes);
  let left = unpackedBytes;

  async function* open(name: string): AsyncGenerator<Uint8Array> {
    const entry = entries.get(keyOf(name));
    if (!entry) throw new ReadProblem('file_corrupt', `The file lacks one of its parts (${name.slice(0, 100)}).`);
    let sum = 0;
    for await (const chunk of unpack(bytes, entry)) {
      left -= chunk.length;
      if (left < 0) throw new ReadProblem('file_too_complex', `The file unpacks to more than ${unpackedBytes} bytes.`);
      sum = crc32(chunk, sum);
      yield chunk;
    }
    // Zero: written by programs that do not bother.
    if (entry.crc !== 0 && sum !== entry.crc) throw damaged();
  }

  return {
    has: (name) => entries.has(keyOf(name)),
    names: () => [...entries.values()].map((entry) => entry.name),
    open,
  };
}

/** Office programs tell names apart without regard to case, and some write backslashes. */
const keyOf = (name: string): string => name.replaceAll('\\', '/').replace(/^\/+/, '').toLowerCase();

function listEntries(bytes: Uint8Array): Map<string, ZipEntry> {
  const place = findZipDirectory(bytes.subarray(-ZIP_TAIL_BYTES), bytes.length);
  const entries = place && readZipDirectory(bytes.subarray(place.offset, place.offset + place.bytes), MOST_ENTRIES);
  if (!entries) throw damaged();
  return new Map(entries.map((entry) => [keyOf(entry.name), entry]));
}

async function* unpack(bytes: Uint8Array, entry: ZipEntry): AsyncGenerator<Uint8Array> {
  if (entry.isEncrypted) throw new ReadProblem('file_encrypted', 'The document is protected with a password.');
  if (entry.offset + LOCAL_HEADER_BYTES > bytes.length) throw damaged();
  const view = new DataView(bytes.buffer, bytes.byteOffset + entry.offset, LOCAL_HEADER_BYTES);
  if (view.getUint32(0, true) !== LOCAL_HEADER) throw damaged();
  const start = entry.offset + LOCAL_HEADER_BYTES + view.getUint16(26, true) + view.getUint16(28, true);
  const packed = bytes.subarray(start, start + entry.packedBytes);
  if (packed.length < entry.packedBytes) throw damaged();
  if (entry.method === 0) {
    for (let at = 0; at < packed.length; at += CHUNK_BYTES) yield packed.subarray(at, at + CHUNK_BYTES);
  } else if (entry.method === 8) {
    const inflate = createInflateRaw({ chunkSize: CHUNK_BYTES, finishFlush: constants.Z_FINISH });
    inflate.end(packed);
    try {
      for await (const chunk of inflate) yield chunk as Uint8Array;
    } catch (error) {
      throw error instanceof ReadProblem ? error : damaged(error);
    }
  } else throw new ReadProblem('file_unreadable', 'The file is packed in a way that is not known here.');
}
