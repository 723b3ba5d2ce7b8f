// The small tender paper on the table of a room, uploaded and read as people's papers are.
import { putPages } from '../../src/documents/document-store.ts';
import type { Document } from '../../src/protocol/document-models.ts';
import { eventually, type Person, type TestProduct } from './product.ts';
import { tenderPaper } from './tender-paper.ts';
import { uploadFile } from './uploads.ts';

interface ReadPaper {
  name?: string;
  /** Its second page becomes a picture that nobody could recognise. */
  hasPicture?: boolean;
}

export async function putReadPaper(
  product: TestProduct,
  by: Person,
  room: { id: string },
  { name = 'Addendum 02.pdf', hasPicture = false }: ReadPaper = {},
): Promise<Document> {
  const { id } = await uploadFile(by, { name, content: tenderPaper(), fields: { kind: 'tor', roomId: room.id } });
  const look = () => by.call<Document>('GET', `/api/v1/files/${id}`);
  await eventually(async () => (await look()).status === 'processed', 'the paper to be read');
  if (hasPicture) await makePicture(product, by, id);
  return look();
}

async function makePicture({ app: { db } }: TestProduct, { user }: Person, documentId: string): Promise<void> {
  await putPages(db, user.tenantId, documentId, [{ number: 2, blocks: [], text: '', source: 'none' }]);
  const warnings = JSON.stringify([{ page: 2, code: 'needs_ocr', message: 'This page is a picture.' }]);
  await db.updateTable('documents').set({ warnings }).where('id', '=', documentId).execute();
}
