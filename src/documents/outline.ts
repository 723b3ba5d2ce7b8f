// The headings and clauses around the place where reading has come to; both go on over pages.
import { type ClauseStart, headingLevelOf } from './clauses.ts';

export const HEADING_SEPARATOR = ' › ';
const SHOWN_UNITS = 90;

export class Outline {
  #headings: { level: number; text: string }[] = [];
  #clauses: ClauseStart[] = [];

  enterHeading(level: number, text: string): void {
    this.#headings = [...this.#headings.filter((heading) => heading.level < level), { level, text: shorten(text) }];
    // What was numbered before is over.
    this.#clauses = [];
  }

  /**
   * Levels are told by the kinds of markers and the order they came in, so that a list that goes on over a page, or was read as
   * paragraphs, still knows what it stands under.
   */
  enterClause(start: ClauseStart): void {
    const level = headingLevelOf(start);
    if (level !== undefined) {
      this.enterHeading(level, start.text);
      return;
    }
    const same = this.#clauses.findIndex(({ kind }) => kind === start.kind);
    if (same >= 0) this.#clauses.length = same;
    this.#clauses.push({ kind: start.kind, text: shorten(start.text) });
  }

  /** Outermost first. */
  headings(): string[] {
    return this.#headings.map(({ text }) => text);
  }

  /** The beginnings of the open clauses, outermost first. */
  clauses(): string[] {
    return this.#clauses.map(({ text }) => text);
  }
}

export function shorten(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  if (line.length <= SHOWN_UNITS) return line;
  const space = line.lastIndexOf(' ', SHOWN_UNITS);
  return line.slice(0, space > SHOWN_UNITS / 2 ? space : SHOWN_UNITS).toWellFormed();
}
