// What styles of an OpenDocument text say about a paragraph: heading or not, where pages break, and how lists are numbered.
import { childrenOf, descendantsOf, type XmlNode } from '../xml.ts';
import { formatNumber } from './docx-styles.ts';
import type { OdfPackage } from './odf.ts';

export interface OdtStyles {
  /** Of a paragraph that is a heading by its style only: a title. */
  headingLevelOf(style: string | undefined): number | undefined;
  breaksOf(style: string | undefined): { before: boolean; after: boolean };
  /** @returns empty when headings of this level have no number */
  nextHeadingNumber(level: number): string;
  /** @param goesOn whether it counts on from the last list of this style */
  beginList(style: string | undefined, depth: number, goesOn: boolean): void;
  /** @returns undefined for a bullet */
  nextNumber(style: string | undefined, depth: number, start: string | undefined): string | undefined;
}

interface Level {
  format: string;
  prefix: string;
  suffix: string;
  start: number;
  /** How many of the numbers above it are shown with its own. */
  shown: number;
}

const FORMATS: Readonly<Record<string, string>> = {
  a: 'lowerLetter',
  A: 'upperLetter',
  i: 'lowerRoman',
  I: 'upperRoman',
};
const MOST_ANCESTORS = 20;

export async function readOdtStyles(odf: OdfPackage): Promise<OdtStyles> {
  const common = await odf.findTree('styles.xml');
  const own: XmlNode[] = [];
  // Automatic styles stand before the content, in the same part.
  for await (const event of odf.stream(new Set(['office:document-content']))) {
    if (event.type !== 'node') continue;
    if (event.node.name === 'office:body') break;
    if (event.node.name === 'office:automatic-styles') own.push(...childrenOf(event.node));
  }
  const all = [...(common ? childrenOf(common).flatMap((group) => childrenOf(group)) : []), ...own];
  const paragraphs = new Map(
    all
      .filter(({ name, attributes }) => name === 'style:style' && attributes['style:family'] === 'paragraph')
      .map((style) => [style.attributes['style:name'] ?? '', style]),
  );
  const lists = new Map(
    all
      .filter(({ name }) => name === 'text:list-style')
      .map((style) => [style.attributes['style:name'] ?? '', levelsOf(style)]),
  );
  const outline = levelsOf(all.find(({ name }) => name === 'text:outline-style'));
  return { ...paragraphStyles(paragraphs), ...numbering(lists, outline) };
}

function paragraphStyles(styles: ReadonlyMap<string, XmlNode>): Pick<OdtStyles, 'headingLevelOf' | 'breaksOf'> {
  return {
    headingLevelOf(name) {
      let at = name;
      for (let steps = 0; at !== undefined && steps < MOST_ANCESTORS; steps += 1) {
        if (at === 'Title') return 1;
        if (at === 'Subtitle') return 2;
        at = styles.get(at)?.attributes['style:parent-style-name'];
      }
      return undefined;
    },
    breaksOf(name) {
      const [properties] = childrenOf(styles.get(name ?? ''), 'style:paragraph-properties');
      return {
        before: properties?.attributes['fo:break-before'] === 'page',
        after: properties?.attributes['fo:break-after'] === 'page',
      };
    },
  };
}

function levelsOf(style: XmlNode | undefined): Map<number, Level> {
  const numbered = style ? descendantsOf(style, 'text:list-level-style-number', 'text:outline-level-style') : [];
  return new Map(
    numbered.map(({ attributes }) => [
      Number(attributes['text:level'] ?? 1) - 1,
      {
        format: attributes['style:num-format'] ?? '',
        prefix: attributes['style:num-prefix'] ?? '',
        suffix: attributes['style:num-suffix'] ?? '',
        start: Number(attributes['text:start-value'] ?? 1) || 1,
        shown: Number(attributes['text:display-levels'] ?? 1) || 1,
      },
    ]),
  );
}

function numbering(
  lists: ReadonlyMap<string, Map<number, Level>>,
  outline: ReadonlyMap<number, Level>,
): Pick<OdtStyles, 'beginList' | 'nextNumber' | 'nextHeadingNumber'> {
  const counters = new Map<string, number[]>();
  const countsOf = (key: string): number[] => {
    const counts = counters.get(key) ?? [];
    counters.set(key, counts);
    return counts;
  };
  const numberOf = (levels: ReadonlyMap<number, Level>, depth: number, counts: readonly number[]): string => {
    const level = levels.get(depth);
    if (!level || level.format === '') return '';
    const parts: string[] = [];
    for (let at = Math.max(0, depth - level.shown + 1); at <= depth; at += 1) {
      const format = levels.get(at)?.format ?? '';
      if (format !== '') parts.push(formatNumber(counts[at] ?? 1, FORMATS[format] ?? 'decimal'));
    }
    return `${level.prefix}${parts.join('.')}${level.suffix}`.trim();
  };
  return {
    beginList(style, depth, goesOn) {
      const counts = countsOf(style ?? '');
      if (!goesOn) counts.length = Math.min(counts.length, depth);
    },
    nextNumber(style, depth, start) {
      const levels = lists.get(style ?? '');
      const level = levels?.get(depth);
      if (!levels || !level || level.format === '') return undefined;
      const counts = countsOf(style ?? '');
      counts[depth] = start === undefined ? (counts[depth] ?? level.start - 1) + 1 : Number(start) || 1;
      counts.length = depth + 1;
      return numberOf(levels, depth, counts);
    },
    nextHeadingNumber(level) {
      const depth = level - 1;
      const counts = countsOf('heading');
      counts[depth] = (counts[depth] ?? (outline.get(depth)?.start ?? 1) - 1) + 1;
      counts.length = depth + 1;
      return numberOf(outline, depth, counts);
    },
  };
}
