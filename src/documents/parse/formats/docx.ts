// Word (DOCX): headings, numbered lists, tables, text boxes, notes and equations, in the pages that Word last laid out.
import { append, cellText, createFlow } from '../flow.ts';
import type { FormatInput } from '../format.ts';
import { createGrid, type Grid } from '../grid.ts';
import { type OfficePackage, openOfficePackage } from '../office-package.ts';
import type { Block, ReadEvent } from '../parsed.ts';
import { childrenOf, type XmlNode } from '../xml.ts';
import { type DocxContext, type Notes, readBlocks, readParagraphBlocks, readRow } from './docx-blocks.ts';
import { readNumbering, readStyles, type Styles } from './docx-styles.ts';
import { createOfficePictures, pageWith, sectionEvents } from './office-pictures.ts';

/** What holds paragraphs and rows. A table in a cell comes with its row. */
const CONTAINERS = new Set([
  'w:document',
  'w:body',
  'w:tbl',
  'w:sdt',
  'w:sdtContent',
  'w:customXml',
  'w:ins',
  'w:moveTo',
]);

export async function* readDocx(input: FormatInput): AsyncGenerator<ReadEvent> {
  const office = await openOfficePackage(input);
  const related = async (type: string): Promise<XmlNode | undefined> =>
    office.findTree(await office.findRelated(office.mainPart, type));
  const styles = readStyles(await related('styles'));
  const { pageBreaks, hasHeadings } = await scanDocument(office, styles);
  const notes = createNotes({ footnote: await related('footnotes'), endnote: await related('endnotes') });
  const pictures = createOfficePictures(input, office.open);
  const context: DocxContext = {
    office,
    styles,
    numbering: readNumbering(await related('numbering')),
    notes,
    pictures,
    hasHeadings,
  };
  notes.context = context;

  // Without them nobody knows where its pages end: then it has sections.
  if (pageBreaks === 0) {
    const blocks: Block[] = [];
    for await (const page of readPages(context)) append(blocks, page);
    yield* sectionEvents(blocks, await pictures.take(1, blocks));
    return;
  }
  let total = pageBreaks + 1;
  yield { type: 'started', total, unit: 'page' };
  let number = 0;
  for await (const blocks of readPages(context)) {
    number += 1;
    if (number > total) {
      total = number;
      yield { type: 'started', total, unit: 'page' };
    }
    const drawn = await pictures.take(number, blocks);
    yield { type: 'page', page: pageWith(number, blocks, drawn.blocks) };
    for (const warning of drawn.warnings) yield { type: 'warning', warning };
  }
  if (number < total) yield { type: 'started', total: number, unit: 'page' };
}

/** A first, quick look at the text of the document part: how many pages Word saw, and whether a style for headings is used. */
async function scanDocument(
  office: OfficePackage,
  styles: Styles,
): Promise<{ pageBreaks: number; hasHeadings: boolean }> {
  const headings = [...styles].filter(([id, style]) => id !== '' && style.level !== undefined).map(([id]) => `"${id}"`);
  const decoder = new TextDecoder();
  let rest = '';
  let pageBreaks = 0;
  let hasHeadings = false;
  for await (const chunk of office.open(office.mainPart)) {
    const text = rest + decoder.decode(chunk, { stream: true });
    pageBreaks += text.split('lastRenderedPageBreak').length - 1;
    hasHeadings ||= text.includes(':outlineLvl') || headings.some((id) => text.includes(id));
    // A tag that is cut in two is looked at again with what follows.
    const tail = text.slice(text.lastIndexOf('<') + 1 || text.length);
    rest = tail.includes('>') ? '' : tail.slice(0, 1_000);
  }
  return { pageBreaks, hasHeadings };
}

/** Blocks of one page after the other. A break with nothing before it since the last one is the same break, told twice. */
async function* readPages(context: DocxContext): AsyncGenerator<Block[]> {
  const { office, notes, pictures } = context;
  const flow = createFlow();
  let grid: Grid | undefined;
  let rows = 0;
  let sole: Block[] | undefined;
  let hasPages = false;
  const takeTable = (): void => {
    const table = grid?.take();
    if (sole) flow.addAll(sole);
    else if (table) flow.add(table);
    sole = undefined;
  };
  const isEmpty = (): boolean => flow.isEmpty && (grid?.waiting ?? 0) === 0 && pictures.isEmpty;
  const takePage = async (): Promise<Block[]> => {
    takeTable();
    flow.addAll(await notes.take());
    hasPages = true;
    return flow.take();
  };

  for await (const event of office.stream(office.mainPart, CONTAINERS)) {
    if (event.type === 'open' && event.node.name === 'w:tbl') {
      grid = createGrid();
      rows = 0;
    } else if (event.type === 'close' && event.name === 'w:tbl') {
      takeTable();
      grid = undefined;
    } else if (event.type === 'node' && event.node.name === 'w:tr' && grid) {
      const row = await readRow(context, event.node);
      if (row.breakBefore && !isEmpty()) yield await takePage();
      pictures.settle();
      if (row.isDeleted) continue;
      grid.addRow(row.cells, row);
      rows += 1;
      sole = rows === 1 ? row.sole : undefined;
      if (row.breakAfter) yield await takePage();
    } else if (event.type === 'node' && event.node.name === 'w:p') {
      const paragraph = await readParagraphBlocks(context, event.node);
      if (paragraph.breakBefore && !isEmpty()) yield await takePage();
      pictures.settle();
      flow.addAll(paragraph.parts);
      if (paragraph.breakAfter && !isEmpty()) yield await takePage();
    }
  }
  if (!isEmpty() || !hasPages) yield await takePage();
}

/** Numbered in the order in which the text refers to them, as they are printed. */
function createNotes(trees: {
  footnote: XmlNode | undefined;
  endnote: XmlNode | undefined;
}): Notes & { context?: DocxContext } {
  const numbers = new Map<string, number>();
  let waiting: { number: number; node: XmlNode }[] = [];
  const notes: Notes & { context?: DocxContext } = {
    sign(kind, id) {
      const node = childrenOf(trees[kind], `w:${kind}`).find((note) => note.attributes['w:id'] === id);
      if (!node) return '';
      const key = `${kind} ${id}`;
      const number = numbers.get(key) ?? numbers.size + 1;
      if (!numbers.has(key)) waiting.push({ number, node });
      numbers.set(key, number);
      return `[^${number}]`;
    },
    async take() {
      const taken = waiting;
      waiting = [];
      const parts: Block[] = [];
      for (const { number, node } of taken) {
        const text = notes.context ? cellText(await readBlocks(notes.context, node)) : '';
        if (text !== '') parts.push({ type: 'paragraph', text: `[^${number}]: ${text}` });
      }
      return parts;
    },
  };
  return notes;
}
