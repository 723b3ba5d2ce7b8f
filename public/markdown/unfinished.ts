// What of a line that is still being written may be shown already: marks that are not yet decided stay invisible, and what was
// opened is drawn as if it closed at the end, so that nothing flashes and no word waits.

import { isOpenFormula, readFormula } from './formula-text.ts';

const MAX_OPEN_CHARACTERS = 240;
const MAX_ADDRESS_CHARACTERS = 2_000;

/** A line that could still become something else (list, heading, rule, fence, table) by its next character. */
export function isUndecidedLine(line: string): boolean {
  return /^(?:\$|\\\[?|[-+*_=~`>|#:\s]*|\d{1,9}[.)]?|`{3}.*|~{3}.*|\|.*)$/.test(line);
}

interface Opened {
  mark: string;
  length: number;
  at: number;
}

/** Markdown source of an open run → source that reads the same but has no loose end. */
export function closeUnfinished(source: string): string {
  let text = source;
  let suffix = '';
  const opened: Opened[] = [];
  let at = 0;
  while (at < text.length) {
    const character = text[at]!;
    const formula = character === '$' || character === '\\' ? readFormula(text, at) : undefined;
    if (formula) at += formula.raw.length;
    else if ((character === '$' || character === '\\') && isOpenFormula(text, at)) text = text.slice(0, at);
    else if (character === '\\') {
      if (at + 1 === text.length) text = text.slice(0, at);
      at += 2;
    } else if (character === '`') {
      const code = readCode(text, at);
      if (code.isOpen) {
        text = code.text;
        suffix = code.suffix;
        break;
      }
      at = code.next;
    } else if (character === '[' || (character === '!' && (text[at + 1] === '[' || at + 1 === text.length))) {
      const bracket = readBracket(text, at);
      text = bracket.text;
      at = bracket.next;
    } else if (character === '<' || character === '&') {
      if (isOpenReference(text.slice(at, at + 80))) text = text.slice(0, at);
      else at += 1;
    } else if (character === '*' || character === '_' || character === '~') {
      const end = endOfRun(text, at);
      if (end === text.length) text = text.slice(0, at);
      else noteEmphasis(opened, text, at, end);
      at = end;
    } else at += 1;
  }
  // What was opened last and holds nothing yet is not shown either.
  for (let last = opened.at(-1); last && !suffix && /^[*_~\s]*$/.test(text.slice(last.at)); last = opened.at(-1)) {
    text = text.slice(0, last.at);
    opened.pop();
  }
  const length = text.length;
  const closers = opened
    .filter((one) => length - one.at <= MAX_OPEN_CHARACTERS)
    .reverse()
    .map((one) => one.mark.repeat(one.length));
  if (closers.length === 0) return text + suffix;
  return (suffix ? text + suffix : text.trimEnd()) + closers.join('');
}

function endOfRun(text: string, at: number): number {
  let end = at;
  while (text[end] === text[at]) end += 1;
  return end;
}

function noteEmphasis(opened: Opened[], text: string, at: number, end: number): void {
  const mark = text[at]!;
  let length = end - at;
  const before = text[at - 1] ?? ' ';
  const after = text[end]!;
  const isWord = (character: string) => /[\p{L}\p{N}]/u.test(character);
  if (!/\s/.test(before) && (mark !== '_' || !isWord(after))) {
    for (let last = opened.at(-1); last && last.mark === mark && length > 0; last = opened.at(-1)) {
      const used = Math.min(last.length, length);
      last.length -= used;
      length -= used;
      if (last.length === 0) opened.pop();
    }
    if (length < end - at) return;
  }
  // Only before something that begins a phrase; "*)" is a footnote mark, not an emphasis.
  const begins = /[\p{L}\p{N}\p{Ps}\p{Pi}"'`*_~@#+\-–$\\]/u.test(text.slice(end, end + 2)[0] ?? '') || after > '\uD7FF';
  if (begins && (mark !== '_' || !isWord(before)) && length <= 3) opened.push({ mark, length, at });
}

function readCode(text: string, at: number): { isOpen: boolean; next: number; text: string; suffix: string } {
  const start = endOfRun(text, at);
  const marks = text.slice(at, start);
  for (let close = text.indexOf(marks, start); close >= 0; ) {
    const end = endOfRun(text, close);
    // Backticks at the very end may still grow, but a run of the right length is the likely end.
    if (end - close === marks.length) return { isOpen: false, next: end, text, suffix: '' };
    close = text.indexOf(marks, end);
  }
  if (text.length - start > MAX_OPEN_CHARACTERS) return { isOpen: false, next: start, text, suffix: '' };
  const content = text.slice(start).replace(/[`\s]+$/, '');
  if (!content) return { isOpen: true, next: at, text: text.slice(0, at), suffix: '' };
  return { isOpen: true, next: at, text: text.slice(0, start) + content, suffix: marks };
}

const NUMBERS = /^\d{1,3}(?:\s?[,;–-]\s?\d{1,3})*$/;
const UNFINISHED_NUMBERS = /^(?:(?:\d{1,3}\s?[,;–-]\s?)*\d{0,3}\s?|[xX ])$/;

// "[1" may become a citation, "[word" a link: of the first nothing is shown, of the second its words.
function readBracket(text: string, at: number): { text: string; next: number } {
  const isImage = text[at] === '!';
  const start = isImage ? at + 2 : at + 1;
  const close = text.slice(start, start + MAX_OPEN_CHARACTERS).indexOf(']');
  const before = text.slice(0, at);
  if (close < 0) {
    const label = text.slice(start);
    if (label.length >= MAX_OPEN_CHARACTERS || label.includes('\n')) return { text, next: start };
    if (isImage || UNFINISHED_NUMBERS.test(label)) return { text: before, next: before.length };
    return { text: before + label, next: at };
  }
  const label = text.slice(start, start + close);
  const end = start + close + 1;
  if (end === text.length && !NUMBERS.test(label)) {
    const mayBeTask = at === 0 && /^[xX ]$/.test(label);
    return isImage || mayBeTask ? { text: before, next: before.length } : { text: before + label, next: at };
  }
  if (text[end] !== '(') return { text, next: end };
  const paren = text.slice(end, end + MAX_ADDRESS_CHARACTERS).indexOf(')');
  if (paren >= 0) return { text, next: end + paren + 1 };
  if (text.length - end >= MAX_ADDRESS_CHARACTERS || text.indexOf('\n', end) >= 0) return { text, next: end };
  return isImage ? { text: before, next: before.length } : { text: before + label, next: at };
}

/** A tag name, an address in angle brackets or a character reference that has begun and not ended. */
function isOpenReference(rest: string): boolean {
  return /^(?:<(?:\/?[a-z]{0,8} ?\/?|(?:https?|mailto):[^\s<>]*)|&#?[a-z0-9]{0,7})$/i.test(rest);
}
