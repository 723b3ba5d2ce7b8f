// Puts files on the table over the real wire.
import { once } from 'node:events';
import { request } from 'node:http';
import type { Document } from '../../src/protocol/document-models.ts';
import type { Person } from './product.ts';

export interface TestFile {
  name?: string;
  content?: string | Uint8Array<ArrayBuffer>;
  fields?: Record<string, string>;
}

export const UPLOAD_PATH = '/api/v1/files/upload';
let files = 0;

/** A form as browsers send it; without `content` a text that no other file has. */
export function formOf({ name = 'catatan.txt', content, fields = {} }: TestFile = {}): FormData {
  const form = new FormData();
  for (const [field, value] of Object.entries(fields)) form.append(field, value);
  form.append('file', new Blob([content ?? `Catatan ${++files}: masa garansi tiga puluh enam bulan.`]), name);
  return form;
}

export const sendFile = (person: Pick<Person, 'url' | 'token'>, file: TestFile = {}): Promise<Response> =>
  sendForm(person, formOf(file));

export const sendForm = (
  { url, token }: Pick<Person, 'url' | 'token'>,
  body: FormData | string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
): Promise<Response> =>
  fetch(url + UPLOAD_PATH, { method: 'POST', headers: { authorization: `Bearer ${token}`, ...headers }, body });

/** Sends so many megabytes of nothing readable, piece by piece, as slowly as they are taken. @returns status and body */
export async function sendMegabytes(
  { url, token }: Pick<Person, 'url' | 'token'>,
  megabytes: number,
): Promise<{ status: number; body: string }> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'multipart/form-data; boundary=b' };
  const outgoing = request(url + UPLOAD_PATH, { method: 'POST', headers });
  const answered = new Promise<{ status: number; body: string }>((resolve, reject) => {
    outgoing.once('error', reject);
    outgoing.once('response', async (response) => {
      const body = (await response.setEncoding('utf8').toArray()).join('');
      resolve({ status: response.statusCode!, body });
    });
  });
  outgoing.write('--b\r\ncontent-disposition: form-data; name="file"; filename="besar.bin"\r\n\r\n');
  const piece = Buffer.alloc(1024 * 1024, '\x00\xff\x01');
  for (let sent = 0; sent < megabytes; sent++) {
    if (!outgoing.write(piece)) await Promise.race([once(outgoing, 'drain'), answered]);
  }
  outgoing.end('\r\n--b--\r\n');
  return answered;
}

/** @throws with the problem when it is refused */
export async function uploadFile(person: Person, file: TestFile = {}): Promise<Document> {
  const response = await sendFile(person, file);
  const body = await response.json();
  if (response.status !== 201) throw new Error(`${response.status} ${JSON.stringify(body)}`);
  return body as Document;
}
