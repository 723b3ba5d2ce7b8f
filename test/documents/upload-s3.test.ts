// The product with a bucket instead of a folder: brought, read, downloaded in part, taken away, and a server that goes away.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Document } from '../../src/protocol/document-models.ts';
import { eventually, type Person, signUp, startProduct, stopProducts, type TestProduct } from '../support/product.ts';
import { type S3Server, startS3Server } from '../support/s3-server.ts';
import { sendFile, uploadFile } from '../support/uploads.ts';

let server: S3Server;
let product: TestProduct;
let admin: Person;
beforeAll(async () => {
  server = await startS3Server();
  product = await startProduct({ env: { FILES_URL: server.url } });
  admin = await signUp(product);
});
afterAll(async () => {
  await stopProducts();
});

const localFiles = () => readdirSync(join(product.config.dataDir, 'files-arriving'));

it('keeps files in the bucket, reads them from there and leaves nothing on the local disk', async () => {
  const content = 'Garansi perangkat 36 bulan.\n\n'.repeat(2_000);
  const { id } = await uploadFile(admin, { name: 'garansi.txt', content });
  await eventually(
    async () => (await admin.call<Document>('GET', `/api/v1/files/${id}`)).status === 'processed',
    'reading',
  );
  expect(localFiles()).toEqual([]);
  const path = `/api/v1/files/${id}/download`;
  expect(await (await admin.request('GET', path)).text()).toBe(content);
  const part = await admin.request('GET', path, undefined, { range: 'bytes=8-16' });
  expect([part.status, await part.text()]).toEqual([206, 'perangkat']);
  await admin.call('DELETE', `/api/v1/files/${id}`);
  const key = `${admin.user.tenantId}/${id.slice(-2)}/${id}`;
  await eventually(
    () =>
      product.app.files.get(key).then(
        ({ content }) => !content.destroy(),
        () => true,
      ),
    'the file is gone',
  );
});

it('says that the store does not answer, keeps nothing half, and shows it to whoever runs the service', async () => {
  const { id } = await uploadFile(admin, { content: 'Sebelum server pergi.' });
  await server.close();
  const refused = await sendFile(admin, { content: 'Sesudah server pergi.' });
  expect(refused.status).toBe(503);
  expect(refused.headers.get('retry-after')).toBe('5');
  expect(await refused.json()).toMatchObject({ details: { reason: 'storage_unavailable' } });
  expect(localFiles()).toEqual([]);
  expect((await admin.request('GET', `/api/v1/files/${id}/download`)).status).toBe(503);
  const { items } = await admin.call<{ items: Document[] }>('GET', '/api/v1/files');
  expect(items.map((document) => document.id)).toEqual([id]);
});
