// What drawings of Office files hold besides pictures: charts with their numbers, diagrams with their words, text of shapes.
import { append } from './flow.ts';
import { createGrid } from './grid.ts';
import type { OfficePackage } from './office-package.ts';
import { equationText } from './omml.ts';
import type { Block, TableBlock } from './parsed.ts';
import { atPath, childOf, childrenOf, descendantsOf, textOf, type XmlNode } from './xml.ts';

/** Blocks of every chart and diagram that `node` shows. @param part in which it stands */
export async function graphicBlocks(office: OfficePackage, part: string, node: XmlNode): Promise<Block[]> {
  const blocks: Block[] = [];
  for (const shown of descendantsOf(node, 'c:chart', 'dgm:relIds')) {
    const id = shown.attributes[shown.name === 'c:chart' ? 'r:id' : 'r:dm'];
    const target = id === undefined ? undefined : (await office.relationsOf(part)).get(id)?.part;
    const tree = await office.findTree(target);
    if (tree) append(blocks, shown.name === 'c:chart' ? chartBlocks(tree) : diagramBlocks(tree));
  }
  return blocks;
}

/** Text of a paragraph of DrawingML (`a:p`). */
export function drawingText(paragraph: XmlNode): string {
  return childrenOf(paragraph)
    .map((part) => {
      if (part.name === 'a:r' || part.name === 'a:fld') return textOf(childOf(part, 'a:t'));
      if (part.name === 'a:br') return '\n';
      if (part.name === 'm:oMath' || part.name === 'm:oMathPara') return `$${equationText(part)}$`;
      // Equations stand in an alternative, with a picture of them as the other.
      if (part.name === 'mc:AlternateContent') return drawingText(childOf(part, 'mc:Choice') ?? part);
      return part.name === 'a14:m' ? drawingText(part) : '';
    })
    .join('');
}

function diagramBlocks(tree: XmlNode): Block[] {
  const items = descendantsOf(tree, 'dgm:t')
    .map((text) => childrenOf(text, 'a:p').map(drawingText).join(' ').trim())
    .filter((text) => text !== '');
  return items.length === 0 ? [] : [{ type: 'list', ordered: false, items: items.map((text) => ({ text, depth: 0 })) }];
}

/** The numbers a chart was drawn from lie beside it: its categories are the rows, its series the columns. */
function chartBlocks(tree: XmlNode): Block[] {
  const chart = childOf(tree, 'c:chart') ?? tree;
  const title = descendantsOf(childOf(chart, 'c:title') ?? EMPTY, 'a:p')
    .map(drawingText)
    .join(' ')
    .trim();
  const series = descendantsOf(childOf(chart, 'c:plotArea') ?? EMPTY, 'c:ser');
  const table = seriesTable(series);
  if (table) return [title === '' ? table : { ...table, caption: title }];
  return title === '' ? [] : [{ type: 'paragraph', text: title }];
}

const EMPTY: XmlNode = { name: '', attributes: {}, children: [] };
const MOST_POINTS = 2_000;

function seriesTable(series: readonly XmlNode[]): TableBlock | undefined {
  const columns = series.map((one) => ({
    name: pointsOf(childOf(one, 'c:tx')).get(0) ?? textOf(atPath(one, 'c:tx', 'c:v')),
    categories: pointsOf(childOf(one, 'c:cat') ?? childOf(one, 'c:xVal')),
    values: pointsOf(childOf(one, 'c:val') ?? childOf(one, 'c:yVal')),
  }));
  const places = new Set(columns.flatMap(({ values }) => [...values.keys()]));
  if (places.size === 0) return undefined;
  const categories = columns.find((column) => column.categories.size > 0)?.categories ?? new Map<number, string>();
  const grid = createGrid();
  grid.addRow([{ text: '' }, ...columns.map(({ name }) => ({ text: name }))], { isHeader: true });
  for (const place of [...places].sort((a, b) => a - b).slice(0, MOST_POINTS)) {
    const cells = columns.map(({ values }) => ({ text: values.get(place) ?? '' }));
    grid.addRow([{ text: categories.get(place) ?? String(place + 1) }, ...cells]);
  }
  return grid.take();
}

/** Cached values by their place. */
function pointsOf(node: XmlNode | undefined): Map<number, string> {
  if (!node) return new Map();
  return new Map(
    descendantsOf(node, 'c:pt').map((point) => [
      Number(point.attributes.idx ?? 0),
      textOf(childOf(point, 'c:v')).trim(),
    ]),
  );
}
