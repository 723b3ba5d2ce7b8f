// Puts files on the table over the real wire.
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

/** @throws with the problem when it is refused */
export async function uploadFile(person: Person, file: TestFile = {}): Promise<Document> {
  const response = await sendFile(person, file);
  const body = await response.json();
  if (response.status !== 201) throw new Error(`${response.status} ${JSON.stringify(body)}`);
  return body as Document;
}
