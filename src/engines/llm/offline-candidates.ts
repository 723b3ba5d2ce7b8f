// Everything in the passages that could be quoted: sentences, items, rows and pieces of long rows, each with what it stands under.
import { createPacer } from '../../lib/pace.ts';
import { type TextUnit, unitsOf } from '../../lib/text-units.ts';
import { contentWordsOf, stemsOf } from '../../lib/words.ts';
import type { GivenPassage } from './offline-table.ts';

export interface Candidate {
  passage: GivenPassage;
  /** Place of the passage: the search found better ones before it. */
  rank: number;
  text: string;
  /** What its row is about, when that stands elsewhere. */
  head: string;
  kind: TextUnit['kind'];
  /** Stems, and the words as written behind a `=`. */
  own: ReadonlySet<string>;
  /** Stems of what it stands under. */
  context: ReadonlySet<string>;
  order: number;
}

/** Longer rows are weighed piece by piece. */
const PIECE_UNITS = 260;
const PIECE_MIN_UNITS = 24;
const LABEL_CELLS = 2;
const LABEL_UNITS = 60;

/** As written, beside its stem: `switching` is not `switch`. */
export const exactly = (word: string): string => `=${word}`;

export async function candidatesIn(passages: readonly GivenPassage[]): Promise<Candidate[]> {
  const candidates: Candidate[] = [];
  const seen = new Set<string>();
  const pause = createPacer();
  for (const [rank, passage] of passages.entries()) {
    const title = stemsOf(`${passage.document.replace(/\.\w{2,5}$/, '')} ${passage.heading} ${passage.under}`);
    let before = '';
    let heading = '';
    let label = passage.under;
    for (const unit of unitsOf(passage.text)) {
      await pause();
      const text = passage.text.slice(unit.start, unit.end);
      const key = `${passage.document} ${passage.page} ${text}`;
      if (unit.kind === 'heading') heading = text;
      else label = unit.cells ? labelOf(unit.cells) || label : '';
      const broken = candidates.at(-1);
      if (broken?.passage === passage && goesOnFrom(broken, unit)) {
        candidates[broken.order] = { ...broken, ...wordsOf(broken.head, `${broken.text} ${text}`) };
      } else if (!seen.has(key)) {
        seen.add(key);
        for (const { piece, head } of piecesOf(text, unit, label)) {
          candidates.push({
            passage,
            rank,
            head,
            kind: unit.kind,
            ...wordsOf(head, piece),
            context: new Set([...title, ...stemsOf(`${heading} ${unit.under} ${before}`)]),
            order: candidates.length,
          });
        }
      }
      before = unit.kind === 'row' ? '' : text;
    }
  }
  return candidates;
}

const wordsOf = (head: string, text: string): Pick<Candidate, 'text' | 'own'> => ({
  text,
  own: new Set([...stemsOf(`${head} ${text}`), ...contentWordsOf(`${head} ${text}`).map(exactly)]),
});

/** The rest of a cell that a page broke: alone in its row, and no beginning of anything. */
const goesOnFrom = (broken: Candidate, unit: TextUnit): boolean => {
  const said = unit.cells?.filter((cell) => cell !== '') ?? [];
  return (
    broken.kind === 'row' && said.length === 1 && /^[\p{Ll}\p{N}(]/u.test(said[0]!) && !/[.;:)|]$/.test(broken.text)
  );
};

/** A long row in pieces, each with what the row is about. @param label of the rows above, for rows that go on with them */
function piecesOf(text: string, unit: TextUnit, label: string): { piece: string; head: string }[] {
  if (!unit.cells) return [{ piece: text, head: '' }];
  const goesOn = labelOf(unit.cells) === '';
  if (text.length <= PIECE_UNITS) return [{ piece: text, head: goesOn ? label : '' }];
  const said = unit.cells.filter((cell) => cell !== '' && cell !== label);
  return said.flatMap((cell) =>
    (cell.length > PIECE_UNITS / 2 ? splitLong(cell) : [cell]).map((piece) => ({ piece, head: label })),
  );
}

/** What a row is about: its first cell with words, when it stands among the first. */
const labelOf = (cells: readonly string[]): string =>
  cells.slice(0, LABEL_CELLS).find((cell) => cell.length <= LABEL_UNITS && /\p{L}{2}/u.test(cell)) ?? '';

/** At line breaks and semicolons; what is still long where a word with a capital begins what may be another item. */
function splitLong(text: string): string[] {
  const lines = text.split(/<br\s*\/?>|;\s|\n|\s[•▪●⚫]\s/i);
  return lines
    .flatMap((line) => (line.length > PIECE_UNITS ? atCapitals(line) : [line]))
    .filter((p) => p.trim() !== '');
}

function atCapitals(text: string): string[] {
  const pieces: string[] = [];
  let from = 0;
  for (const match of text.matchAll(/(?<=[\p{Ll}\p{N})+.,])\s+(?=\p{Lu}\p{Ll}{3,})/gu)) {
    if (match.index - from < PIECE_MIN_UNITS) continue;
    pieces.push(text.slice(from, match.index));
    from = match.index + match[0].length;
  }
  return [...pieces, text.slice(from)];
}

/** Cells apart by a dot, a number and its unit together; the number of the row says nothing. */
export const cellsInWords = (row: string): string =>
  row
    .replace(/<br\s*\/?>/gi, ' ')
    .split(/\s*\|\s*/)
    .filter((cell, index) => cell !== '' && !(index === 0 && /^\d{1,3}[.)]?$/.test(cell)))
    .reduce((line, cell) => {
      if (line === '') return cell;
      const isUnit = /\d$/.test(line) && /^\p{L}{1,12}\.?$/u.test(cell);
      return `${line}${isUnit ? ' ' : ' · '}${cell}`;
    }, '');
