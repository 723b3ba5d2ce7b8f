// What a file is, by how it begins, until reading brings its own look at the whole content.
import { open } from 'node:fs/promises';

export interface KnownType {
  contentType: string;
  extension: string;
}

const OFFICE = 'application/vnd.openxmlformats-officedocument.';
const BEGINNINGS: [RegExp, KnownType][] = [
  [/^%PDF-/, { contentType: 'application/pdf', extension: 'pdf' }],
  [/^\x89PNG\r\n\x1a\n/, { contentType: 'image/png', extension: 'png' }],
  [/^\xff\xd8\xff/, { contentType: 'image/jpeg', extension: 'jpg' }],
  [/^PK\x03\x04[\s\S]*word\//, { contentType: `${OFFICE}wordprocessingml.document`, extension: 'docx' }],
  [/^PK\x03\x04[\s\S]*xl\//, { contentType: `${OFFICE}spreadsheetml.sheet`, extension: 'xlsx' }],
  [/^PK\x03\x04[\s\S]*ppt\//, { contentType: `${OFFICE}presentationml.presentation`, extension: 'pptx' }],
];
const TEXT: KnownType = { contentType: 'text/plain', extension: 'txt' };
const MARKDOWN: KnownType = { contentType: 'text/markdown', extension: 'md' };

export const READABLE_TYPES: readonly KnownType[] = [...BEGINNINGS.map(([, type]) => type), TEXT, MARKDOWN];

/** Absent for what cannot be read. */
export async function detectType(path: string, name: string): Promise<KnownType | undefined> {
  const handle = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(64 * 1024), 0, 64 * 1024, 0);
    const beginning = buffer.subarray(0, bytesRead).toString('latin1');
    const found = BEGINNINGS.find(([pattern]) => pattern.test(beginning))?.[1];
    if (found) return found;
    if (beginning.includes('\0') || beginning.startsWith('PK')) return undefined;
    return /\.(md|markdown)$/i.test(name) ? MARKDOWN : TEXT;
  } finally {
    await handle.close();
  }
}
