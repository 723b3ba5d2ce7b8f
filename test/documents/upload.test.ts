// Uploads over the real wire: what is taken, what is refused and leaves nothing, and that nobody's memory grows.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Document } from '../../src/protocol/document-models.ts';
import type { Problem } from '../../src/protocol/errors.ts';
import type { Room } from '../../src/protocol/models.ts';
import {
  addMember,
  createRoom,
  eventually,
  type Person,
  signUp,
  startProduct,
  stopProducts,
  type TestProduct,
} from '../support/product.ts';
import { formOf, sendFile, sendForm, type TestFile, UPLOAD_PATH, uploadFile } from '../support/uploads.ts';

const LIMIT = 300_000;
let product: TestProduct;
let lead: Person;
let viewer: Person;
let stranger: Person;
let room: Room;

beforeAll(async () => {
  product = await startProduct({ limits: { uploadBytes: LIMIT, uploadsAtOnce: 3 } });
  [lead, viewer, stranger] = [await signUp(product), await signUp(product), await signUp(product)];
  room = await createRoom(lead);
  await addMember(lead, room, viewer, 'viewer');
});
afterAll(stopProducts);

const folder = () => join(product.config.dataDir, 'files');
/** Everything that lies there, but no folders. */
const filesThere = (): string[] =>
  readdirSync(folder(), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
const rowsThere = () => product.app.db.selectFrom('documents').selectAll().execute();
const listAll = async (person = lead) => (await person.call<{ items: Document[] }>('GET', '/api/v1/files')).items;

/** The refusal; files and rows are as they were. */
async function refusal(send: () => Promise<Response>): Promise<Problem> {
  const before = [filesThere(), (await rowsThere()).length];
  const response = await send();
  const problem = (await response.json()) as Problem;
  expect(response.status, JSON.stringify(problem)).toBeGreaterThanOrEqual(400);
  expect(problem.status).toBe(response.status);
  await eventually(async () => (await rowsThere()).length === before[1], 'the end of what was begun');
  expect(filesThere()).toEqual(before[0]);
  return problem;
}
const refusedFile = (file: TestFile, person = lead) => refusal(() => sendFile(person, file));
const inRoom = () => ({ roomId: room.id });

describe('who may not', () => {
  it('is a stranger to the room: for them it does not exist', async () => {
    expect(await refusedFile({ fields: inRoom() }, stranger)).toMatchObject({ code: 'not_found' });
    expect(await refusedFile({ fields: { roomId: 'nowhere' } })).toMatchObject({ code: 'not_found' });
  });

  it('is a viewer of the room', async () => {
    expect(await refusedFile({ fields: inRoom() }, viewer)).toMatchObject({ code: 'forbidden' });
  });

  it('is refused also when the room stands behind the file', async () => {
    const form = formOf();
    form.append('roomId', room.id);
    expect(await refusal(() => sendForm(viewer, form))).toMatchObject({ code: 'forbidden' });
  });

  it('is everybody in an archived room', async () => {
    const archived = await createRoom(lead);
    await lead.call('PATCH', `/api/v1/rooms/${archived.id}`, { archived: true });
    expect(await refusedFile({ fields: { roomId: archived.id } })).toMatchObject({
      code: 'conflict',
      details: { reason: 'room_archived' },
    });
  });

  it('is told so without sending megabytes first, when the room stands before the file', async () => {
    const form = formOf({ content: new Uint8Array(LIMIT), fields: inRoom() });
    expect((await sendForm(stranger, form)).status).toBe(404);
  });
});

describe('a form that never comes to its point', () => {
  const junk = 'j'.repeat(LIMIT + 1024 * 1024 + 1);
  const whole = '--b\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nisi\r\n--b--\r\n';

  it.each([
    ['before the file', junk + whole],
    ['after the file', whole + junk],
  ])('is refused when it is too long %s', async (_, form) => {
    // In pieces, so that no length is told beforehand.
    const body = new Blob([form]).stream();
    const headers = { authorization: `Bearer ${lead.token}`, 'content-type': 'multipart/form-data; boundary=b' };
    const sent = { method: 'POST', headers, body, duplex: 'half' } as RequestInit;
    const problem = await refusal(() => fetch(product.url + UPLOAD_PATH, sent));
    expect(problem).toMatchObject({ code: 'too_large', details: { reason: 'file_too_large' } });
  });
});

describe('a right that ends while the file is on its way', () => {
  /** Begins an upload into the room, does something, and sends the rest. @returns the status */
  async function uploadDuring(person: Person, roomId: string, meanwhile: () => Promise<unknown>): Promise<number> {
    const headers = {
      authorization: `Bearer ${person.token}`,
      'content-type': 'multipart/form-data; boundary=b',
    };
    const outgoing = request(product.url + UPLOAD_PATH, { method: 'POST', headers });
    const answered = new Promise<number>((resolve) =>
      outgoing.once('response', (response) => resolve(response.resume().statusCode!)),
    );
    const field = `--b\r\nContent-Disposition: form-data; name="roomId"\r\n\r\n${roomId}\r\n`;
    outgoing.write(`${field}--b\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nisi ${roomId}`);
    await eventually(() => readdirSync(join(folder(), '.incoming')).length === 1, 'the file arriving');
    await meanwhile();
    outgoing.end('\r\n--b--\r\n');
    return answered;
  }

  it.each([
    [
      'by removal',
      (other: Room, person: Person) => lead.call('DELETE', `/api/v1/rooms/${other.id}/members/${person.user.id}`),
      404,
    ],
    [
      'by another role',
      (other: Room, person: Person) =>
        lead.call('PATCH', `/api/v1/rooms/${other.id}/members/${person.user.id}`, { role: 'viewer' }),
      403,
    ],
    ['by the end of the room', (other: Room) => lead.call('DELETE', `/api/v1/rooms/${other.id}`), 404],
    ['by its archive', (other: Room) => lead.call('PATCH', `/api/v1/rooms/${other.id}`, { archived: true }), 409],
  ] as const)('%s is gone, and so is the file', async (_, end, status) => {
    const other = await createRoom(lead);
    const person = await signUp(product);
    await addMember(lead, other, person);
    const before = [filesThere(), (await rowsThere()).length];
    expect(await uploadDuring(person, other.id, () => end(other, person))).toBe(status);
    await eventually(async () => (await rowsThere()).length === before[1], 'no row of it');
    expect(filesThere()).toEqual(before[0]);
  });
});

describe('a file', () => {
  it('is kept byte for byte and found by those who may see it', async () => {
    const content = 'TOR pengadaan switch\n'.repeat(10_000);
    const fields = { kind: 'tor', customer: 'Bank Sumber', project: 'Switch', year: '2026', category: 'jaringan' };
    const document = await uploadFile(lead, { content, name: 'TOR switch.txt', fields: { ...fields, ...inRoom() } });
    expect(document).toMatchObject({
      name: 'TOR switch.txt',
      ...fields,
      year: 2026,
      roomId: room.id,
      bytes: content.length,
      contentType: 'text/plain',
      uploadedBy: { id: lead.user.id, name: lead.user.fullName },
    });
    expect((await listAll(viewer)).map(({ id }) => id)).toContain(document.id);
    expect((await listAll(stranger)).map(({ id }) => id)).not.toContain(document.id);
    const kept = filesThere().find((file) => file.endsWith(document.id))!;
    expect(readFileSync(kept, 'utf8')).toBe(content);
    expect(statSync(kept).mode & 0o777).toBe(0o600);
    expect(statSync(folder()).mode & 0o777).toBe(0o700);
    const [row] = (await rowsThere()).filter(({ id }) => id === document.id);
    expect(row!.sha256).toBe(createHash('sha256').update(content).digest('hex'));
  });

  it('without a room lies in the library of the tenant, where everybody finds it', async () => {
    const document = await uploadFile(stranger);
    expect(document.roomId).toBeUndefined();
    expect((await listAll(lead)).map(({ id }) => id)).toContain(document.id);
  });

  it('may have its details before it or behind it', async () => {
    const form = formOf({ fields: { kind: 'product' } });
    form.append('roomId', room.id);
    form.append('product', 'Switch inti');
    const response = await sendForm(lead, form);
    expect(await response.json()).toMatchObject({ kind: 'product', roomId: room.id, product: 'Switch inti' });
  });

  it('has details that were left empty left out', async () => {
    const document = await uploadFile(lead, { fields: { kind: 'general', customer: '', year: '', roomId: '' } });
    expect(document).not.toHaveProperty('customer');
    expect(document).not.toHaveProperty('year');
  });

  it('of exactly the greatest size is taken, one byte more is not', async () => {
    const content = new Uint8Array(LIMIT).fill(0x61);
    expect((await uploadFile(lead, { content })).bytes).toBe(LIMIT);
    const more = new Uint8Array(LIMIT + 1).fill(0x61);
    expect(await refusedFile({ content: more })).toMatchObject({
      code: 'too_large',
      details: { reason: 'file_too_large', maxBytes: LIMIT },
    });
  });

  it('is told to those who look at its room, and one of the library to everybody of the tenant', async () => {
    const [inside, outside] = await Promise.all([viewer.connect(), stranger.connect()]);
    await inside.ask('room:join', { roomId: room.id });
    const document = await uploadFile(lead, { fields: inRoom() });
    const shared = await uploadFile(lead);
    const isOf = (id: string) => (payload: { document: { id: string } }) => payload.document.id === id;
    expect(await inside.until('document:changed', isOf(document.id))).toEqual({ roomId: room.id, document });
    expect(await outside.until('document:changed', isOf(shared.id))).toMatchObject({ document: { id: shared.id } });
    const heard = outside.facts.filter(({ name }) => name === 'document:changed');
    expect(JSON.stringify(heard)).not.toContain(document.id);
    inside.close();
    outside.close();
  });
});

describe('the same file again', () => {
  it('in the same place is answered with the one that lies there, and not kept twice', async () => {
    const file = { content: 'sama persis', name: 'asli.txt', fields: inRoom() };
    const first = await uploadFile(lead, file);
    const before = filesThere();
    const again = await uploadFile(lead, { ...file, name: 'salinan.txt' });
    expect(again).toEqual({ ...first, duplicateOf: { id: first.id, name: 'asli.txt' } });
    expect(filesThere()).toEqual(before);
  });

  it('in another place is a document of its own that names the first, for those who may see both', async () => {
    const content = 'sama di dua tempat';
    const first = await uploadFile(lead, { content, name: 'di-ruang.txt', fields: inRoom() });
    const copy = await uploadFile(lead, { content, name: 'di-pustaka.txt' });
    expect(copy.id).not.toBe(first.id);
    expect(copy.duplicateOf).toEqual({ id: first.id, name: 'di-ruang.txt' });
    const seenBy = (person: Person) => person.call<Document>('GET', `/api/v1/files/${copy.id}`);
    expect((await seenBy(viewer)).duplicateOf).toEqual({ id: first.id, name: 'di-ruang.txt' });
    expect(await seenBy(stranger)).not.toHaveProperty('duplicateOf');
  });

  it('tells nothing of a place that the asker may not see', async () => {
    const content = 'rahasia di ruang lain';
    const secret = await uploadFile(lead, { content, name: 'rahasia.txt', fields: inRoom() });
    const own = await uploadFile(stranger, { content });
    expect(own.id).not.toBe(secret.id);
    expect(own).not.toHaveProperty('duplicateOf');
  });

  it('many times at once becomes one document', async () => {
    const file = { content: 'bersamaan', fields: inRoom() };
    const all = await Promise.all([uploadFile(lead, file), uploadFile(lead, file), uploadFile(lead, file)]);
    expect(new Set(all.map(({ id }) => id)).size).toBe(1);
    await eventually(async () => (await rowsThere()).every(({ status }) => status !== 'hidden'), 'the others are gone');
    expect(filesThere()).toHaveLength((await rowsThere()).length);
  });
});

describe('a form', () => {
  const boundary = 'batas';
  const raw = (body: string, type = `multipart/form-data; boundary=${boundary}`) =>
    refusal(() => sendForm(lead, body, { 'content-type': type }));
  const part = (disposition: string, content: string, type = '') =>
    `--${boundary}\r\nContent-Disposition: form-data; ${disposition}\r\n${type}\r\n${content}\r\n`;
  const filePart = part('name="file"; filename="a.txt"', 'isi');
  const end = `--${boundary}--\r\n`;

  it.each([
    ['that is none', 'a=b', 'application/x-www-form-urlencoded', 'file_missing'],
    ['of JSON', '{}', 'application/json', 'file_missing'],
    ['without a boundary', filePart + end, 'multipart/form-data', undefined],
    ['without anything', '', undefined, 'upload_cut_off'],
    ['without a file', part('name="kind"', 'tor') + end, undefined, 'file_missing'],
    ['whose file is a field', part('name="file"', 'isi') + end, undefined, 'file_missing'],
    ['with the file in another part', part('name="berkas"; filename="a.txt"', 'isi') + end, undefined, 'file_missing'],
    [
      'in which none was chosen',
      part('name="file"; filename=""', '', 'Content-Type: application/octet-stream\r\n') + end,
      undefined,
      'file_missing',
    ],
    ['with an empty file', part('name="file"; filename="kosong.txt"', '') + end, undefined, 'file_empty'],
    ['with two files', filePart + filePart + end, undefined, undefined],
    ['that ends too early', filePart, undefined, 'upload_cut_off'],
    ['that ends within the file', filePart.slice(0, -4), undefined, 'upload_cut_off'],
    ['with a broken head', `--${boundary}\r\nContent-Disposition form-data\r\n\r\nisi\r\n${end}`, undefined, undefined],
    [
      'with a field that is too long',
      part('name="customer"', 'x'.repeat(20_000)) + filePart + end,
      undefined,
      undefined,
    ],
    ['with too many fields', part('name="a"', 'b').repeat(60) + filePart + end, undefined, undefined],
    ['of a kind that there is not', part('name="kind"', 'rahasia') + filePart + end, undefined, undefined],
    ['of a year that cannot be', part('name="year"', 'kemarin') + filePart + end, undefined, undefined],
    ['of a program', part('name="file"; filename="a.txt"', '\x7fELF\0\0\0') + end, undefined, 'file_type_refused'],
  ])('%s is refused in words', async (_, body, type, reason) => {
    const problem = await raw(body, type);
    expect(problem).toMatchObject({ status: 400, code: 'invalid', message: expect.stringMatching(/\w{3}/) });
    expect(problem.details?.reason).toBe(reason);
  });

  it('names the kinds that are taken when it refuses one', async () => {
    const problem = await refusedFile({
      name: 'a.zip',
      content: new Uint8Array([0x50, 0x4b, 5, 6, ...Array(18).fill(0)]),
    });
    expect(problem.details).toMatchObject({ reason: 'file_type_refused', accepted: expect.arrayContaining(['pdf']) });
  });

  it('whose sender goes away in the middle leaves nothing, and the next one works', async () => {
    const before = filesThere();
    const head = `POST ${UPLOAD_PATH} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${lead.token}\r\n`;
    const socket = connect(Number(new URL(product.url).port), '127.0.0.1');
    socket.write(`${head}content-type: multipart/form-data; boundary=${boundary}\r\ncontent-length: 100000\r\n\r\n`);
    socket.write(filePart.slice(0, -2) + 'x'.repeat(50_000));
    await eventually(() => readdirSync(join(folder(), '.incoming')).length > 0, 'the file arriving');
    socket.destroy();
    await eventually(() => readdirSync(join(folder(), '.incoming')).length === 0, 'nothing is left');
    expect(filesThere()).toEqual(before);
    await uploadFile(lead);
  });

  it('that says beforehand how much too large it is is refused at once', async () => {
    const headers = {
      authorization: `Bearer ${lead.token}`,
      'content-type': `multipart/form-data; boundary=${boundary}`,
    };
    const outgoing = request(product.url + UPLOAD_PATH, {
      method: 'POST',
      headers: { ...headers, 'content-length': LIMIT * 100 },
    });
    outgoing.on('error', () => undefined);
    outgoing.write(filePart);
    outgoing.destroy();
    const small = request(product.url + UPLOAD_PATH, { method: 'POST', headers });
    small.end(filePart + end);
    expect(await new Promise((resolve) => small.on('response', ({ statusCode }) => resolve(statusCode)))).toBe(201);
  });
});

describe('a name', () => {
  it.each([
    ['../../etc/passwd', 'passwd'],
    ['..\\..\\WINDOWS\\win.ini', 'win.ini'],
    ['/etc/passwd', 'passwd'],
    ['C:\\tender\\RKS.txt', 'RKS.txt'],
    ['..', 'document.txt'],
    ['.htaccess', 'htaccess'],
    ['nul.txt', '_nul.txt'],
    ['RKS\u202etxt.exe', 'RKStxt.exe'],
    ['ＲＫＳ\u200b.txt', 'ＲＫＳ.txt'],
    ['e\u0301tude.txt', 'étude.txt'],
    ['<script>alert(1)</script>.txt', 'script.txt'],
    ['penawaran harga (final) — revisi 2.txt', 'penawaran harga (final) — revisi 2.txt'],
    ['  spasi  .txt', 'spasi .txt'],
  ])('%j becomes %j', async (given, shown) => {
    expect((await uploadFile(lead, { name: given })).name).toBe(shown);
  });

  it('that is very long keeps its beginning and its extension', async () => {
    const { name } = await uploadFile(lead, { name: `${'panjang '.repeat(100)}.txt` });
    expect(name).toMatch(/^panjang .*\.txt$/);
    expect(name.length).toBeLessThanOrEqual(200);
  });

  it('never reaches the disk', async () => {
    for (const file of filesThere()) expect(file.slice(folder().length)).toMatch(/^\/[a-z0-9/-]+$/);
    expect(existsSync(join(folder(), '..', 'passwd'))).toBe(false);
  });
});

describe('many at once', () => {
  it('are taken up to a bound for each person, and others are not held up', async () => {
    const slow = await Promise.all(
      [1, 2, 3].map(async () => {
        const outgoing = request(product.url + UPLOAD_PATH, {
          method: 'POST',
          headers: { authorization: `Bearer ${lead.token}`, 'content-type': 'multipart/form-data; boundary=b' },
        });
        outgoing.write('--b\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nisi');
        return outgoing;
      }),
    );
    await eventually(() => readdirSync(join(folder(), '.incoming')).length === 3, 'three on their way');
    expect(await refusal(() => sendFile(lead))).toMatchObject({
      status: 429,
      code: 'busy',
      details: { reason: 'too_many_files', maximum: 3 },
    });
    // One that never comes to its file takes a place as well.
    const fileless = new FormData();
    fileless.append('customer', 'PT Nusantara');
    expect(await refusal(() => sendForm(lead, fileless))).toMatchObject({ details: { reason: 'too_many_files' } });
    await uploadFile(stranger);
    const answered = slow.map((outgoing) => new Promise((resolve) => outgoing.on('response', resolve)));
    for (const outgoing of slow) outgoing.end('\r\n--b--\r\n');
    await Promise.all(answered);
    await uploadFile(lead);
  });
});

describe('nothing of all this', () => {
  it('was a fault of ours', () => {
    const logs = join(product.config.dataDir, 'logs');
    const log = readdirSync(logs).map((file) => readFileSync(join(logs, file), 'utf8'));
    expect(
      log
        .join('')
        .split('\n')
        .filter((line) => /\berror\b|A request failed/i.test(line)),
    ).toEqual([]);
  });
});

describe('a disk', () => {
  it('that is nearly full takes no file, and everything else goes on', async () => {
    const full = await startProduct({ limits: { diskFreeBytes: 2 ** 60 } });
    const person = await signUp(full);
    const response = await sendFile(person);
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ code: 'unavailable', details: { reason: 'storage_full' } });
    await createRoom(person);
    expect((await sendFile(person)).status).toBe(503);
  });
});
