// Files made to hurt whoever reads them, read as uploads are: none takes long, none holds much, and what is left of them is honest.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { detectType } from '../../../src/documents/parse/detect-type.ts';
import type { DocumentReader, ReadBounds, ReadEvent } from '../../../src/documents/parse/parsed.ts';
import { createDocumentReader } from '../../../src/documents/parse/read-document.ts';
import { docxOf, farCellsSheet, lyingZipBomb, nestedXmlBomb, xmlBomb, zipBomb } from '../../support/bombs.ts';
import { documentPart, makeDocx, makeXlsx, paragraph, run } from '../../support/office-files.ts';
import { noRecognizer, ROOMY_BOUNDS, silentLog, textOfPages } from '../../support/reading.ts';
import { makeZip } from '../../support/zip.ts';

const MB = 1024 * 1024;
let folder: string;
let reader: DocumentReader;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'projectwise-hostile-'));
  reader = createDocumentReader({ recognizer: noRecognizer, log: silentLog });
});
afterAll(async () => {
  await reader.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function read(
  content: string | Uint8Array,
  name: string,
  bounds: Partial<ReadBounds> = {},
): Promise<ReadEvent[]> {
  const path = join(folder, 'stored');
  writeFileSync(path, content);
  const found = await detectType(path, name);
  const wanted = { contentType: found?.contentType ?? '', path, name, fromPage: 1 };
  const events: ReadEvent[] = [];
  const all = reader.read({ ...wanted, bounds: { ...ROOMY_BOUNDS, ...bounds } }, new AbortController().signal);
  for await (const event of all) events.push(event);
  return events;
}

const refused = (reason: string) => expect.objectContaining({ details: { reason } });

describe('archives', () => {
  test('that unpack to a thousand times their size', async () => {
    const bomb = await zipBomb();
    expect(bomb.length).toBeLessThan(MB);
    await expect(read(bomb, 'a.docx')).rejects.toEqual(refused('file_too_complex'));
  });

  test('that claim to be small', async () => {
    await expect(read(await lyingZipBomb(), 'a.docx')).rejects.toEqual(refused('file_too_complex'));
  });

  test('with names that lead out of them', async () => {
    const names = ['../../../../../../tmp/evil.txt', '..\\..\\evil.txt', '/etc/passwd'];
    const file = makeZip(names.map((name) => ({ name, content: 'x' })));
    await expect(read(file, 'a.docx')).rejects.toEqual(refused('file_type_refused'));
  });

  test('whose content was changed', async () => {
    const file = makeDocx(paragraph('Harga tetap selama masa kontrak.'));
    const at = file.indexOf('word/document.xml') + 'word/document.xml'.length + 20;
    file[at] = file[at]! ^ 0xff;
    await expect(read(file, 'a.docx')).rejects.toEqual(refused('file_corrupt'));
  });

  test('with a part that points at another file or into the network', async () => {
    for (const target of ['../../../../etc/passwd', 'file:///etc/passwd', 'http://127.0.0.1:9/x']) {
      const relations = [{ id: 'c1', type: 'chart', target }];
      const body = paragraph(`${run('Isi')}<w:r><w:drawing><c:chart r:id="c1"/></w:drawing></w:r>`);
      expect(textOfPages(await read(makeDocx(body, { relations }), 'a.docx'))).toBe('Isi');
    }
  });
});

describe('XML', () => {
  test('with entities of its own', async () => {
    const laughs = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c SYSTEM "file:///etc/passwd">]>';
    const [head = '', tail = ''] = documentPart('|').content.toString().split('|');
    const content = `${laughs}${head}${paragraph('<w:r><w:t>&b;&c;</w:t></w:r>')}${tail}`;
    const file = makeDocx('', { replace: { name: 'word/document.xml', content } });
    await expect(read(file, 'a.docx')).rejects.toEqual(refused('file_corrupt'));
  });

  test('that nests without end', async () => {
    await expect(read(nestedXmlBomb(), 'a.docx')).rejects.toEqual(refused('file_too_complex'));
  });

  test('of one element too big to be looked at', async () => {
    await expect(read(await xmlBomb(), 'a.docx')).rejects.toEqual(refused('file_too_complex'));
  });

  test('with cells that say they span everything', async () => {
    const cell = '<w:tc><w:tcPr><w:gridSpan w:val="999999999"/></w:tcPr><w:p/></w:tc>';
    const content = `<w:tbl>${`<w:tr>${cell}</w:tr>`.repeat(10_000)}</w:tbl>`;
    await expect(read(docxOf({ content }), 'a.docx')).rejects.toEqual(refused('file_too_complex'));
  });
});

describe('sheets', () => {
  test('with two cells at their two ends, merged over everything', async () => {
    expect(textOfPages(await read(farCellsSheet(), 'a.xlsx'))).toBe('## S\n\n1\n\n2');
  });

  test('whose every cell is the same long text', async () => {
    const rows = Array.from(
      { length: 50_000 },
      (_, at) => `<row r="${at + 1}"><c r="A${at + 1}" t="s"><v>0</v></c></row>`,
    );
    const file = makeXlsx(
      { S: `<sheetData>${rows.join('')}</sheetData>` },
      { strings: `<si><t>${'x'.repeat(32_000)}</t></si>` },
    );
    const events = await read(file, 'a.xlsx', { textUnits: 2_000_000 });
    expect(textOfPages(events).length).toBeLessThan(2_500_000);
    expect(events.at(-1)).toMatchObject({ type: 'warning', warning: { code: 'rows_left_out' } });
  });

  test('with a cell on every row, each in a column of its own', async () => {
    const name = (at: number): string =>
      (at < 26 ? '' : name(Math.floor(at / 26) - 1)) + String.fromCharCode(65 + (at % 26));
    const rows = Array.from(
      { length: 10_000 },
      (_, at) => `<row r="${at + 1}"><c r="${name(at)}${at + 1}"><v>${at}</v></c></row>`,
    );
    const events = await read(makeXlsx({ S: `<sheetData>${rows.join('')}</sheetData>` }), 'a.xlsx');
    expect(textOfPages(events).length).toBeLessThan(300_000);
  });
});

describe('texts', () => {
  test('of one line, of many empty ones, and of quotes that never close', async () => {
    expect(textOfPages(await read('x'.repeat(3 * MB), 'a.txt')).replaceAll('\n', '').length).toBe(3 * MB);
    expect(textOfPages(await read('\n'.repeat(3 * MB), 'a.txt'))).toBe('');
    await read('a,"'.repeat(500_000), 'a.csv');
    await read(`${'| '.repeat(500_000)}\n${'|-'.repeat(500_000)}`, 'a.md');
  });

  test('of HTML that never closes anything, or spans everything', async () => {
    await expect(read('<div>'.repeat(300_000), 'a.html')).rejects.toEqual(refused('file_too_complex'));
    const spans = `<html><table>${'<tr><td colspan=1000 rowspan=65534>x</td></tr>'.repeat(20_000)}</table>`;
    await expect(read(spans, 'a.html')).rejects.toEqual(refused('file_too_complex'));
  });
});

test('the service holds hardly more memory than before, whatever was read', async () => {
  const rows = Array.from(
    { length: 60_000 },
    (_, at) => `<row><c><v>${at}</v></c><c t="str"><v>Perangkat nomor ${at}</v></c></row>`,
  );
  const file = makeXlsx({ S: `<sheetData>${rows.join('')}</sheetData>` });
  const path = join(folder, 'big.xlsx');
  writeFileSync(path, file);
  const { contentType = '' } = (await detectType(path, 'big.xlsx')) ?? {};
  const before = process.memoryUsage().rss;
  let most = 0;
  let pages = 0;
  const wanted = { contentType, path, name: 'x', fromPage: 1, bounds: ROOMY_BOUNDS };
  for await (const event of reader.read(wanted, new AbortController().signal)) {
    if (event.type === 'page') pages += 1;
    most = Math.max(most, process.memoryUsage().rss - before);
  }
  expect(pages).toBeGreaterThan(50);
  expect(most).toBeLessThan(150 * MB);
});
