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
  add(...parts: FlowPart[]): void;
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
  return {
    add(...parts) {
      for (const part of parts) {
        if (part.type === 'item') {
          if (beginsList(part)) endList();
          items.push(part);
        } else if (part.type === 'table' || part.type === 'list' || part.text.trim() !== '') {
          endList();
          blocks.push(part);
        }
      }
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
