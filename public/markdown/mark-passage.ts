// Puts a marker over ranges of a tree's text: the words of a passage, wherever its elements break them.
import type { TextRange } from '../lib/find-passage.ts';
import { element, type MarkElement, type MarkNode, textOf } from './nodes.ts';

/**
 * @param ranges in `textOf(nodes)`, ascending and apart from each other
 * @param before stands before the first marked word
 */
export function markPassage(nodes: MarkNode[], ranges: readonly TextRange[], before?: MarkElement): MarkNode[] {
  let offset = 0;
  let isFirst = true;
  const markText = (text: string): MarkNode[] => {
    const start = offset;
    offset += text.length;
    const pieces: MarkNode[] = [];
    let done = 0;
    for (const range of ranges) {
      const from = Math.max(range.start - start, done);
      const until = Math.min(range.end - start, text.length);
      if (from >= until) continue;
      // Between the lines and cells of a passage there is nothing to mark.
      const words = text.slice(from, until);
      pieces.push(text.slice(done, from));
      if (words.trim() === '') pieces.push(words);
      else {
        if (isFirst && before) pieces.push(before);
        isFirst = false;
        pieces.push(element('mark', {}, [words]));
      }
      done = until;
    }
    pieces.push(text.slice(done));
    return pieces.filter((piece) => piece !== '');
  };
  const walk = (list: MarkNode[]): MarkNode[] =>
    list.flatMap((node): MarkNode[] => {
      if (typeof node === 'string') return markText(node);
      const length = textOf(node.children).length;
      const isTouched = ranges.some((range) => range.start < offset + length && range.end > offset);
      if (isTouched) return [{ ...node, children: walk(node.children) }];
      offset += length;
      return [node];
    });
  return walk(nodes);
}
