// Documents that are uploaded to the product and read by it, as a client sees that.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Document } from '../../src/protocol/document-models.ts';
import { formOf, UPLOAD_PATH } from '../../test/support/uploads.ts';

const PATIENCE_MS = 5 * 60_000;
const POLL_MS = 100;

export async function uploadDocument(
  { url, token, roomId }: { url: string; token: string; roomId: string },
  { name, content }: { name: string; content: Uint8Array<ArrayBuffer> | string },
): Promise<Document> {
  const body = formOf({ name, content, fields: { roomId } });
  const headers = { authorization: `Bearer ${token}` };
  const response = await fetch(url + UPLOAD_PATH, { method: 'POST', headers, body });
  if (response.status !== 201) throw new Error(`${response.status} ${await response.text()}`);
  return (await response.json()) as Document;
}

/** @throws when it could not be read */
export async function untilRead(by: { url: string; token: string }, id: string): Promise<Document> {
  const ended = await untilEnded(by, id);
  if (ended.status !== 'processed') throw new Error(`${ended.name}: ${ended.status} ${JSON.stringify(ended.error)}`);
  return ended;
}

/** Read, or refused. @throws when it takes too long */
export async function untilEnded({ url, token }: { url: string; token: string }, id: string): Promise<Document> {
  const until = performance.now() + PATIENCE_MS;
  for (;;) {
    const response = await fetch(`${url}/api/v1/files/${id}`, { headers: { authorization: `Bearer ${token}` } });
    const now = (await response.json()) as Document;
    if (now.status !== 'processing' && now.status !== 'uploaded') return now;
    if (performance.now() > until) throw new Error('Reading took too long.');
    await sleep(POLL_MS);
  }
}
