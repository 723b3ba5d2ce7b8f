// Blocks settle line by line: any pieces, the same blocks.
import { expect, test } from 'vitest';
import { type Block, createBlockReader, readBlocks } from '../../public/markdown/blocks.ts';
import { MARKDOWN_CORPUS, randomCuts, seededRandom } from '../support/markdown-corpus.ts';

const kinds = (text: string): string[] => readBlocks(text).map((block) => block.kind);
const one = <K extends Block['kind']>(text: string, kind: K): Extract<Block, { kind: K }> => {
  const [block] = readBlocks(text);
  if (block?.kind !== kind) throw new Error(`expected ${kind}, found ${block?.kind}`);
  return block as Extract<Block, { kind: K }>;
};

test('text in random pieces gives the blocks of the finished text', () => {
  const random = seededRandom(7);
  for (const { name, text } of MARKDOWN_CORPUS) {
    const wanted = readBlocks(text);
    for (let round = 0; round < 40; round += 1) {
      const reader = createBlockReader();
      const cuts = randomCuts(text.length, 30, random);
      [...cuts, text.length].forEach((cut, index) => {
        reader.push(text.slice(cuts[index - 1] ?? 0, cut));
        reader.preview(reader.tail);
      });
      expect(reader.end().blocks, `${name}, cut at ${cuts}`).toEqual(wanted);
    }
  }
});

test('a closed block is never changed by what follows', () => {
  for (const { text } of MARKDOWN_CORPUS) {
    const reader = createBlockReader();
    const seen = new Map<Block, string>();
    for (const character of text) {
      reader.push(character);
      for (const block of reader.body.blocks.filter((each) => each.done)) {
        if (!seen.has(block)) seen.set(block, JSON.stringify(block));
        expect(JSON.stringify(block)).toBe(seen.get(block));
      }
    }
  }
});

test('looking ahead at the open line changes nothing', () => {
  for (const { text } of MARKDOWN_CORPUS) {
    const reader = createBlockReader();
    for (const character of text) {
      reader.push(character);
      const before = JSON.stringify(reader.body);
      reader.preview(`${reader.tail}\u2026`);
      expect(JSON.stringify(reader.body)).toBe(before);
    }
  }
});

test('a table may follow a sentence directly, and words may follow a table directly', () => {
  expect(kinds('Intro:\n| a | b |\n|---|---|\n| 1 | 2 |\nafter')).toEqual(['paragraph', 'table', 'paragraph']);
});

test('a row has as many cells as the head: missing ones are empty, further ones join the last', () => {
  const table = one('|a|b|\n|-|-|\n|1|\n|1|2|3|\n', 'table');
  expect(table.rows.map((row) => row.cells)).toEqual([
    ['1', ''],
    ['1', '2 | 3'],
  ]);
});

test('a line of dashes under a sentence is a rule, never a heading', () => {
  expect(kinds('Harga final\n---\nterlampir')).toEqual(['paragraph', 'rule', 'paragraph']);
});

test('a reply under a quote is not part of the quote', () => {
  expect(kinds('> asked\nanswered')).toEqual(['quote', 'paragraph']);
});

test('a list keeps its first number, and another kind of number starts another list', () => {
  const [first, second] = readBlocks('7. a\n8. b\n1) c');
  expect(first).toMatchObject({ kind: 'list', start: 7, items: [{}, {}] });
  expect(second).toMatchObject({ kind: 'list', start: 1, items: [{}] });
});

test('code keeps its spaces and blank lines, and needs no end', () => {
  expect(one('```py\n  a\n\n\tb', 'code')).toMatchObject({ language: 'py', text: '  a\n\n\tb' });
});

test('containers deeper than eight are shown as text', () => {
  let depth = 0;
  let [block] = readBlocks(`${'> '.repeat(30)}x`);
  while (block?.kind === 'quote') {
    depth += 1;
    block = block.body.blocks[0];
  }
  expect(depth).toBe(8);
  expect(block).toMatchObject({ kind: 'paragraph', text: `${'> '.repeat(22)}x` });
});
