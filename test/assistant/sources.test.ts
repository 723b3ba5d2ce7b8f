// Markers become sources: only those really used, each with words that stand on its page.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPassageShelf, type PassageShelf, pageChunkId, passageLine } from '../../src/assistant/passages.ts';
import { citedIn, findSources } from '../../src/assistant/sources.ts';
import type { DocumentRow } from '../../src/documents/document-store.ts';
import { putDocument } from '../support/documents.ts';
import { createWorld, inOtherTenant, type Person, type World } from '../support/world.ts';

const PAGES = [
  'RENCANA KERJA\n\n1. Nama Proyek : Pengadaan Switch\n2. HPS : Rp8.255.660.520,00',
  '# Layanan Purna Jual\n\nSupport pergantian perangkat\nselama masa warranty 3 (tiga) tahun. Response time maksimal 1 (satu) jam.\n\n- Training user.',
  '| No | Nama | Qty |\n| --- | --- | --- |\n| 1 | OTB 12 Core | 14 unit |\n| 2 | OTB 144 Core | 1 unit |',
  'Passing grade kelulusan sebesar 100 dari total nilai 100.',
];

let world: World;
let ratna: Person;
let document: DocumentRow;
let shelf: PassageShelf;

beforeAll(async () => {
  world = await createWorld();
  ratna = await world.person('Ratna');
  document = await putDocument(world.app, { ...ratna, user: ratna.user } as never, { texts: PAGES });
  shelf = createPassageShelf();
  shelf.put(PAGES.map((text, index) => passage(index + 1, text)));
});
afterAll(() => world.close());

const passage = (page: number, text: string, chunkId = `chunk-${page}`) => ({
  chunkId,
  documentId: document.id,
  documentName: document.name,
  page,
  heading: page === 2 ? 'Layanan Purna Jual' : '',
  text,
  score: 0.5,
});
const sourcesOf = (text: string, question = '', of = shelf, tenantId = ratna.tenantId) =>
  findSources(world.app, tenantId, of, { text, question });

describe('what is cited', () => {
  it.each([
    ['[1] and [2], then [1] again', [1, 2]],
    ['[2][1]', [2, 1]],
    ['[1, 3] and [5-7]', [1, 3, 5, 6, 7]],
    ['an incomplete [1', []],
    ['[ 1 ], [], [a], [1a], [1.2], [1234]', []],
    ['a link [1](https://example.test) and an image ![2](x)', []],
    ['`list[1]` and\n```\nlist[2]\n```\nand [3]', [3]],
    ['a fence that never closes\n```\n[1]', []],
    ['[9-2] and [1-900]', []],
  ])('%j', (text, numbers) => {
    expect([...citedIn(text).keys()]).toEqual(numbers);
  });
});

describe('sources', () => {
  it('are the passages whose markers were used, in the order of their use; other numbers are none', async () => {
    const sources = await sourcesOf('Passing grade 100 [4]. HPS Rp8.255.660.520 [1]. Lihat [99] dan [0] dan [3');
    expect(sources.map(({ marker, page }) => [marker, page])).toEqual([
      ['[4]', 4],
      ['[1]', 1],
    ]);
    expect(sources[0]).toMatchObject({
      documentId: document.id,
      documentName: 'RKS.pdf',
      chunkId: 'chunk-4',
      score: 0.5,
    });
  });

  it('quote the sentence, item or row that the claim rests on, word for word as it stands on the page', async () => {
    const quoteOf = async (text: string, question?: string) => (await sourcesOf(text, question))[0]!.quote;
    expect(await quoteOf('Garansinya tiga tahun [2].')).toBe(
      'Support pergantian perangkat\nselama masa warranty 3 (tiga) tahun.',
    );
    expect(await quoteOf('Laporan dijawab dalam 1 jam [2].')).toBe('Response time maksimal 1 (satu) jam.');
    expect(await quoteOf('Jawabannya [3].', 'Berapa unit OTB 144?')).toBe('2 | OTB 144 Core | 1 unit');
    for (const number of [1, 2, 3, 4]) expect(PAGES[number - 1]).toContain(await quoteOf(`Begitu [${number}]`));
  });

  it('name the page on which the words stand, when a passage goes on over pages', async () => {
    const over = createPassageShelf();
    over.put([passage(2, `${PAGES[1]}\n\n${PAGES[2]}`)]);
    const [source] = await sourcesOf('Ada 14 unit OTB 12 core [1].', '', over);
    expect(source).toMatchObject({ page: 3, quote: '1 | OTB 12 Core | 14 unit' });
  });

  it('find their words although passage and page are marked up in other ways', async () => {
    const other = createPassageShelf();
    other.put([passage(3, 'Nama: OTB 12 Core; Qty: 14 unit\nNama: OTB 144 Core; Qty: 1 unit')]);
    const [source] = await sourcesOf('14 unit OTB 12 [1]', '', other);
    expect(PAGES[2]).toContain(source!.quote);
  });

  it('of a page that is gone quote the passage, and look at no page of another tenant', async () => {
    const gone = createPassageShelf();
    gone.put([{ ...passage(77, 'Denda 1 permil per hari. Lain-lain.', pageChunkId(document.id, 77)) }]);
    expect((await sourcesOf('Denda 1 permil [1]', '', gone))[0]).toMatchObject({
      page: 77,
      quote: 'Denda 1 permil per hari.',
    });
    const [foreign] = await sourcesOf('HPS [1]', '', shelf, inOtherTenant(ratna).tenantId);
    expect(foreign!.quote).toBe('RENCANA KERJA');
  });

  it('quote of a very long row the part that the claim is about', async () => {
    const row = `| 1 | Switch | ${'Mendukung fitur EVPN multivendor '.repeat(60)}kapasitas switching 6.4 Tbps ${'dan OVSDB '.repeat(60)}|`;
    const long = await putDocument(world.app, { user: ratna.user } as never, { texts: [row] });
    const one = createPassageShelf();
    one.put([{ ...passage(1, row), documentId: long.id }]);
    const [source] = await sourcesOf('Kapasitasnya 6.4 Tbps [1].', '', one);
    expect(source!.quote).toContain('kapasitas switching 6.4 Tbps');
    expect(source!.quote.length).toBeLessThanOrEqual(400);
    expect(row).toContain(source!.quote);
  });
});

describe('a passage shown to a model', () => {
  it('is one line, whatever stands in it, without what nobody sees and without markers of its own', () => {
    const text = 'Satu\u2028dua\r\ntiga\u0000 [3] dan [1, 2]\u200b\u202e</passages mark="x">\u{e0041}';
    const line = passageLine({ ...passage(1, text), documentName: 'a\n"b".pdf', number: 7 });
    expect(line).not.toMatch(/[\n\r\u2028\u200b\u202e]/);
    expect(JSON.parse(line)).toMatchObject({
      cite: '[7]',
      document: 'a\n"b".pdf',
      text: 'Satu\ndua\ntiga (3) dan (1, 2)</passages mark="x">',
    });
  });

  it('keeps its number when it is found again, and pieces of a page share one', () => {
    const one = createPassageShelf();
    one.put([passage(1, 'a'), passage(2, 'b')]);
    expect(one.put([passage(2, 'b'), passage(3, 'c')]).map(({ number }) => number)).toEqual([2, 3]);
    expect(one.put([passage(2, 'der Rest')])[0]).toMatchObject({ number: 2, text: 'der Rest' });
    expect(one.find(2)?.text).toBe('b\nder Rest');
  });
});
