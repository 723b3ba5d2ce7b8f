// Passages end where pages do; what they say goes on.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { documentsInOtherLanguage } from '../../src/assistant/document-languages.ts';
import { joinOverPages } from '../../src/assistant/page-joins.ts';
import type { DocumentRow } from '../../src/documents/document-store.ts';
import { putDocument } from '../support/documents.ts';
import { createWorld, inOtherTenant, type Person, type World } from '../support/world.ts';

let world: World;
let ratna: Person;
beforeAll(async () => {
  world = await createWorld();
  ratna = await world.person('Ratna');
});
afterAll(() => world.close());

const HEAD = '| No | Nama | Uraian |\n| --- | --- | --- |';
const put = (texts: string[], more: Partial<DocumentRow> = {}) => putDocument(world.app, ratna, { texts, ...more });
async function joined(texts: string[], page: number, text: string, tenantId = ratna.tenantId) {
  const { id } = await put(texts);
  const passage = { chunkId: 'c', documentId: id, documentName: 'RKS.pdf', page, heading: '', text, score: 1 };
  return (await joinOverPages(world.app, tenantId, [passage]))[0]!;
}

describe('a passage at the edge of a page', () => {
  it('is told what its first row is about, from the page before or from above on its own', async () => {
    const first = `${HEAD}\n| 1 | Switch Core | 30 port |\n| | | SSD |`;
    const second = `${HEAD}\n| | | Kapasitas 6.4 Tbps |\n| 2 | Lisensi | Perpetual |\n| | | API |`;
    expect(await joined([first, second], 2, second)).toMatchObject({ under: 'Switch Core', text: second });
    expect(await joined([first, second], 2, `${HEAD}\n| | | API |`)).toMatchObject({ under: 'Lisensi' });
    expect((await joined([first, second], 1, first)).under).toBeUndefined();
  });

  it('gets the end of the cell or sentence that the page broke, and nothing that begins anew', async () => {
    const row = `${HEAD}\n| 1 | Switch | Storage minimal SSD |`;
    const cell = `${HEAD}\n| | | 64 GB |\n| | | Dapat rollback |`;
    expect((await joined([row, cell], 1, row)).text).toBe(`${row}\n| | | 64 GB |`);
    expect((await joined([row, `${HEAD}\n| | | Dapat rollback |`], 1, row)).text).toBe(row);
    const sentence = 'Denda dihitung sebesar satu permil';
    expect((await joined([sentence, 'per hari kalender. Lalu lain.'], 1, sentence)).text).toBe(
      'Denda dihitung sebesar satu permil per hari kalender.',
    );
    expect((await joined([`${sentence}.`, 'per hari.'], 1, `${sentence}.`)).text).toBe(`${sentence}.`);
    expect((await joined([sentence, 'Bab baru.'], 1, sentence)).text).toBe(sentence);
  });

  it('takes nothing from the pages of another tenant', async () => {
    const passage = await joined(
      ['Denda satu permil', 'per hari.'],
      1,
      'Denda satu permil',
      inOtherTenant(ratna).tenantId,
    );
    expect(passage.text).toBe('Denda satu permil');
  });
});

describe('the language of documents', () => {
  it('is that of their first pages; numbers and names are in none, and a new reading is looked at anew', async () => {
    const english = await put(['The vendor must deliver all of the devices within 30 days of the award.']);
    const indonesian = await put(['Penyedia harus mengirim semua perangkat dalam 30 hari sejak ditetapkan.']);
    const numbers = await put(['RFP-2026 12.000 48 96']);
    const all = [english, indonesian, numbers];
    const others = async (rows: DocumentRow[], language: 'id' | 'en') =>
      (await documentsInOtherLanguage(world.app, rows, language)).map(({ id }) => id);
    expect(await others(all, 'id')).toEqual([english.id]);
    expect(await others(all, 'en')).toEqual([indonesian.id]);
    expect(await others([{ ...english, status: 'processing' }], 'id')).toEqual([]);
  });
});
