// Where a formula stands in a text: $…$, $$…$$, \(…\) and \[…\]. Sums of money are none.

export interface FormulaText {
  raw: string;
  tex: string;
  /** Set on a line of its own. */
  isDisplay: boolean;
}

/** A longer one is shown as typed: what it costs to draw grows with it. */
const MAX_FORMULA_CHARACTERS = 1_000;
/** So much of an unfinished formula is held back; after that it is words. */
const MAX_OPEN_CHARACTERS = 300;
const CLOSERS: Record<string, string> = { $$: '$$', '\\(': '\\)', '\\[': '\\]', $: '$' };

const WORD = /[\p{L}\p{N}]/u;
const MATH_SIGN = /[\\^_={}<>+*/|]|[^\u0000-\u024F\s]/u;
const SYMBOL = /^[-−]?[\p{L}\d.,]{1,6}'{0,2}$|^\p{L}\([^()\s]{1,6}\)$|^\(\S{1,3}(?:, ?\S{1,3})*\)$/u;

/** The formula that begins at `at`, complete with its end; undefined when there is none. */
export function readFormula(text: string, at = 0): FormulaText | undefined {
  const opener = openerAt(text, at);
  if (!opener) return undefined;
  const start = at + opener.length;
  const end = closeOf(text, start, opener);
  if (end < 0) return undefined;
  const tex = text.slice(start, end);
  const close = CLOSERS[opener]!;
  if (opener === '$' && (/\s$/.test(tex) || tex.includes('\n') || WORD.test(text[end + 1] ?? ''))) return undefined;
  // "\[1\]" is how some write a bracket that is none.
  if (!isFormula(tex) || (opener === '\\[' && /^\s*\d+\s*$/.test(tex))) return undefined;
  return {
    raw: text.slice(at, end + close.length),
    tex: tex.trim(),
    isDisplay: opener === '$$' || opener === '\\[',
  };
}

/** Whether what begins at `at` has no end yet and may still become a formula: until that is decided nothing of it is shown. */
export function isOpenFormula(text: string, at: number): boolean {
  if (text[at] === '$' && at + 1 === text.length) return !WORD.test(text[at - 1] ?? '');
  const opener = openerAt(text, at);
  if (!opener) return false;
  const body = text.slice(at + opener.length, at + opener.length + MAX_OPEN_CHARACTERS + 1);
  if (body.length > MAX_OPEN_CHARACTERS || closeOf(text, at + opener.length, opener) >= 0 || isProse(body))
    return false;
  if (opener !== '$') return true;
  // "$5 a month" is money, "$5 + 3$" is not.
  return !body.includes('\n') && !/^[\d.,]+\S*\s+\(?\p{L}{2,}/u.test(body);
}

/** Whether the inside of the marks reads as a formula, not as words or a price that happen to stand between two signs. */
export function isFormula(tex: string): boolean {
  const inside = tex.trim();
  if (inside === '' || inside.length > MAX_FORMULA_CHARACTERS) return false;
  return !isProse(inside) && (MATH_SIGN.test(inside) || SYMBOL.test(inside));
}

function openerAt(text: string, at: number): string | undefined {
  const pair = text.slice(at, at + 2);
  if (pair === '\\(' || pair === '\\[') return pair;
  if (text[at] !== '$' || text[at - 1] === '$' || text.slice(at, at + 3) === '$$$') return undefined;
  if (pair === '$$') return pair;
  if (WORD.test(text[at - 1] ?? '') || /\s/.test(text[at + 1] ?? ' ')) return undefined;
  return '$';
}

function closeOf(text: string, start: number, opener: string): number {
  const close = CLOSERS[opener]!;
  const within = text.slice(start, start + MAX_FORMULA_CHARACTERS + close.length);
  for (let at = within.indexOf(close); at >= 0; at = within.indexOf(close, at + 1)) {
    if (within[at - 1] !== '\\' || close.startsWith('\\')) return start + at;
  }
  return -1;
}

/** Two words in a row that no command holds together. */
function isProse(tex: string): boolean {
  if (/\\[a-z]+\s*\{/i.test(tex)) return false;
  return /\p{L}{2,}[\s,.;:]+\p{L}{2,}/u.test(tex.replace(/\\[a-z]+/gi, ' \\ '));
}

export interface FormulaStart {
  close: string;
  /** What stands behind the opening marks. */
  text: string;
  isClosed: boolean;
}

/** A line that begins a formula of its own. */
export function readFormulaStart(line: string): FormulaStart | undefined {
  const found = /^ {0,3}(\$\$(?!\$)|\\\[)(.*)$/s.exec(line);
  if (!found) return undefined;
  const close = CLOSERS[found[1]!]!;
  const rest = found[2]!.trim();
  const end = rest.indexOf(close);
  if (end >= 0) {
    const text = rest.slice(0, end).trim();
    return end + close.length === rest.length && isFormula(text) ? { close, text, isClosed: true } : undefined;
  }
  return rest === '' || (MATH_SIGN.test(rest) && !isProse(rest)) ? { close, text: rest, isClosed: false } : undefined;
}
