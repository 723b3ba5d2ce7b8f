// Tells kinds of text apart by how they are written: HTML, CSV, TSV, Markdown or just text. The name decides where the content does not.

export type TextKind = 'html' | 'csv' | 'tsv' | 'md' | 'txt';

const SAMPLE_LINES = 40;
const LINE_UNITS = 2_000;

/** @param sample the beginning of the text; its last line may be cut off @param extension of the name, lower case */
export function textKindOf(sample: string, extension: string, isWhole: boolean): TextKind {
  const lines = sample.split(/\r\n?|\n/).map((line) => line.slice(0, LINE_UNITS));
  // A line that is cut off says nothing about its columns.
  if (!isWhole && lines.length > 1) lines.pop();
  const some = lines.filter((line) => line.trim() !== '').slice(0, SAMPLE_LINES);
  const named = NAMED[extension];
  if (isHtmlDocument(sample)) return 'html';
  if (named === 'html') return /<[a-z!][^<>]{0,500}>/i.test(sample.slice(0, 20_000)) ? 'html' : 'txt';
  if (named === 'csv' || named === 'tsv') {
    // One is often named like the other.
    return isTable(some, '\t') && !isTable(some, ',') && !isTable(some, ';') ? 'tsv' : 'csv';
  }
  if (named === 'md') return 'md';
  if (named === undefined && isHtmlFragment(sample)) return 'html';
  if (isTable(some, '\t')) return 'tsv';
  // Commas and lists also stand in plain text: here they must be plain to see.
  if ((some.length > 2 && isTable(some, ',', 2)) || isTable(some, ';', 2)) return 'csv';
  return isMarkdown(some) ? 'md' : 'txt';
}

const NAMED: Readonly<Record<string, TextKind>> = {
  html: 'html',
  htm: 'html',
  xhtml: 'html',
  csv: 'csv',
  tsv: 'tsv',
  tab: 'tsv',
  md: 'md',
  markdown: 'md',
  txt: 'txt',
  text: 'txt',
  log: 'txt',
};

/** What may stand before a document's first element. */
const isHtmlDocument = (text: string): boolean =>
  /^\s{0,500}(?:<\?xml[^<>]{0,200}\?>\s{0,100})?(?:<!--(?:[^-]|-(?!->)){0,2000}-->\s{0,100}){0,3}<(?:!doctype\s+html|html[\s>]|head[\s>]|body[\s>])/i.test(
    text.slice(0, 10_000),
  );

const isHtmlFragment = (text: string): boolean =>
  /^\s{0,500}<(?:div|p|table|h[1-6]|ul|ol|section|article|main|span|title|meta|style|script)[\s>]/i.test(
    text.slice(0, 1_000),
  );

/** Whether every line has the same number of cells, at least one more than `least` separators make. */
function isTable(lines: readonly string[], separator: string, least = 1): boolean {
  if (lines.length < 2) return false;
  const counts = lines.map((line) => separatorsIn(line, separator));
  return counts[0]! >= least && counts.every((count) => count === counts[0]);
}

function separatorsIn(line: string, separator: string): number {
  let count = 0;
  let isQuoted = false;
  for (const letter of line) {
    if (letter === '"') isQuoted = !isQuoted;
    else if (letter === separator && !isQuoted) count += 1;
  }
  return count;
}

/** Two different signs of it, or a heading and nothing else that begins with a number sign (a comment in a script does). */
function isMarkdown(lines: readonly string[]): boolean {
  const signs = [
    /^#{1,6} \S/,
    /^```/,
    /^\|?\s?:?-{3,}:?\s?\|/,
    /^\s{0,6}[-*] \S/,
    /\[[^\]]{1,200}\]\([^)\s]{1,500}\)/,
    /\*\*\S[^*]{0,200}\*\*/,
  ];
  return signs.filter((sign) => lines.some((line) => sign.test(line))).length >= 2;
}
