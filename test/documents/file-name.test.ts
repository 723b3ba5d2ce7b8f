// Names that people gave become names that mislead nobody and fit on every disk.
import { describe, expect, it } from 'vitest';
import { documentName, safeFileName } from '../../src/documents/file-name.ts';

describe('a file name', () => {
  it.each([
    ['RKS switch inti.pdf', 'RKS switch inti.pdf'],
    ['../../../etc/passwd', 'passwd'],
    ['\\..\\..\\WINDOWS\\win.ini', 'win.ini'],
    ['a\u0000b\u0007\u009f.txt', 'ab.txt'],
    ['baris\nbaru\r.txt', 'barisbaru.txt'],
    ['dua\u2028baris.txt', 'duabaris.txt'],
    ['RKS\u202e\u2066txt.exe', 'RKStxt.exe'],
    ['e\u0301.txt', 'é.txt'],
    ['COM1.txt', '_COM1.txt'],
    ['console.txt', 'console.txt'],
    ['a<b>:"c|d?e*.txt', 'abcde.txt'],
    ['...', ''],
    ['. .', ''],
    ['/', ''],
    ['', ''],
    ['akhir.', 'akhir'],
    ['\ud800.txt', '\ufffd.txt'],
  ])('%j becomes %j', (given, safe) => {
    expect(safeFileName(given)).toBe(safe);
  });

  it('that nothing is left of becomes one with the extension of its content', () => {
    expect(documentName('..', 'pdf')).toBe('document.pdf');
  });

  it('is shortened without splitting a character or losing its extension', () => {
    const name = safeFileName(`${'😀'.repeat(150)}.pdf`);
    expect(name).toMatch(/^(😀)+\.pdf$/u);
    expect(name.length).toBeLessThanOrEqual(200);
    expect(safeFileName(`a.${'b'.repeat(500)}`)).toHaveLength(200);
  });
});
