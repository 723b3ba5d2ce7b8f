// The table of contents of a ZIP archive, from bytes: what lies in it, without unpacking anything.

export interface ZipEntry {
  name: string;
  /** 0: as it is, 8: deflated. */
  method: number;
  isEncrypted: boolean;
  /** Checksum of the content; 0 when the writer left it out. */
  crc: number;
  packedBytes: number;
  unpackedBytes: number;
  /** Where its local header stands in the file. */
  offset: number;
}

/** How much of the end of a file may have to be looked at. */
export const ZIP_TAIL_BYTES = 66_000;

const END = 0x06054b50;
const ZIP64_END = 0x06064b50;
const ZIP64_LOCATOR = 0x07064b50;
const ENTRY = 0x02014b50;
const ENTRY_BYTES = 46;
const UNKNOWN = 0xffffffff;

/** @param tail the last bytes of the file, ZIP_TAIL_BYTES or all @param size of the file @returns where the directory stands; undefined when it is no archive */
export function findZipDirectory(tail: Uint8Array, size: number): { offset: number; bytes: number } | undefined {
  const view = viewOf(tail);
  const start = size - tail.length;
  for (let at = tail.length - 22; at >= 0; at -= 1) {
    if (view.getUint32(at, true) !== END) continue;
    let bytes = view.getUint32(at + 12, true);
    let offset = view.getUint32(at + 16, true);
    const isBig = at >= 20 && view.getUint32(at - 20, true) === ZIP64_LOCATOR;
    if (isBig && (bytes === UNKNOWN || offset === UNKNOWN || view.getUint16(at + 10, true) === 0xffff)) {
      const big = Number(view.getBigUint64(at - 12, true)) - start;
      if (big < 0 || big + 56 > tail.length || view.getUint32(big, true) !== ZIP64_END) return undefined;
      bytes = Number(view.getBigUint64(big + 40, true));
      offset = Number(view.getBigUint64(big + 48, true));
    }
    if (offset + bytes <= size) return { offset, bytes };
  }
  return undefined;
}

/** @param directory may be cut off: then the first entries @param most entries @returns undefined when it is broken */
export function readZipDirectory(directory: Uint8Array, most: number): ZipEntry[] | undefined {
  const view = viewOf(directory);
  const decoder = new TextDecoder();
  const entries: ZipEntry[] = [];
  for (let at = 0; at + ENTRY_BYTES <= directory.length && entries.length < most; ) {
    if (view.getUint32(at, true) !== ENTRY) return undefined;
    const nameBytes = view.getUint16(at + 28, true);
    const extraBytes = view.getUint16(at + 30, true);
    const next = at + ENTRY_BYTES + nameBytes + extraBytes + view.getUint16(at + 32, true);
    const extraAt = at + ENTRY_BYTES + nameBytes;
    if (extraAt + extraBytes > directory.length) break;
    const sizes = {
      unpackedBytes: view.getUint32(at + 24, true),
      packedBytes: view.getUint32(at + 20, true),
      offset: view.getUint32(at + 42, true),
    };
    takeBigSizes(view, extraAt, extraAt + extraBytes, sizes);
    entries.push({
      name: decoder.decode(directory.subarray(at + ENTRY_BYTES, extraAt)),
      method: view.getUint16(at + 10, true),
      isEncrypted: (view.getUint16(at + 8, true) & 1) === 1,
      crc: view.getUint32(at + 16, true),
      ...sizes,
    });
    at = next;
  }
  return entries;
}

/** Sizes that did not fit stand in an extra field, in this order, only those that did not. */
function takeBigSizes(
  view: DataView,
  from: number,
  to: number,
  sizes: Pick<ZipEntry, 'unpackedBytes' | 'packedBytes' | 'offset'>,
): void {
  for (let at = from; at + 4 <= to; at += 4 + view.getUint16(at + 2, true)) {
    if (view.getUint16(at, true) !== 1) continue;
    const end = Math.min(at + 4 + view.getUint16(at + 2, true), to);
    let field = at + 4;
    for (const name of ['unpackedBytes', 'packedBytes', 'offset'] as const) {
      if (sizes[name] !== UNKNOWN || field + 8 > end) continue;
      sizes[name] = Number(view.getBigUint64(field, true));
      field += 8;
    }
  }
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
