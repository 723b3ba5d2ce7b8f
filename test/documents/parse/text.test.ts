// Plain text, encodings, sections, and blocks as Markdown.
import { describe, expect, test } from 'vitest';
import { decodeText } from '../../../src/documents/parse/decode-text.ts';
import { readPlainText } from '../../../src/documents/parse/formats/plain-text.ts';
import { pageMarkdown } from '../../../src/documents/parse/markdown.ts';
import type { Block } from '../../../src/documents/parse/parsed.ts';
import { cutText, splitIntoSections } from '../../../src/documents/parse/sections.ts';
import { readWith, textOfPages } from '../../support/reading.ts';

describe('encodings', () => {
  const bytesOf = (text: string, encoding: 'utf-16be' | 'utf-32le'): Buffer => {
    const wide = Buffer.from(text, 'utf16le');
    return encoding === 'utf-16be'
      ? wide.swap16()
      : Buffer.concat(
          [...text].map((letter) => {
            const bytes = Buffer.alloc(4);
            bytes.writeUInt32LE(letter.codePointAt(0)!);
            return bytes;
          }),
        );
  };

  test.each([
    ['UTF-8', Buffer.from('Straße 😀'), 'utf-8', false],
    ['UTF-8 with a mark', Buffer.from('\ufeffStraße 😀'), 'utf-8', false],
    ['UTF-16 with a mark', Buffer.from('\ufeffStraße 😀', 'utf16le'), 'utf-16le', false],
    ['UTF-16 the other way round, without one', bytesOf('Straße 😀', 'utf-16be'), 'utf-16be', false],
    ['UTF-32', bytesOf('Straße 😀', 'utf-32le'), 'utf-32le', false],
  ] as const)('%s is recognised', (_, bytes, encoding, isGuessed) => {
    expect(decodeText(bytes)).toEqual({ text: 'Straße 😀', encoding, isGuessed });
  });

  test('the usual one of Windows is assumed where nothing else fits, and a few broken bytes do not change the encoding', () => {
    expect(decodeText(Buffer.from('Stra\xdfe \x80', 'latin1'))).toEqual({
      text: 'Straße €',
      encoding: 'windows-1252',
      isGuessed: true,
    });
    const broken = Buffer.concat([Buffer.from('äöü'.repeat(20)), Buffer.from([0xff]), Buffer.from('ß')]);
    expect(decodeText(broken)).toMatchObject({ encoding: 'utf-8', isGuessed: true });
    expect(decodeText(Buffer.from('\xb1', 'latin1'), 'iso-8859-2').text).toBe('ą');
    expect(decodeText(Buffer.from('\xb1', 'latin1'), 'nonsense').text).toBe('±');
  });
});

test('plain text keeps its lines and loses its control characters', async () => {
  const events = await readWith(readPlainText, 'a \r\nb\u0000\u0007\r\n\r\n  c\fd');
  expect(textOfPages(events)).toBe('a\nb\n\nc\n\nd');
  expect(events[0]).toEqual({ type: 'started', total: 1, unit: 'section' });
});

describe('sections', () => {
  const long = (units: number): Block => ({ type: 'paragraph', text: 'kata '.repeat(units / 5).trim() });

  test('a heading goes with what follows it', () => {
    const blocks: Block[] = [long(7_900), { type: 'heading', level: 2, text: 'B' }, long(2_000)];
    expect(splitIntoSections(blocks).map((page) => page.blocks.length)).toEqual([1, 2]);
    const late: Block[] = [long(3_000), { type: 'heading', level: 2, text: 'B' }, long(7_000)];
    expect(splitIntoSections(late).map(({ blocks: [first] }) => first?.type)).toEqual(['paragraph', 'heading']);
  });

  test('a table, a list and a text that are too long go on in the next', () => {
    const rows = [['No', 'Uraian'], ...Array.from({ length: 400 }, (_, at) => [`${at}`, 'x'.repeat(50)])];
    const tables = splitIntoSections([{ type: 'table', rows, headerRows: 1, caption: 'Harga' }]).flatMap(
      ({ blocks }) => blocks,
    );
    expect(tables.slice(0, 2)).toMatchObject([
      { caption: 'Harga' },
      { continued: true, rows: expect.arrayContaining([['No', 'Uraian']]) },
    ]);
    const items = Array.from({ length: 400 }, () => ({ text: 'x'.repeat(50), depth: 0 }));
    const [, second] = splitIntoSections([{ type: 'list', ordered: true, items }]);
    expect(pageMarkdown(second!.blocks)).toMatch(/^1\d\d\. x/);
    expect(splitIntoSections([long(40_000)]).length).toBeGreaterThan(4);
  });

  test('nothing is one empty section', () => {
    expect(splitIntoSections([])).toEqual([{ number: 1, blocks: [], source: 'none' }]);
  });

  test('text is cut where something ends, and never inside a letter', () => {
    expect(cutText('aaaa. bbbb\ncccc dddd', 12)).toEqual(['aaaa. bbbb\n', 'cccc dddd']);
    expect(cutText('😀😀😀', 3).join('')).toBe('😀😀😀');
    expect(cutText('😀😀😀', 3).every((piece) => piece.isWellFormed())).toBe(true);
  });
});

describe('Markdown of blocks', () => {
  test('every kind of block', () => {
    const blocks: Block[] = [
      { type: 'heading', level: 3, text: 'Judul\nlanjut' },
      { type: 'paragraph', text: 'Isi' },
      {
        type: 'list',
        ordered: true,
        items: [
          { text: 'a', depth: 0 },
          { text: 'b\nc', depth: 1 },
          { text: 'd', depth: 0, marker: 'iv)' },
        ],
      },
      { type: 'table', rows: [['x | y', 'z']], headerRows: 0, caption: 'Harga' },
      { type: 'code', text: 'a ``` b' },
      { type: 'paragraph', text: '' },
    ];
    expect(pageMarkdown(blocks)).toBe(
      '### Judul lanjut\n\nIsi\n\n1. a\n   1. b\n      c\n- iv) d\n\nHarga\n\n| | |\n| --- | --- |\n| x \\| y | z |\n\n````\na ``` b\n````',
    );
  });
});
