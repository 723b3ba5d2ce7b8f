// Gathers blocks in reading order: items that follow one another become one list. Shared by the text formats.
import { pageMarkdown } from './markdown.ts';
import type { Block } from './parsed.ts';

export interface ListItem {
  type: 'item';
  text: string;
  depth: number;
  /** Of a numbered item; a bullet has none. */
  marker?: string;
}

export type FlowPart = Block | ListItem;

export interface Flow {
  add(part: FlowPart): void;
  addAll(parts: Iterable<FlowPart>): void;
  /** More text of the last item. @returns false when what was added last is no item */
  extendItem(text: string): boolean;
  readonly isEmpty: boolean;
  /** What was gathered; begins anew. */
  take(): Block[];
}

export function createFlow(): Flow {
  let blocks: Block[] = [];
  let items: ListItem[] = [];
  const endList = (): void => {
    if (items.length === 0) return;
    const isOrdered = items[0]!.marker !== undefined;
    // A bullet among numbers says so; without a marker it would be counted.
    const listed = items.map(({ text, depth, marker = isOrdered ? '-' : undefined }) => ({
      text,
      depth,
      ...(marker === undefined ? {} : { marker }),
    }));
    blocks.push({ type: 'list', ordered: isOrdered, items: listed });
    items = [];
  };
  const beginsList = (item: ListItem): boolean =>
    item.depth === 0 && items.length > 0 && (items[0]!.marker === undefined) !== (item.marker === undefined);
  const add = (part: FlowPart): void => {
    if (part.type === 'item') {
      if (beginsList(part)) endList();
      items.push(part);
    } else if (part.type === 'table' || part.type === 'list' || part.text.trim() !== '') {
      endList();
      blocks.push(part);
    }
  };
  return {
    add,
    addAll(parts) {
      for (const part of parts) add(part);
    },
    extendItem(text) {
      const last = items.at(-1);
      if (last) items[items.length - 1] = { ...last, text: `${last.text}\n${text}` };
      return last !== undefined;
    },
    get isEmpty() {
      return blocks.length === 0 && items.length === 0;
    },
    take() {
      endList();
      const taken = blocks;
      blocks = [];
      return taken;
    },
  };
}

/** Like `push(...more)`, for lists of any length. */
export function append<T>(list: T[], more: Iterable<T>): void {
  for (const one of more) list.push(one);
}

/** Blocks as the text of one cell of a table: a table in it becomes its rows, one after the other. */
export function cellText(blocks: readonly Block[]): string {
  return blocks
    .map((block) => {
      if (block.type === 'table') {
        return [block.caption ?? '', ...block.rows.map((row) => row.filter((cell) => cell !== '').join(', '))]
          .filter((line) => line !== '')
          .join('; ');
      }
      return block.type === 'list' ? pageMarkdown([block]) : block.text;
    })
    .join('\n')
    .trim();
}
