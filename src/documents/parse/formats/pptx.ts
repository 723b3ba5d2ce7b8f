// PowerPoint (PPTX): one page for each slide, its title first, then what stands on it in reading order, then the speaker's notes.
import { drawingText, graphicBlocks } from '../drawing.ts';
import { cellText, createFlow, type FlowPart } from '../flow.ts';
import { type FormatInput, ReadProblem } from '../format.ts';
import { createGrid } from '../grid.ts';
import { type OfficePackage, openOfficePackage } from '../office-package.ts';
import type { Block, ReadEvent } from '../parsed.ts';
import { atPath, childOf, childrenOf, descendantsOf, type XmlNode } from '../xml.ts';
import { formatNumber } from './docx-styles.ts';
import { createOfficePictures, pageWith } from './office-pictures.ts';

export async function* readPptx(input: FormatInput): AsyncGenerator<ReadEvent> {
  const office = await openOfficePackage(input);
  const presentation = await office.tree(office.mainPart);
  const relations = await office.relationsOf(office.mainPart);
  const slides = childrenOf(childOf(presentation, 'p:sldIdLst'), 'p:sldId').map(
    ({ attributes }) => relations.get(attributes['r:id'] ?? '')?.part,
  );
  if (slides.length === 0) throw new ReadProblem('file_corrupt', 'The presentation has no slides.');
  const pictures = createOfficePictures(input, office.open);
  yield { type: 'started', total: slides.length, unit: 'slide' };
  for (const [index, part] of slides.entries()) {
    const number = index + 1;
    try {
      const { title, blocks, pictures: shown } = await readSlide(office, part);
      for (const picture of shown) pictures.add(picture);
      pictures.settle();
      const drawn = await pictures.take(number, blocks);
      const label = title === '' ? {} : { label: title };
      yield { type: 'page', page: { ...pageWith(number, blocks, drawn.blocks), ...label } };
      for (const warning of drawn.warnings) yield { type: 'warning', warning };
    } catch (error) {
      // One broken slide does not take the others with it.
      if (!(error instanceof ReadProblem) || error.reason !== 'file_corrupt' || slides.length === 1) throw error;
      yield { type: 'page', page: { number, blocks: [], source: 'none' } };
      const message = `Slide ${number} could not be read: ${error.message}`;
      yield { type: 'warning', warning: { page: number, code: 'page_unreadable', message } };
    }
  }
}

interface SlideContent {
  title: string;
  blocks: Block[];
  /** Parts of the pictures on it. */
  pictures: string[];
}

async function readSlide(office: OfficePackage, part: string | undefined): Promise<SlideContent> {
  const tree = await office.findTree(part);
  if (!tree || part === undefined) throw new ReadProblem('file_corrupt', 'It is not there.');
  const shapes = shapesOf(atPath(tree, 'p:cSld', 'p:spTree'));
  const titleShape = shapes.find((shape) => /^(title|ctrTitle)$/.test(placeholderOf(shape)?.type ?? ''));
  const title = titleShape ? plainText(titleShape) : '';
  const flow = createFlow();
  flow.add({ type: 'heading', level: 1, text: title });
  for (const shape of shapes) if (shape !== titleShape) flow.addAll(await partsOfShape(office, part, shape));
  const notes = await notesOf(office, part);
  if (notes !== '') flow.add({ type: 'paragraph', text: `Notes: ${notes}` });
  const relations = await office.relationsOf(part);
  const pictures = shapes
    .flatMap((shape) => descendantsOf(shape, 'a:blip'))
    .flatMap(({ attributes }) => relations.get(attributes['r:embed'] ?? '')?.part ?? []);
  return { title: title.replace(/\s+/g, ' ').trim(), blocks: flow.take(), pictures };
}

/** In the order in which they lie on the slide, which is also the one for reading aloud; groups are opened. */
function shapesOf(tree: XmlNode | undefined): XmlNode[] {
  return childrenOf(tree).flatMap((node) => {
    if (node.name === 'p:grpSp') return shapesOf(node);
    if (node.name === 'mc:AlternateContent')
      return shapesOf(childOf(node, 'mc:Choice') ?? childOf(node, 'mc:Fallback'));
    return /^p:(sp|graphicFrame|pic|cxnSp)$/.test(node.name) ? [node] : childOf(node, 'p:txBody') ? [node] : [];
  });
}

function placeholderOf(shape: XmlNode): { type: string } | undefined {
  for (const properties of childrenOf(shape)) {
    const placeholder = atPath(properties, 'p:nvPr', 'p:ph');
    if (placeholder) return { type: placeholder.attributes.type ?? 'obj' };
  }
  return undefined;
}

const paragraphsOf = (shape: XmlNode): XmlNode[] =>
  childrenOf(shape)
    .filter(({ name }) => /txBody$/.test(name))
    .flatMap((body) => childrenOf(body, 'a:p'));

const plainText = (shape: XmlNode): string =>
  paragraphsOf(shape).map(drawingText).join(' ').replace(/\s+/g, ' ').trim();

/** The same on every slide: says nothing about this one. */
const FURNITURE = /^(sldNum|dt|ftr|hdr)$/;

async function partsOfShape(office: OfficePackage, part: string, shape: XmlNode): Promise<FlowPart[]> {
  const placeholder = placeholderOf(shape);
  if (FURNITURE.test(placeholder?.type ?? '')) return [];
  const table = atPath(shape, 'a:graphic', 'a:graphicData', 'a:tbl');
  if (table) return tableBlocks(table);
  if (shape.name === 'p:graphicFrame') return graphicBlocks(office, part, shape);
  const paragraphs = paragraphsOf(shape);
  const isBody = /^(body|obj|tbl|half)$/.test(placeholder?.type ?? '');
  const isSeveral = paragraphs.filter((paragraph) => drawingText(paragraph).trim() !== '').length > 1;
  return listParts(paragraphs, isBody && isSeveral);
}

/** @param byDefault whether paragraphs that say nothing of it have a bullet: those of a slide's main text do */
function listParts(paragraphs: readonly XmlNode[], byDefault: boolean): FlowPart[] {
  const counts: number[] = [];
  return paragraphs.flatMap((paragraph): FlowPart[] => {
    const text = drawingText(paragraph).trim();
    const properties = childOf(paragraph, 'a:pPr');
    const depth = Math.min(Number(properties?.attributes.lvl ?? 0) || 0, 8);
    const auto = childOf(properties, 'a:buAutoNum');
    if (text === '') return [];
    if (auto) {
      counts.length = depth + 1;
      counts[depth] = (counts[depth] ?? Number(auto.attributes.startAt ?? 1) - 1) + 1;
      return [{ type: 'item', text, depth, marker: autoNumber(auto.attributes.type ?? '', counts[depth]) }];
    }
    // Whatever stands between two numbered items at their depth ends the count.
    counts.length = Math.min(counts.length, depth);
    const hasBullet = childOf(properties, 'a:buChar') ?? childOf(properties, 'a:buBlip');
    const isItem = hasBullet !== undefined || (byDefault && !childOf(properties, 'a:buNone'));
    return [isItem ? { type: 'item', text, depth } : { type: 'paragraph', text }];
  });
}

/** `alphaLcParenR` and the like. */
function autoNumber(type: string, value: number): string {
  const formats: [RegExp, string][] = [
    [/^alphaLc/, 'lowerLetter'],
    [/^alphaUc/, 'upperLetter'],
    [/^romanLc/, 'lowerRoman'],
    [/^romanUc/, 'upperRoman'],
  ];
  const number = formatNumber(value, formats.find(([pattern]) => pattern.test(type))?.[1] ?? 'decimal');
  if (type.endsWith('ParenBoth')) return `(${number})`;
  return type.endsWith('ParenR') ? `${number})` : `${number}.`;
}

function tableBlocks(table: XmlNode): Block[] {
  const grid = createGrid();
  const hasHeader = /^(1|true)$/.test(childOf(table, 'a:tblPr')?.attributes.firstRow ?? '');
  for (const [index, row] of childrenOf(table, 'a:tr').entries()) {
    const cells = childrenOf(row, 'a:tc')
      // The rest of a cell that spans columns; it has been counted with its first.
      .filter(({ attributes }) => !isTrue(attributes.hMerge))
      .map((cell) => ({
        text: cellTextOf(cell),
        columns: Number(cell.attributes.gridSpan ?? 1),
        continues: isTrue(cell.attributes.vMerge),
      }));
    grid.addRow(cells, { isHeader: hasHeader && index === 0 });
  }
  const block = grid.take();
  return block ? [block] : [];
}

const isTrue = (value: string | undefined): boolean => value === '1' || value === 'true';

function cellTextOf(cell: XmlNode): string {
  const flow = createFlow();
  flow.addAll(listParts(childrenOf(childOf(cell, 'a:txBody'), 'a:p'), false));
  return cellText(flow.take());
}

async function notesOf(office: OfficePackage, part: string): Promise<string> {
  const tree = await office.findTree(await office.findRelated(part, 'notesSlide'));
  return shapesOf(atPath(tree, 'p:cSld', 'p:spTree'))
    .filter((shape) => placeholderOf(shape)?.type === 'body')
    .map((shape) => paragraphsOf(shape).map(drawingText).join('\n').trim())
    .filter((text) => text !== '')
    .join('\n');
}
