// The markers by which papers number their clauses.

/** What begins a clause, with what stands behind it: `a. Support pergantian`, `(2) …`, `3.2.1 …`, `Pasal 5`, `1) …`. */
export interface ClauseStart {
  /** Clauses with markers of one kind are on one level. */
  kind: string;
  text: string;
}

const NAMED = /^(bab|bagian|pasal|lampiran|chapter|section|article|annex|appendix)\s+(?:[\d.]+|[ivxlc]+)\b/i;
/** How high named clauses stand among headings. */
const NAMED_LEVELS: Record<string, number> = {
  bab: 1,
  chapter: 1,
  lampiran: 1,
  annex: 1,
  appendix: 1,
  bagian: 2,
  section: 2,
  pasal: 3,
  article: 3,
};
const MARKERS: [RegExp, string][] = [
  [/^\d{1,3}(?:\.\d{1,3}){3,}\.?(?=\s)/, '1.1.1.1'],
  [/^\d{1,3}(?:\.\d{1,3}){2}\.?(?=\s)/, '1.1.1'],
  [/^\d{1,3}\.\d{1,3}\.?(?=\s)/, '1.1'],
  [/^\d{1,3}\.(?=\s)/, '1.'],
  [/^\d{1,3}\)(?=\s)/, '1)'],
  [/^\(\d{1,3}\)(?=\s)/, '(1)'],
  // Single letters are letters: Roman figures among them are not told apart.
  [/^[A-Z]\.(?=\s)/, 'A.'],
  [/^[a-z]\.(?=\s)/, 'a.'],
  [/^[a-z]\)(?=\s)/, 'a)'],
  [/^\([a-z]\)(?=\s)/, '(a)'],
  [/^[IVXLC]{2,6}\.(?=\s)/, 'I.'],
  [/^[ivxlc]{2,6}[.)](?=\s)/, 'i.'],
];
const LONGEST_NAME_UNITS = 120;

export function findClauseStart(text: string): ClauseStart | undefined {
  const named = NAMED.exec(text);
  if (named) return isName(text) ? { kind: named[1]!.toLowerCase(), text } : undefined;
  const marker = MARKERS.find(([pattern]) => pattern.test(text));
  return marker && { kind: marker[1], text };
}

/** A short line of its own such as `Pasal 5` names what follows; `Pasal 5 mengatur bahwa …` speaks of it. */
const isName = (text: string): boolean =>
  text.length <= LONGEST_NAME_UNITS && !text.includes('\n') && !/[.;:,]$/.test(text);

/** Of clauses that stand as high as headings. */
export const headingLevelOf = ({ kind }: ClauseStart): number | undefined => NAMED_LEVELS[kind];
