// What comes back is what was brought, in whole or in part, and nothing of it ever runs in our origin.
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Document } from '../../src/protocol/document-models.ts';
import { type Person, signUp, startProduct, stopProducts, type TestProduct } from '../support/product.ts';
import { createScriptedReader } from '../support/scripted-reader.ts';
import { uploadFile } from '../support/uploads.ts';

const PNG = Uint8Array.from(
  Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
    'base64',
  ),
);
const HTML = '<!doctype html><html><body><script>alert(document.cookie)</script><p>Halo</p></body></html>';
const TEXT = 'abcdefghijklmnopqrstuvwxyz';

let product: TestProduct;
let person: Person;
const documents: Record<'text' | 'html' | 'png', Document> = {} as never;

beforeAll(async () => {
  product = await startProduct({ reader: createScriptedReader() });
  person = await signUp(product);
  documents.text = await uploadFile(person, { content: TEXT, name: 'RKS “inti” — «naïve» 表.txt' });
  documents.html = await uploadFile(person, { content: HTML, name: 'halaman.html' });
  documents.png = await uploadFile(person, { content: PNG, name: 'gambar.png' });
});
afterAll(stopProducts);

const download = ({ id }: Document, headers: Record<string, string> = {}, query = '', method = 'GET') =>
  person.request(method, `/api/v1/files/${id}/download${query}`, undefined, headers);

describe('a download', () => {
  it('is the file byte for byte, as an attachment that nothing runs in', async () => {
    const response = await download(documents.html);
    expect(await response.text()).toBe(HTML);
    expect(documents.html.contentType).toBe('text/html');
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'application/octet-stream',
      'content-disposition': `attachment; filename="halaman.html"; filename*=UTF-8''halaman.html`,
      'content-security-policy': "default-src 'none'; sandbox",
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'cross-origin-resource-policy': 'same-origin',
      'cache-control': 'private, no-cache',
      'content-length': String(HTML.length),
      'accept-ranges': 'bytes',
    });
  });

  it('carries its name in every script, and one for old clients', async () => {
    const disposition = (await download(documents.text)).headers.get('content-disposition')!;
    expect(disposition).toMatch(/^attachment; filename="[\x20-\x7e]+\.txt"; filename\*=UTF-8''[\w%.!~-]+$/);
    expect(decodeURIComponent(/UTF-8''(.+)$/.exec(disposition)![1]!)).toBe(documents.text.name);
  });

  it('is shown in place only when it is asked for and only when it is a picture or a PDF', async () => {
    const dispositions = await Promise.all(
      [documents.png, documents.html, documents.text].map(async (document) => {
        const response = await download(document, {}, '?inline=true');
        expect(response.headers.get('content-security-policy')).toBe("default-src 'none'; sandbox");
        return response.headers.get('content-disposition')!.split(';')[0];
      }),
    );
    expect(dispositions).toEqual(['inline', 'attachment', 'attachment']);
    expect((await download(documents.png)).headers.get('content-disposition')).toMatch(/^attachment/);
    expect((await download(documents.png, {}, '?inline=yes')).status).toBe(400);
  });

  it.each([
    ['bytes=0-3', 'abcd', '0-3'],
    ['bytes=23-', 'xyz', '23-25'],
    ['bytes=-2', 'yz', '24-25'],
    ['bytes=20-999', 'uvwxyz', '20-25'],
    ['bytes=-999', TEXT, '0-25'],
  ])('of %s is that part', async (range, content, told) => {
    const response = await download(documents.text, { range });
    expect(response.status).toBe(206);
    expect(response.headers.get('content-range')).toBe(`bytes ${told}/26`);
    expect(response.headers.get('content-length')).toBe(String(content.length));
    expect(await response.text()).toBe(content);
  });

  it.each(['bytes=26-', 'bytes=100-200', 'bytes=-0'])('of %s, which is outside of it, is refused', async (range) => {
    const response = await download(documents.text, { range });
    expect(response.status).toBe(416);
    expect(response.headers.get('content-range')).toBe('bytes */26');
    expect(await response.text()).toBe('');
  });

  it.each(['bytes=', 'bytes=-', 'bytes=5-2', 'bytes=0-1,3-4', 'lines=0-1', 'bytes=a-b', 'bytes=0x1-2'])(
    'of %j, which says nothing, is the whole',
    async (range) => {
      const response = await download(documents.text, { range });
      expect(response.status).toBe(200);
      expect(await response.text()).toBe(TEXT);
    },
  );

  it('that the client has already is not sent again', async () => {
    const etag = (await download(documents.text)).headers.get('etag')!;
    expect(etag).toMatch(/^"[0-9a-f]{64}"$/);
    for (const known of [etag, `"other", W/${etag}`, '*']) {
      const response = await download(documents.text, { 'if-none-match': known });
      expect(response.status).toBe(304);
      expect(await response.text()).toBe('');
    }
    expect((await download(documents.text, { 'if-none-match': '"other"' })).status).toBe(200);
    expect((await download(documents.text, { range: 'bytes=0-1', 'if-range': etag })).status).toBe(206);
    expect((await download(documents.text, { range: 'bytes=0-1', 'if-range': '"other"' })).status).toBe(200);
  });

  it('asked about with HEAD sends its headers alone', async () => {
    const response = await download(documents.text, {}, '', 'HEAD');
    expect(response.status).toBe(200);
    expect(response.headers.get('content-length')).toBe('26');
    expect(await response.text()).toBe('');
  });

  it('that is broken off in the middle leaves the service as it was', async () => {
    const large = await uploadFile(person, { content: 'baris yang panjang sekali\n'.repeat(400_000) });
    for (let times = 0; times < 3; times++) {
      await new Promise<void>((resolve) => {
        const url = `${product.url}/api/v1/files/${large.id}/download`;
        const outgoing = request(url, { headers: { authorization: `Bearer ${person.token}` } }, (response) => {
          response.once('data', () => response.destroy());
          response.once('close', resolve);
          response.on('error', () => undefined);
        });
        outgoing.end();
      });
    }
    expect((await (await download(large)).arrayBuffer()).byteLength).toBe(large.bytes);
  });

  it.each(['..%2f..%2f..%2fetc%2fpasswd', '%2e%2e', '..%5c..%5cwin.ini', '%00', 'a'.repeat(100)])(
    'of the id %s finds nothing',
    async (id) => {
      for (const path of ['', '/download', '/pages/1']) {
        const response = await person.request('GET', `/api/v1/files/${id}${path}`);
        expect([400, 404]).toContain(response.status);
      }
    },
  );

  it.each(['0', '-1', '1.5', 'a', '1e9', '99999999999999999999'])('of the page %j finds nothing', async (page) => {
    const response = await person.request('GET', `/api/v1/files/${documents.text.id}/pages/${page}`);
    expect([400, 404]).toContain(response.status);
  });
});
