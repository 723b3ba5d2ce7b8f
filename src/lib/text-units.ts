// Cuts Markdown into what can be quoted by itself: sentences, list items, table rows, headings, each with its place in the text.

export interface TextUnit {
  kind: 'heading' | 'row' | 'item' | 'sentence';
  /** UTF-16 offsets in the text it was cut from; what stands between them is the unit, without markers and outer pipes. */
  start: number;
  end: number;
  /** The number or bullet before it, as written: `a.`, `3)`, `-`. */
  marker?: string;
  /** Of a row, empty ones too. */
  cells?: string[];
  /** What gives it sense: the line above that ends with a colon, or the header of its table. May be empty. */
  under: string;
}

const HEADING = /^\s{0,3}#{1,6}\s+/;
const ITEM = /^\s*([-*+•●▪◦⚫−–]|\(?\d{1,3}[.)]|\(?[a-zA-Z][.)]|[ivxIVX]{1,5}[.)])\s+(?=\S)/;
/** Words after which a full stop does not end a sentence. */
const ABBREVIATION =
  /(?:^|[\s("'])(?:\p{L}|no|jl|pt|cv|tbk|bpk|sdr|dll|dsb|dst|tsb|yth|s\.d|a\.n|u\.p|d\.a|ir|dr|drs|dra|prof|hj|hlm|hal|ps|ay|bab|min|max|maks|telp|tel|rp|mr|mrs|ms|st|vs|etc|inc|ltd|co|corp|fig|sec|art|approx|e\.g|i\.e|cf|nos|pp)\.$/iu;

interface Open {
  kind: 'item' | 'sentence';
  start: number;
  end: number;
  marker?: string;
  under: string;
}

/** In the order of the text. Lines of one paragraph belong together; blank lines, markers and tables part it. */
export function unitsOf(text: string): TextUnit[] {
  const units: TextUnit[] = [];
  let open: Open | undefined;
  let under = '';
  let header = '';
  let isFence = false;
  const close = (): void => {
    if (!open) return;
    for (const unit of sentencesIn(text, open)) units.push(unit);
    const said = text.slice(open.start, open.end).trimEnd();
    if (said.endsWith(':')) under = said;
    else if (open.kind === 'sentence') under = '';
    open = undefined;
  };
  let from = 0;
  while (from <= text.length) {
    const newline = text.indexOf('\n', from);
    const to = newline < 0 ? text.length : newline;
    const line = text.slice(from, to);
    if (/^\s*(```|~~~)/.test(line)) {
      close();
      isFence = !isFence;
    } else if (line.trim() === '') {
      close();
      header = '';
    } else if (!isFence && HEADING.test(line)) {
      close();
      under = '';
      pushTrimmed(units, text, { kind: 'heading', start: from + HEADING.exec(line)![0].length, end: to, under: '' });
    } else if (!isFence && isRow(line)) {
      close();
      if (!isSeparator(line)) {
        pushRow(units, text, { start: from, end: to, under: header || under });
      } else if (units.at(-1)?.kind === 'row') {
        const head = units.at(-1)!;
        head.kind = 'heading';
        header = text.slice(head.start, head.end);
      }
    } else {
      const item = isFence ? null : ITEM.exec(line);
      if (item) {
        close();
        open = { kind: 'item', start: from + item[0].length, end: to, marker: item[1]!, under };
      } else if (open) {
        open.end = to;
      } else {
        open = { kind: 'sentence', start: from + (line.length - line.trimStart().length), end: to, under };
      }
    }
    if (newline < 0) break;
    from = newline + 1;
  }
  close();
  return units;
}

function isRow(line: string): boolean {
  const row = line.trim();
  return row.length > 1 && row.startsWith('|') && row.endsWith('|');
}

const isSeparator = (row: string): boolean => row.includes('-') && /^[\s|:-]+$/.test(row);

/** The sentences between two offsets; each keeps the marker and the sense of where it stands. */
function sentencesIn(text: string, { start, end, ...open }: Open): TextUnit[] {
  const said = text.slice(start, end);
  const units: TextUnit[] = [];
  let from = 0;
  for (const stop of said.matchAll(/[.!?…]["'”’)\]]{0,3}(?=\s)/g)) {
    const to = stop.index + stop[0].length;
    const next = said.slice(to).trimStart();
    if (!/^["'“‘([]*[\p{Lu}\p{N}]/u.test(next) || ABBREVIATION.test(said.slice(Math.max(from, to - 12), to))) continue;
    pushTrimmed(units, text, { ...open, start: start + from, end: start + to });
    from = to;
  }
  pushTrimmed(units, text, { ...open, start: start + from, end });
  return units;
}

/** What is quoted of a row goes from its first cell that says something to the last. */
function pushRow(
  units: TextUnit[],
  text: string,
  { start, end, under }: Pick<TextUnit, 'start' | 'end' | 'under'>,
): void {
  const line = text.slice(start, end);
  const row = line.trim();
  const cells = row
    .slice(1, -1)
    .split('|')
    .map((cell) => cell.trim());
  let from = 0;
  let to = line.length;
  while (from < to && /[|\s]/.test(line[from]!)) from += 1;
  while (to > from && /[|\s]/.test(line[to - 1]!)) to -= 1;
  if (from < to) units.push({ kind: 'row', start: start + from, end: start + to, under, cells });
}

function pushTrimmed(units: TextUnit[], text: string, unit: TextUnit): void {
  const said = text.slice(unit.start, unit.end);
  const start = unit.start + (said.length - said.trimStart().length);
  const end = unit.start + said.trimEnd().length;
  if (start < end) units.push({ ...unit, start, end });
}
