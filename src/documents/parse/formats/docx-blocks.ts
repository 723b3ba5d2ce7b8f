// Paragraphs and tables of a Word file as blocks.
import { graphicBlocks } from '../drawing.ts';
import { append, cellText, createFlow, type FlowPart } from '../flow.ts';
import { createGrid, type GridCell } from '../grid.ts';
import type { OfficePackage } from '../office-package.ts';
import type { Block } from '../parsed.ts';
import { childOf, childrenOf, type XmlNode } from '../xml.ts';
import { isOn, type Numbering, outlineLevel, type Styles, settingOf } from './docx-styles.ts';
import { readParagraph } from './docx-text.ts';
import type { OfficePictures } from './office-pictures.ts';

export interface DocxContext {
  office: OfficePackage;
  styles: Styles;
  numbering: Numbering;
  notes: Notes;
  pictures: OfficePictures;
  /** Some paragraph is a heading by its style; otherwise bold lines are taken for headings. */
  hasHeadings: boolean;
}

export interface Notes {
  /** What stands in the text for a footnote or endnote. */
  sign(kind: 'footnote' | 'endnote', id: string): string;
  /** Those that were referred to since the last call. */
  take(): Promise<FlowPart[]>;
}

export interface Paragraph {
  parts: FlowPart[];
  breakBefore: boolean;
  breakAfter: boolean;
}

export interface Row {
  cells: GridCell[];
  /** Of a row with a single cell: its content as blocks. */
  sole?: Block[];
  isHeader: boolean;
  isDeleted: boolean;
  /** Empty columns before its first cell. */
  skip: number;
  breakBefore: boolean;
  breakAfter: boolean;
}

/** A heading is short: a paragraph that is styled as one by mistake is not. */
const HEADING_UNITS = 300;
const BOLD_HEADING_UNITS = 120;

export async function readParagraphBlocks(context: DocxContext, node: XmlNode): Promise<Paragraph> {
  const { office } = context;
  const properties = childOf(node, 'w:pPr');
  const content = readParagraph(node, context.notes.sign);
  const parts: FlowPart[] = [];
  const own = partOfParagraph(context, properties, content.text, content.isBold);
  if (own) parts.push(own);
  for (const box of content.boxes) append(parts, await readBlocks(context, box));
  for (const drawing of content.drawings) append(parts, await graphicBlocks(office, office.mainPart, drawing));
  const relations = await office.relationsOf(office.mainPart);
  for (const id of content.pictures) context.pictures.add(relations.get(id)?.part);
  const section = childOf(properties, 'w:sectPr');
  return {
    parts,
    breakBefore: content.breakBefore || isOn(properties, 'w:pageBreakBefore'),
    breakAfter: content.breakAfter || (section !== undefined && settingOf(section, 'w:type') !== 'continuous'),
  };
}

function partOfParagraph(
  { styles, numbering, hasHeadings }: DocxContext,
  properties: XmlNode | undefined,
  text: string,
  isBold: boolean,
): FlowPart | undefined {
  const styleId = settingOf(properties, 'w:pStyle') ?? '';
  const style = styles.get(styleId) ?? styles.get('') ?? {};
  const level = outlineLevel(properties) ?? style.level;
  const isHeading = level !== undefined && text.length <= HEADING_UNITS;
  if (text === '') return undefined;
  const list = listOf(properties, style.list, (id) => numbering.findDepth(id, styleId));
  const number = list && numbering.next(list);
  const marked = number && number.marker !== '' ? `${number.marker} ${text}` : text;
  if (isHeading) return { type: 'heading', level: level as 1, text: marked };
  if (list && number && (number.isBullet || number.marker !== '')) {
    return { type: 'item', text, depth: list.depth, ...(number.isBullet ? {} : { marker: number.marker }) };
  }
  if (!hasHeadings && isBold) {
    const guessed = guessHeadingLevel(text);
    if (guessed) return { type: 'heading', level: guessed, text };
  }
  return { type: 'paragraph', text: marked };
}

/** A paragraph's own list counts before its style's; list 0 is none. */
function listOf(
  properties: XmlNode | undefined,
  ofStyle: { id: string; depth: number } | undefined,
  findDepth: (id: string) => number | undefined,
): { id: string; depth: number } | undefined {
  const own = childOf(properties, 'w:numPr');
  const id = settingOf(own, 'w:numId') ?? ofStyle?.id;
  if (id === undefined || id === '0') return undefined;
  const depth = settingOf(own, 'w:ilvl');
  return { id, depth: depth === undefined ? (findDepth(id) ?? ofStyle?.depth ?? 0) : Number(depth) };
}

/** Where nobody used the styles for headings, a bold line of its own is one. */
function guessHeadingLevel(text: string): 1 | 2 | 3 | undefined {
  if (text.length > BOLD_HEADING_UNITS || text.includes('\n') || /[.,;:]$/.test(text) || !/\p{L}{2}/u.test(text))
    return undefined;
  if (/^(bab|bagian|lampiran|chapter|part|appendix|annex)\s+[\divxlc]+\b/i.test(text)) return 1;
  if (/^(pasal|article|section)\s+\d+|^[A-Z]\.\s/i.test(text)) return 2;
  return /^\d/.test(text) || text !== text.toUpperCase() ? 3 : 2;
}

/** What stands in a cell, a text box or a note. */
export async function readBlocks(context: DocxContext, container: XmlNode): Promise<Block[]> {
  const flow = createFlow();
  const walk = async (node: XmlNode): Promise<void> => {
    for (const child of childrenOf(node)) {
      if (child.name === 'w:p') flow.addAll((await readParagraphBlocks(context, child)).parts);
      else if (child.name === 'w:tbl') flow.addAll(await readTable(context, child));
      else if (child.name === 'mc:AlternateContent') await walk(childOf(child, 'mc:Choice') ?? child);
      else if (!/Pr$/.test(child.name) && child.name !== 'w:del') await walk(child);
    }
  };
  await walk(container);
  return flow.take();
}

async function readTable(context: DocxContext, table: XmlNode): Promise<Block[]> {
  const grid = createGrid();
  let sole: Block[] | undefined;
  let rows = 0;
  for (const node of rowsOf(table)) {
    const row = await readRow(context, node);
    if (row.isDeleted) continue;
    grid.addRow(row.cells, row);
    rows += 1;
    sole = rows === 1 ? row.sole : undefined;
  }
  if (sole) return sole;
  const block = grid.take();
  return block ? [block] : [];
}

/** Rows and cells may stand in content controls. */
const rowsOf = (node: XmlNode): XmlNode[] =>
  childrenOf(node).flatMap((child) =>
    child.name === 'w:tr' ? [child] : /^w:(sdt|sdtContent|customXml)$/.test(child.name) ? rowsOf(child) : [],
  );
const cellsOf = (node: XmlNode): XmlNode[] =>
  childrenOf(node).flatMap((child) =>
    child.name === 'w:tc' ? [child] : /^w:(sdt|sdtContent|customXml)$/.test(child.name) ? cellsOf(child) : [],
  );

export async function readRow(context: DocxContext, node: XmlNode): Promise<Row> {
  const properties = childOf(node, 'w:trPr');
  const cells: GridCell[] = [];
  let sole: Block[] | undefined;
  for (const cell of cellsOf(node)) {
    const settings = childOf(cell, 'w:tcPr');
    const merge = childOf(settings, 'w:vMerge');
    const blocks = await readBlocks(context, cell);
    sole = blocks;
    cells.push({
      text: cellText(blocks),
      columns: Number(settingOf(settings, 'w:gridSpan') ?? 1),
      continues: merge !== undefined && merge.attributes['w:val'] !== 'restart',
    });
  }
  const { isAtStart, isInside } = findBreak(node);
  return {
    cells,
    ...(cells.length === 1 && sole ? { sole } : {}),
    isHeader: isOn(properties, 'w:tblHeader'),
    isDeleted: childOf(properties, 'w:del') !== undefined,
    skip: Math.min(Number(settingOf(properties, 'w:gridBefore') ?? 0) || 0, 100),
    breakBefore: isAtStart,
    breakAfter: isInside && !isAtStart,
  };
}

/** Whether a page begins with this row, or in the middle of it. */
function findBreak(row: XmlNode): { isAtStart: boolean; isInside: boolean } {
  let hasText = false;
  let isAtStart = false;
  let isInside = false;
  const walk = (node: XmlNode): void => {
    for (const child of childrenOf(node)) {
      // Each cell begins at the top of the row.
      if (child.name === 'w:tc') hasText = false;
      if (child.name === 'w:t') hasText = true;
      else if (
        child.name === 'w:lastRenderedPageBreak' ||
        (child.name === 'w:br' && child.attributes['w:type'] === 'page')
      ) {
        isInside = true;
        if (!hasText) isAtStart = true;
      } else walk(child);
    }
  };
  walk(row);
  return { isAtStart, isInside };
}
