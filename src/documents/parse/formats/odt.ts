// OpenDocument text (ODT): headings, numbered lists, tables, text boxes and notes, in pages where the file tells where they ended.
import { append, cellText, createFlow, type FlowPart } from '../flow.ts';
import type { FormatInput } from '../format.ts';
import { createGrid, type Grid, type GridCell } from '../grid.ts';
import type { Block, ReadEvent } from '../parsed.ts';
import { childrenOf, type XmlNode } from '../xml.ts';
import { CONTENT, formulaOf, type OdfPackage, openOdfPackage, readOdfText } from './odf.ts';
import { type OdtStyles, readOdtStyles } from './odt-styles.ts';
import { createOfficePictures, type OfficePictures, pageWith, sectionEvents } from './office-pictures.ts';

const CONTAINERS = new Set([
  'office:document-content',
  'office:body',
  'office:text',
  'text:section',
  'text:table-of-content',
  'text:index-body',
  'text:index-title',
  'table:table',
  'table:table-header-rows',
  'table:table-rows',
  'table:table-row-group',
]);
const MOST_REPEATED = 1_000;

interface Context {
  odf: OdfPackage;
  styles: OdtStyles;
  notes: { number: number; node: XmlNode }[];
  noteCount: number;
  pictures: OfficePictures;
}

export async function* readOdt(input: FormatInput): AsyncGenerator<ReadEvent> {
  const odf = await openOdfPackage(input);
  const softBreaks = await countSoftBreaks(odf);
  const context: Context = {
    odf,
    styles: await readOdtStyles(odf),
    notes: [],
    noteCount: 0,
    pictures: createOfficePictures(input, odf.open),
  };
  if (softBreaks === 0) {
    const blocks: Block[] = [];
    for await (const page of readPages(context)) append(blocks, page);
    yield* sectionEvents(blocks, await context.pictures.take(1, blocks));
    return;
  }
  let total = softBreaks + 1;
  yield { type: 'started', total, unit: 'page' };
  let number = 0;
  for await (const blocks of readPages(context)) {
    number += 1;
    if (number > total) {
      total = number;
      yield { type: 'started', total, unit: 'page' };
    }
    const drawn = await context.pictures.take(number, blocks);
    yield { type: 'page', page: pageWith(number, blocks, drawn.blocks) };
    for (const warning of drawn.warnings) yield { type: 'warning', warning };
  }
  if (number < total) yield { type: 'started', total: number, unit: 'page' };
}

async function countSoftBreaks(odf: OdfPackage): Promise<number> {
  const decoder = new TextDecoder();
  let rest = '';
  let count = 0;
  for await (const chunk of odf.open(CONTENT)) {
    const text = rest + decoder.decode(chunk, { stream: true });
    count += text.split('soft-page-break').length - 1;
    const tail = text.slice(text.lastIndexOf('<') + 1 || text.length);
    rest = tail.includes('>') ? '' : tail.slice(0, 1_000);
  }
  return count;
}

async function* readPages(context: Context): AsyncGenerator<Block[]> {
  const flow = createFlow();
  /** Tables may stand in one another's rows; those of a cell come with its row. */
  let grid: Grid | undefined;
  let isHeader = false;
  let hasPages = false;
  const isEmpty = (): boolean => flow.isEmpty && (grid?.waiting ?? 0) === 0 && context.pictures.isEmpty;
  const takeTable = (): void => {
    const table = grid?.take();
    if (table) flow.add(table);
  };
  const takePage = async (): Promise<Block[]> => {
    takeTable();
    flow.addAll(await takeNotes(context));
    hasPages = true;
    return flow.take();
  };
  for await (const event of context.odf.stream(CONTAINERS)) {
    const name = event.type === 'close' ? event.name : event.node.name;
    if (name === 'table:table-header-rows') isHeader = event.type === 'open';
    else if (name === 'table:table') {
      takeTable();
      grid = event.type === 'open' ? createGrid() : undefined;
    }
    if (event.type !== 'node') continue;
    const { node } = event;
    if (name === 'text:soft-page-break') {
      if (!isEmpty()) yield await takePage();
    } else if (name === 'table:table-row' && grid) {
      await addRow(context, grid, node, isHeader);
      context.pictures.settle();
    } else if (isText(name)) {
      const { parts, breakBefore, breakAfter } = await partsOf(context, node, 0);
      if (breakBefore && !isEmpty()) yield await takePage();
      context.pictures.settle();
      flow.addAll(parts);
      if (breakAfter && !isEmpty()) yield await takePage();
    }
  }
  if (!isEmpty() || !hasPages) yield await takePage();
}

const isText = (name: string): boolean =>
  /^text:(p|h|list|numbered-paragraph)$|^draw:(frame|g|custom-shape)$/.test(name);

interface Parts {
  parts: FlowPart[];
  breakBefore: boolean;
  breakAfter: boolean;
}

async function partsOf(context: Context, node: XmlNode, depth: number): Promise<Parts> {
  if (node.name === 'text:list') return listParts(context, node, depth, undefined);
  if (node.name.startsWith('draw:')) {
    return { parts: await frameBlocks(context, node), breakBefore: false, breakAfter: false };
  }
  const { styles } = context;
  const found = readOdfText(node, (note) => signOf(context, note));
  const styleName = node.attributes['text:style-name'];
  const breaks = styles.breaksOf(styleName);
  const level =
    node.name === 'text:h' ? Number(node.attributes['text:outline-level'] ?? 1) : styles.headingLevelOf(styleName);
  const parts: FlowPart[] = [];
  if (level) {
    const number = node.name === 'text:h' && found.text !== '' ? styles.nextHeadingNumber(level) : '';
    parts.push({
      type: 'heading',
      level: Math.min(Math.max(level, 1), 6) as 1,
      text: `${number} ${found.text}`.trim(),
    });
  } else parts.push({ type: 'paragraph', text: found.text });
  for (const frame of found.frames) append(parts, await frameBlocks(context, frame));
  return {
    parts,
    breakBefore: found.breakBefore || breaks.before,
    breakAfter: found.breakAfter || breaks.after,
  };
}

/** @param outerStyle name of the list style of the list around it */
async function listParts(
  context: Context,
  list: XmlNode,
  depth: number,
  outerStyle: string | undefined,
): Promise<Parts> {
  const { styles } = context;
  const style = list.attributes['text:style-name'] ?? outerStyle;
  const result: Parts = { parts: [], breakBefore: false, breakAfter: false };
  const goesOn =
    list.attributes['text:continue-numbering'] === 'true' || list.attributes['text:continue-list'] !== undefined;
  styles.beginList(style, depth, goesOn);
  for (const item of childrenOf(list)) {
    if (item.name !== 'text:list-item' && item.name !== 'text:list-header') continue;
    let isNumbered = item.name === 'text:list-item';
    for (const child of childrenOf(item)) {
      const inner =
        child.name === 'text:list'
          ? await listParts(context, child, depth + 1, style)
          : isText(child.name)
            ? await partsOf(context, child, depth)
            : undefined;
      if (!inner) continue;
      if (result.parts.length === 0) result.breakBefore ||= inner.breakBefore;
      else result.breakAfter ||= inner.breakBefore;
      result.breakAfter ||= inner.breakAfter;
      for (const part of inner.parts) {
        // The first paragraph of an item has its number; a heading in a list too.
        if (isNumbered && (part.type === 'paragraph' || part.type === 'heading') && part.text !== '') {
          const marker = styles.nextNumber(style, depth, item.attributes['text:start-value']);
          isNumbered = false;
          result.parts.push(
            part.type === 'heading'
              ? { ...part, text: `${marker ?? ''} ${part.text}`.trim() }
              : { type: 'item', text: part.text, depth, ...(marker === undefined ? {} : { marker }) },
          );
        } else {
          const last = result.parts.at(-1);
          if (part.type === 'paragraph' && last?.type === 'item' && part.text !== '') last.text += `\n${part.text}`;
          else result.parts.push(part);
        }
      }
    }
  }
  return result;
}

function signOf(context: Context, node: XmlNode): string {
  context.noteCount += 1;
  context.notes.push({ number: context.noteCount, node });
  return `[^${context.noteCount}]`;
}

async function takeNotes(context: Context): Promise<Block[]> {
  const blocks: Block[] = [];
  for (const { number, node } of context.notes.splice(0)) {
    const body = childrenOf(node, 'text:note-body')[0];
    const text = body ? cellText(await blocksOf(context, body)) : '';
    if (text !== '') blocks.push({ type: 'paragraph', text: `[^${number}]: ${text}` });
  }
  return blocks;
}

/** What stands in a cell, a text box or a note. */
async function blocksOf(context: Context, container: XmlNode): Promise<Block[]> {
  const flow = createFlow();
  for (const child of childrenOf(container)) {
    if (child.name === 'table:table') {
      const grid = createGrid();
      await addRows(context, grid, child, false);
      const table = grid.take();
      if (table) flow.add(table);
    } else if (isText(child.name)) flow.addAll((await partsOf(context, child, 0)).parts);
    else if (child.name === 'text:section') flow.addAll(await blocksOf(context, child));
  }
  return flow.take();
}

/** A frame holds a text box, an object or a picture, sometimes several ways to show the same: the first that says something counts. */
async function frameBlocks(context: Context, frame: XmlNode): Promise<Block[]> {
  if (frame.name === 'draw:custom-shape') return blocksOf(context, frame);
  if (frame.name === 'draw:g') {
    const inner = await Promise.all(childrenOf(frame).map((child) => frameBlocks(context, child)));
    return inner.flat();
  }
  for (const child of childrenOf(frame)) {
    if (child.name === 'draw:text-box') return blocksOf(context, child);
    if (child.name === 'draw:image') {
      const picture = child.attributes['xlink:href'] ?? '';
      context.pictures.add(context.odf.has(picture) ? picture : undefined);
    }
    if (child.name !== 'draw:object') continue;
    const part = (child.attributes['xlink:href'] ?? '').replace(/^\.\//, '');
    const tree = part === '' ? undefined : await context.odf.findTree(`${part}/${CONTENT}`);
    const formula = tree ? formulaOf(tree) : '';
    if (formula !== '') return [{ type: 'paragraph', text: `$${formula}$` }];
  }
  return [];
}

async function addRows(context: Context, grid: Grid, node: XmlNode, isHeader: boolean): Promise<void> {
  for (const child of childrenOf(node)) {
    if (child.name === 'table:table-row') await addRow(context, grid, child, isHeader);
    else if (/^table:table-(header-rows|rows|row-group)$/.test(child.name)) {
      await addRows(context, grid, child, isHeader || child.name === 'table:table-header-rows');
    }
  }
}

async function addRow(context: Context, grid: Grid, row: XmlNode, isHeader: boolean): Promise<void> {
  const cells: GridCell[] = [];
  // Covered cells are those that others span.
  for (const cell of childrenOf(row, 'table:table-cell')) {
    const text = cellText(await blocksOf(context, cell));
    const columns = Number(cell.attributes['table:number-columns-spanned'] ?? 1) || 1;
    const rows = Number(cell.attributes['table:number-rows-spanned'] ?? 1) || 1;
    const times = Math.min(Number(cell.attributes['table:number-columns-repeated'] ?? 1) || 1, MOST_REPEATED);
    for (let time = 0; time < times; time += 1) cells.push({ text, columns, rows });
  }
  grid.addRow(cells, { isHeader });
}
