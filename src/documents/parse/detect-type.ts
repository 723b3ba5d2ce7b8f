// What a file is, by its content: the name only helps where texts look alike.
import { type FileHandle, open } from 'node:fs/promises';
import { AppError } from '../../lib/errors.ts';
import { isCompoundFile, listCompoundStreams } from './compound-file.ts';
import { decodeText } from './decode-text.ts';
import { type TextKind, textKindOf } from './text-kind.ts';
import { findZipDirectory, readZipDirectory, ZIP_TAIL_BYTES } from './zip-directory.ts';

export interface DetectedType {
  contentType: string;
  /** Without the dot. */
  extension: string;
}

const OFFICE = 'application/vnd.openxmlformats-officedocument';
const TYPES = {
  pdf: 'application/pdf',
  docx: `${OFFICE}.wordprocessingml.document`,
  pptx: `${OFFICE}.presentationml.presentation`,
  xlsx: `${OFFICE}.spreadsheetml.sheet`,
  odt: 'application/vnd.oasis.opendocument.text',
  ods: 'application/vnd.oasis.opendocument.spreadsheet',
  csv: 'text/csv',
  tsv: 'text/tab-separated-values',
  md: 'text/markdown',
  html: 'text/html',
  txt: 'text/plain',
  png: 'image/png',
  jpg: 'image/jpeg',
} as const;
type Extension = keyof typeof TYPES;

export const READABLE_TYPES: readonly DetectedType[] = Object.entries(TYPES).map(([extension, contentType]) => ({
  contentType,
  extension,
}));

const SAMPLE_BYTES = 64 * 1024;
const DIRECTORY_BYTES = 1024 * 1024;
const DIRECTORY_ENTRIES = 10_000;

/**
 * Looks at a few places of the file, never at all of it, and unpacks nothing.
 * @param name tells CSV, Markdown and plain text apart when their content does not
 * @returns undefined for what is none of READABLE_TYPES
 * @throws AppError `file_encrypted`, `file_empty`, or `file_type_refused` with a better sentence where there is one
 */
export async function detectType(path: string, name: string): Promise<DetectedType | undefined> {
  await using file = await open(path);
  const { size } = await file.stat();
  const read = (at: number, bytes: number): Promise<Uint8Array> => readAt(file, at, bytes);
  const head = await read(0, SAMPLE_BYTES);
  if (head.length === 0) throw new AppError('invalid', 'The file is empty.', { reason: 'file_empty' });
  const found = detectMagic(head) ?? (await detectContainer(head, size, read)) ?? detectText(head, size, name);
  return found && { contentType: TYPES[found], extension: found };
}

async function readAt(file: FileHandle, at: number, bytes: number): Promise<Uint8Array> {
  const buffer = new Uint8Array(bytes);
  const { bytesRead } = await file.read(buffer, 0, bytes, Math.max(0, at));
  return buffer.subarray(0, bytesRead);
}

function detectMagic(head: Uint8Array): Extension | undefined {
  const text = ascii(head, 0, 1024);
  if (text.includes('%PDF-')) return 'pdf';
  if (text.startsWith('\x89PNG\r\n\x1a\n')) return 'png';
  if (text.startsWith('\xff\xd8\xff')) return 'jpg';
  if (text.startsWith('{\\rtf')) throw refused('Rich text (RTF) cannot be read; save it as DOCX or PDF.');
  if (text.startsWith('%!PS')) throw refused('PostScript cannot be read; save it as PDF.');
  return undefined;
}

async function detectContainer(
  head: Uint8Array,
  size: number,
  read: (at: number, bytes: number) => Promise<Uint8Array>,
): Promise<Extension | undefined> {
  if (isCompoundFile(head)) throw compoundProblem(await listCompoundStreams(read));
  if (!/^PK(\x03\x04|\x05\x06)/.test(ascii(head, 0, 4))) return undefined;
  const tail = await read(size - ZIP_TAIL_BYTES, Math.min(size, ZIP_TAIL_BYTES));
  const place = findZipDirectory(tail, size);
  const entries =
    place && readZipDirectory(await read(place.offset, Math.min(place.bytes, DIRECTORY_BYTES)), DIRECTORY_ENTRIES);
  if (!entries) {
    throw new AppError('invalid', 'The archive that this file is made of is cut off or damaged.', {
      reason: 'file_corrupt',
    });
  }
  return detectArchive(new Set(entries.map((entry) => entry.name)), ascii(head, 0, 200));
}

function detectArchive(names: ReadonlySet<string>, start: string): Extension {
  // OpenDocument begins with its type, not compressed.
  const openDocument = /^mimetype(application\/vnd\.oasis\.opendocument\.[a-z-]+)/.exec(start.slice(30))?.[1];
  if (openDocument?.startsWith(`${TYPES.odt}`) || openDocument?.startsWith(TYPES.ods)) {
    return openDocument.startsWith(TYPES.odt) ? 'odt' : 'ods';
  }
  if (openDocument) throw refused('This kind of OpenDocument file cannot be read; save it as PDF.');
  if (names.has('xl/workbook.bin')) throw refused('Binary workbooks (XLSB) cannot be read; save it as XLSX.');
  const isIn = (folder: string): boolean => [...names].some((name) => name.toLowerCase().startsWith(folder));
  if (names.has('[Content_Types].xml') || names.has('_rels/.rels')) {
    if (isIn('word/')) return 'docx';
    if (isIn('ppt/')) return 'pptx';
    if (isIn('xl/')) return 'xlsx';
  }
  throw refused('Archives cannot be read; unpack it and bring the documents in it.');
}

/** Streams of old Office files, and of new ones whose content is encrypted as a whole. */
function compoundProblem(streams: ReadonlySet<string>): AppError {
  if (streams.has('EncryptedPackage')) {
    const sentence = 'The document is protected with a password; save it without one.';
    return new AppError('invalid', sentence, { reason: 'file_encrypted' });
  }
  if (streams.has('WordDocument')) return refused('Old Word files (DOC) cannot be read; save it as DOCX.');
  if (streams.has('Workbook') || streams.has('Book')) {
    return refused('Old Excel files (XLS) cannot be read; save it as XLSX.');
  }
  if (streams.has('PowerPoint Document')) return refused('Old PowerPoint files (PPT) cannot be read; save it as PPTX.');
  return refused('Files of this type cannot be read.');
}

const TEXT_TYPES: Readonly<Record<TextKind, Extension>> = {
  html: 'html',
  csv: 'csv',
  tsv: 'tsv',
  md: 'md',
  txt: 'txt',
};

function detectText(head: Uint8Array, size: number, name: string): Extension | undefined {
  // A letter of several bytes at the end may be cut in two: that is no sign of another encoding.
  const isWhole = size <= head.length;
  const { text, encoding } = decodeText(isWhole ? head : withoutCutLetter(head));
  let controls = 0;
  for (let at = 0; at < text.length; at += 1) if (isControl(text.charCodeAt(at))) controls += 1;
  // Without an encoding of its own everything can be read as text.
  const most = encoding === 'windows-1252' ? 0.01 : 0.1;
  if (text === '' || controls / text.length > most || (encoding === 'windows-1252' && head.includes(0)))
    return undefined;
  const extension = /\.([a-z0-9]+)$/i.exec(name)?.[1]?.toLowerCase() ?? '';
  return TEXT_TYPES[textKindOf(text, extension, isWhole)];
}

const isControl = (unit: number): boolean =>
  (unit < 32 && unit !== 9 && unit !== 10 && unit !== 12 && unit !== 13) || unit === 0xfffd;

function withoutCutLetter(bytes: Uint8Array): Uint8Array {
  let end = bytes.length - (bytes.length % 4);
  for (let back = 1; back <= 4 && end - back >= 0; back += 1) {
    const byte = bytes[end - back]!;
    if (byte < 0x80) break;
    if (byte >= 0xc0) {
      end -= back;
      break;
    }
  }
  return bytes.subarray(0, end);
}

const ascii = (bytes: Uint8Array, from: number, to: number): string =>
  Buffer.from(bytes.subarray(from, to)).toString('latin1');

const refused = (message: string): AppError => new AppError('invalid', message, { reason: 'file_type_refused' });
