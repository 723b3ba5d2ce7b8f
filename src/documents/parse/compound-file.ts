// The names of the streams in a compound file (OLE2), the container of old Office files and of encrypted new ones.

const DIRECTORY_ENTRY_BYTES = 128;
/** Enough for every name that tells what the file is. */
const MOST_SECTORS = 64;
const END_OF_CHAIN = 0xfffffffa;

export const isCompoundFile = (bytes: Uint8Array): boolean =>
  [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1].every((byte, at) => bytes[at] === byte);

/** @param read bytes of the file from a place on; fewer than asked for at its end */
export async function listCompoundStreams(
  read: (at: number, bytes: number) => Promise<Uint8Array>,
): Promise<Set<string>> {
  const names = new Set<string>();
  const header = await read(0, 512);
  if (header.length < 512) return names;
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  const sectorBytes = view.getUint16(30, true) === 12 ? 4096 : 512;
  const sectorAt = (sector: number): number => (sector + 1) * sectorBytes;
  const seen = new Set<number>();
  let sector = view.getUint32(48, true);
  while (sector < END_OF_CHAIN && seen.size < MOST_SECTORS && !seen.has(sector)) {
    seen.add(sector);
    const entries = await read(sectorAt(sector), sectorBytes);
    for (let at = 0; at + DIRECTORY_ENTRY_BYTES <= entries.length; at += DIRECTORY_ENTRY_BYTES) {
      const nameBytes = Math.min((entries[at + 64] ?? 0) + 256 * (entries[at + 65] ?? 0), 64);
      if (nameBytes > 2) names.add(new TextDecoder('utf-16le').decode(entries.subarray(at, at + nameBytes - 2)));
    }
    // The next sector stands in the allocation table, whose first 109 sectors are listed in the header.
    const perTable = sectorBytes / 4;
    const table = Math.floor(sector / perTable);
    if (table >= 109) break;
    const cell = await read(sectorAt(view.getUint32(76 + 4 * table, true)) + 4 * (sector % perTable), 4);
    if (cell.length < 4) break;
    sector = new DataView(cell.buffer, cell.byteOffset, 4).getUint32(0, true);
  }
  return names;
}
