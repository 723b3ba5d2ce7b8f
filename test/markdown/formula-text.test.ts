// Which marks make a formula, and which are money, paths and words.
import { describe, expect, test } from 'vitest';
import { isOpenFormula, readFormula, readFormulaStart } from '../../public/markdown/formula-text.ts';
import { closeUnfinished } from '../../public/markdown/unfinished.ts';

const formulasIn = (text: string): string[] => {
  const found: string[] = [];
  for (let at = 0; at < text.length; at += 1) {
    const formula = readFormula(text, at);
    if (!formula) continue;
    found.push(formula.tex);
    at += formula.raw.length - 1;
  }
  return found;
};

test.each([
  ['nilai $x$ dan $y_1$', ['x', 'y_1']],
  ['$f(x) = 2x + 1$', ['f(x) = 2x + 1']],
  ['antara $0$ dan $1$.', ['0', '1']],
  ['$5 + 3 = 8$', ['5 + 3 = 8']],
  ['\\(a^2 + b^2\\) dan \\[c^2\\]', ['a^2 + b^2', 'c^2']],
  ['$$\\frac{a}{b}$$', ['\\frac{a}{b}']],
  ['$\\text{denda per jam} = 0{,}005 \\times n$', ['\\text{denda per jam} = 0{,}005 \\times n']],
  ['$18.6 \\times 10^9$', ['18.6 \\times 10^9']],
  ['($\\alpha$)', ['\\alpha']],
])('%s holds formulas', (text, found) => {
  expect(formulasIn(text)).toEqual(found);
});

test.each([
  'It costs $5 and $10.',
  'between $5 and $10, or $5–$10, or $5-$10',
  'US$5 to US$10, S$5/S$10',
  'Rp 18,6 M, $1,200.50 per month; $3/unit, $4/unit',
  '$5M vs $7M this year',
  'the path $HOME/$USER and $PATH',
  'set $HOME and $PATH',
  '$ 5 and $ 10',
  '100$ and 200$',
  'Sumber \\[1\\] dan \\[2\\]',
  '$A is a variable and B$',
  '\\$5 and \\$10',
  '$',
  '$$',
  '$$$$',
])('%s holds none', (text) => {
  expect(formulasIn(text)).toEqual([]);
});

describe('while it is being written', () => {
  test.each(['nilai $x^2 +', 'nilai $', 'nilai $5', 'nilai \\(a + b', 'nilai $$\\frac{a}{', 'nilai $18.6 \\times'])(
    'of "%s" only the words before it are shown',
    (text) => {
      expect(closeUnfinished(text)).toBe('nilai ');
    },
  );

  test.each(['It costs $5 and', 'set $HOME and then', 'costs $5. The', 'US$', '$5 per month', 'from $5 to $10 as'])(
    '"%s" is shown as it is',
    (text) => {
      expect(closeUnfinished(text).startsWith(text.slice(0, -1))).toBe(true);
    },
  );

  test('a formula that never ends is words after three hundred characters', () => {
    expect(isOpenFormula(`$x${' + y'.repeat(100)}`, 0)).toBe(false);
  });
});

test('a line begins a formula of its own only with its marks alone, closed, or with what reads as one', () => {
  expect(readFormulaStart('$$')).toMatchObject({ isClosed: false, text: '' });
  expect(readFormulaStart('  \\[ x = 1 \\]')).toMatchObject({ isClosed: true, text: 'x = 1' });
  expect(readFormulaStart('$$x = 1$$ adalah')).toBeUndefined();
  expect(readFormulaStart('\\[catatan penting')).toBeUndefined();
  expect(readFormulaStart('$$$')).toBeUndefined();
});
