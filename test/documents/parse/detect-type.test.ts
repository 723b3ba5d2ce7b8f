// What a file is, found in its content whatever it is called.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { detectType, READABLE_TYPES } from '../../../src/documents/parse/detect-type.ts';
import { makeZip } from '../../support/zip.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'projectwise-detect-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function detect(content: string | Uint8Array, name = 'file'): Promise<string | undefined> {
  const path = join(folder, 'stored');
  writeFileSync(path, content);
  const found = await detectType(path, name);
  if (found) expect(READABLE_TYPES).toContainEqual(found);
  return found?.extension;
}

const zipOf = (...names: string[]) => makeZip(names.map((name) => ({ name, content: '<x/>' })));
const utf16 = (text: string): Buffer => Buffer.from(text, 'utf16le');
const utf32 = (text: string): Buffer => {
  const bytes = Buffer.alloc(4 * text.length);
  [...text].forEach((letter, at) => {
    bytes.writeUInt32BE(letter.codePointAt(0)!, 4 * at);
  });
  return bytes;
};

describe('what is refused', () => {
  test('old Office files, by name of what they are', async () => {
    await expect(detect(compoundFile('WordDocument'), 'a.docx')).rejects.toThrow(/save it as DOCX/);
    await expect(detect(compoundFile('Workbook'), 'a.xlsx')).rejects.toThrow(/save it as XLSX/);
    await expect(detect(compoundFile('PowerPoint Document'))).rejects.toThrow(/save it as PPTX/);
    await expect(detect(compoundFile('Something'))).rejects.toMatchObject({ details: { reason: 'file_type_refused' } });
  });

  test('an Office file that is encrypted as a whole', async () => {
    const problem = { code: 'invalid', details: { reason: 'file_encrypted' } };
    await expect(detect(compoundFile('EncryptedPackage'), 'a.docx')).rejects.toMatchObject(problem);
  });

  test('an archive of anything else, whatever its entries are called', async () => {
    await expect(detect(zipOf('good.txt', '../../../../tmp/evil.txt'))).rejects.toThrow(/Archives cannot be read/);
    await expect(detect(zipOf('xl/workbook.bin', '[Content_Types].xml'))).rejects.toThrow(/XLSB/);
    await expect(detect(zipOf('word/document.xml').subarray(0, 60))).rejects.toMatchObject({
      details: { reason: 'file_corrupt' },
    });
  });

  test('an empty file, RTF, and what is no text', async () => {
    await expect(detect('')).rejects.toMatchObject({ details: { reason: 'file_empty' } });
    await expect(detect('{\\rtf1 text}', 'a.txt')).rejects.toThrow(/RTF/);
    expect(
      await detect(
        new Uint8Array(4096).map((_, at) => (at * 7919) % 256),
        'a.txt',
      ),
    ).toBeUndefined();
    expect(await detect(Buffer.from('GIF89a\x00\x01\x00\x01\x80\x00\x00\xff', 'latin1'), 'a.txt')).toBeUndefined();
  });
});

describe('what is found', () => {
  test('pictures and PDF by their first bytes', async () => {
    expect(await detect('%PDF-1.7\n', 'a.txt')).toBe('pdf');
    expect(await detect(Buffer.from('\x89PNG\r\n\x1a\n\x00', 'latin1'), 'a.pdf')).toBe('png');
    expect(await detect(Buffer.from('\xff\xd8\xff\xe0', 'latin1'), 'a.pdf')).toBe('jpg');
  });

  test('Office files by what lies in the archive', async () => {
    expect(await detect(zipOf('[Content_Types].xml', 'word/document.xml'), 'a.xlsx')).toBe('docx');
    expect(await detect(zipOf('[Content_Types].xml', 'xl/workbook.xml'), 'a.docx')).toBe('xlsx');
    expect(await detect(zipOf('[Content_Types].xml', 'ppt/presentation.xml'), 'a.zip')).toBe('pptx');
  });

  test.each([
    ['text', 'odt'],
    ['spreadsheet', 'ods'],
  ])('an OpenDocument %s by the type it begins with', async (kind, extension) => {
    const content = `application/vnd.oasis.opendocument.${kind}`;
    expect(await detect(makeZip([{ name: 'mimetype', content, isStored: true }]), 'a.pdf')).toBe(extension);
  });

  test.each([
    ['<!DOCTYPE html>\n<p>x', 'a.txt', 'html'],
    ['<?xml version="1.0"?>\n<!-- from elsewhere -->\n<html lang="id">', 'a.csv', 'html'],
    ['<div><p>Harga</p></div>', 'page', 'html'],
    ['<p align="center">Logo</p>\n\n# Judul', 'readme.md', 'md'],
    ['no,1,2\n1,a,b\n2,c,d\n', 'file', 'csv'],
    ['no;harga\n1;2\n', 'prices.csv', 'csv'],
    ['no;a;harga\n1;"x;y";2\n', 'file', 'csv'],
    ['no\tharga\n1\t2\n', 'a.csv', 'tsv'],
    ['a,b\n1,2,3\n', 'a.csv', 'csv'],
    ['a,b\n1,2,3\n', 'a.txt', 'txt'],
    ['Halo, dunia.\nSatu, dua, tiga.\n', 'a', 'txt'],
    ['# Judul\n\n- satu\n- dua\n', 'a', 'md'],
    ['# a comment\nrun --fast\n', 'a.sh', 'txt'],
    ['Harga', 'a.md', 'md'],
  ])('a text %j named %s is %s', async (content, name, extension) => {
    expect(await detect(content, name)).toBe(extension);
  });

  test('text in wide and in old encodings', async () => {
    expect(await detect(utf16('\ufeffSpesifikasi teknis'))).toBe('txt');
    expect(await detect(utf16('Spesifikasi teknis tanpa tanda'))).toBe('txt');
    expect(await detect(utf32('Spesifikasi teknis'))).toBe('txt');
    expect(await detect(Buffer.from('G\xfcte und Gr\xf6\xdfe', 'latin1'), 'a.md')).toBe('md');
  });

  test('text whose sample ends inside a letter', async () => {
    expect(await detect(`x${'é'.repeat(60_000)}`)).toBe('txt');
  });
});

/** A compound file of one directory sector with one stream. */
function compoundFile(stream: string): Buffer {
  const bytes = Buffer.alloc(512 * 3);
  Buffer.from('d0cf11e0a1b11ae1', 'hex').copy(bytes);
  bytes.writeUInt16LE(9, 30);
  bytes.writeUInt32LE(0, 48);
  bytes.writeUInt32LE(1, 76);
  ['Root Entry', stream].forEach((name, at) => {
    bytes.write(name, 512 + 128 * at, 'utf16le');
    bytes.writeUInt16LE(2 * (name.length + 1), 512 + 128 * at + 64);
  });
  bytes.writeUInt32LE(0xfffffffe, 1024);
  return bytes;
}
