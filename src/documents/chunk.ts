// Cuts pages into passages that answer questions: along headings, clauses and rows, none across pages, each knowing what it stands under.
import { HEADING_SEPARATOR, Outline } from './outline.ts';
import type { ParsedPage } from './parse/parsed.ts';
import { type Piece, piecesOf, type TableMemory } from './pieces.ts';

/** Changes with everything for which documents would have to be cut again. */
export const CHUNKER_VERSION = 1;

export interface Passage {
  /** Order within the document, from 0. */
  ordinal: number;
  page: number;
  /** Headings, clauses and cells of rows above, outermost first, joined by ` › `; may be empty. */
  heading: string;
  /** Every line of it stands in the Markdown of its page. */
  text: string;
  /** What the page before broke off with, when this one goes on with it. */
  context: string;
}

export interface PassageSizes {
  /** A passage that has this much takes nothing more. */
  units: number;
  /** Never more, however long a paragraph or a row is. */
  mostUnits: number;
  /** Less is put together with what stands beside it. */
  leastUnits: number;
}

export const PASSAGE_SIZES: PassageSizes = { units: 900, mostUnits: 1_400, leastUnits: 250 };

/** How much of a sentence that goes on over the page is kept with its second half. */
const TAIL_UNITS = 160;
/** From here on a new clause begins a passage of its own. */
const CLAUSE_SHARE = 0.6;

interface Draft {
  pieces: Piece[];
  units: number;
}

/** Takes the pages of one document in order: headings, clauses and tables go on from page to page. */
export class Chunker {
  readonly #sizes: PassageSizes;
  readonly #outline = new Outline();
  readonly #tables: TableMemory = { cells: [] };
  #ordinal = 0;
  #tail = '';

  constructor(sizes: PassageSizes = PASSAGE_SIZES) {
    this.#sizes = sizes;
  }

  /** Lazily, so that a page as long as a book can be cut a little at a time; go through all of it before the next page. */
  *add(page: ParsedPage): Generator<Passage> {
    let tail = this.#tail;
    let last: Piece | undefined;
    const pieces = this.#pieces(page, (piece) => {
      last = piece;
    });
    for (const draft of this.#withoutScraps(this.#drafts(pieces))) {
      const first = draft.pieces.find(({ isHeading }) => !isHeading) ?? draft.pieces[0]!;
      const text = textOf(draft);
      yield {
        ordinal: this.#ordinal++,
        page: page.number,
        heading: headingOf(page, first, text),
        text,
        context: /^\p{Ll}/u.test(first.text) ? tail : '',
      };
      tail = '';
    }
    this.#tail = tailOf(last);
  }

  *#pieces(page: ParsedPage, onPiece: (piece: Piece) => void): Generator<Piece> {
    for (const block of page.blocks) {
      for (const piece of piecesOf(block, this.#outline, this.#tables, this.#sizes.mostUnits)) {
        onPiece(piece);
        yield piece;
      }
    }
  }

  *#drafts(pieces: Iterable<Piece>): Generator<Draft> {
    let current: Draft | undefined;
    for (const piece of pieces) {
      if (current && !this.#cutsBefore(piece, current)) {
        current.pieces.push(piece);
        current.units += piece.text.length;
        continue;
      }
      if (current) yield current;
      current = { pieces: [piece], units: piece.text.length + piece.head.length };
    }
    if (current) yield current;
  }

  #cutsBefore(piece: Piece, { pieces, units }: Draft): boolean {
    const { units: enough, mostUnits, leastUnits } = this.#sizes;
    const hasBody = pieces.some(({ isHeading }) => !isHeading);
    if (piece.isHeading) return hasBody && units >= leastUnits / 2;
    const together = units + piece.text.length;
    // Headings do not stand alone: what follows them is cut to fit.
    if (!hasBody) return together > mostUnits + leastUnits;
    if (together > mostUnits) return true;
    if (together > enough && units >= leastUnits) return true;
    return piece.isClause && units >= enough * CLAUSE_SHARE;
  }

  /** What is too short to tell anything joins what stands before it under the same heading. */
  *#withoutScraps(drafts: Iterable<Draft>): Generator<Draft> {
    let before: Draft | undefined;
    for (const draft of drafts) {
      const isScrap = draft.units < this.#sizes.leastUnits && !draft.pieces.some(({ isHeading }) => isHeading);
      if (before && isScrap && before.units + draft.units <= this.#sizes.mostUnits) {
        before.pieces.push(...draft.pieces);
        before.units += draft.units;
        continue;
      }
      if (before) yield before;
      before = draft;
    }
    if (before) yield before;
  }
}

function textOf({ pieces }: Draft): string {
  let text = '';
  let block: Piece['block'] | undefined;
  for (const piece of pieces) {
    if (piece.block !== block) text += `${text === '' ? '' : '\n\n'}${piece.head === '' ? '' : `${piece.head}\n`}`;
    else text += '\n';
    text += piece.text;
    block = piece.block;
  }
  return text;
}

/** The name of a sheet or slide stands above its headings. */
function headingOf({ label = '' }: ParsedPage, { headings, clauses, cells }: Piece, text: string): string {
  const names = headings.includes(label) ? headings : [label, ...headings];
  // A clause that begins in the passage is read there.
  const above = clauses.filter((clause) => !text.includes(clause));
  return [...names, ...above, ...cells].filter((name) => name !== '').join(HEADING_SEPARATOR);
}

/** What a page breaks off with; empty when its last sentence is over. */
function tailOf(last: Piece | undefined): string {
  if (!last || last.isHeading || last.block.type === 'table' || /[.!?;:]["”’)]*$/.test(last.text)) return '';
  return last.text.slice(-TAIL_UNITS).replace(/^\S*\s/, '');
}
