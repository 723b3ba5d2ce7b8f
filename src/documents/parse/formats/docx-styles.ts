// What styles and numbering of a Word file say about a paragraph: whether it is a heading, and the number that stands before it.
import { childOf, childrenOf, type XmlNode } from '../xml.ts';

export interface ParagraphStyle {
  /** Of a heading, from 1. */
  level?: number;
  /** Its list and the depth in it, from 0. */
  list?: { id: string; depth: number };
}

export type Styles = ReadonlyMap<string, ParagraphStyle>;

const MOST_ANCESTORS = 20;
const DEEPEST_HEADING = 6;

export const settingOf = (node: XmlNode | undefined, name: string): string | undefined =>
  childOf(node, name)?.attributes['w:val'];

/** Whether a switch such as `w:vanish` is on: its presence says so unless its value denies it. */
export function isOn(node: XmlNode | undefined, name: string): boolean {
  const found = childOf(node, name);
  return found !== undefined && !['0', 'false', 'off', 'none'].includes(found.attributes['w:val'] ?? '1');
}

export function readStyles(tree: XmlNode | undefined): Styles {
  const nodes = new Map(childrenOf(tree, 'w:style').map((style) => [style.attributes['w:styleId'] ?? '', style]));
  const resolve = (id: string | undefined): ParagraphStyle => {
    let level: number | undefined;
    let listId: string | undefined;
    let depth: number | undefined;
    let style = nodes.get(id ?? '');
    for (let steps = 0; style && steps < MOST_ANCESTORS; steps += 1) {
      const properties = childOf(style, 'w:pPr');
      level ??= levelOfName(settingOf(style, 'w:name')) ?? outlineLevel(properties);
      const numbering = childOf(properties, 'w:numPr');
      listId ??= settingOf(numbering, 'w:numId');
      const indent = settingOf(numbering, 'w:ilvl');
      if (indent !== undefined) depth ??= Number(indent);
      style = nodes.get(settingOf(style, 'w:basedOn') ?? '');
    }
    const list = listId === undefined || listId === '0' ? undefined : { id: listId, depth: depth ?? (level ?? 1) - 1 };
    return { ...(level === undefined ? {} : { level }), ...(list ? { list } : {}) };
  };
  const byDefault = [...nodes].find(
    ([, style]) =>
      style.attributes['w:type'] === 'paragraph' && /^(1|true|on)$/.test(style.attributes['w:default'] ?? ''),
  )?.[0];
  return new Map([...[...nodes.keys()].map((id) => [id, resolve(id)] as const), ['', resolve(byDefault)]]);
}

/** Of a paragraph itself or of its style. */
export function outlineLevel(properties: XmlNode | undefined): number | undefined {
  const value = Number(settingOf(properties, 'w:outlineLvl') ?? Number.NaN);
  return value >= 0 && value < 9 ? Math.min(value + 1, DEEPEST_HEADING) : undefined;
}

/** Names of built-in styles are English in every language of Word; other programs write them with capitals. */
function levelOfName(name = ''): number | undefined {
  if (/^title$/i.test(name)) return 1;
  if (/^subtitle$/i.test(name)) return 2;
  const level = /^(?:heading|judul)\s*(\d)$/i.exec(name)?.[1];
  return level === undefined || level === '0' ? undefined : Math.min(Number(level), DEEPEST_HEADING);
}

interface Level {
  format: string;
  /** `%1.%2` */
  text: string;
  start: number;
  isLegal: boolean;
  /** Of paragraphs that stand on this level. */
  styleId?: string;
  /** The level whose next number begins this one anew; undefined: any above it. */
  restartAfter?: number;
}

export interface Numbering {
  /** At which depth of a list paragraphs of a style stand, when the list says so. */
  findDepth(id: string, styleId: string): number | undefined;
  /** Counts one on. @returns the number as it is printed; undefined when there is no such list */
  next(list: { id: string; depth: number }): { marker: string; isBullet: boolean } | undefined;
}

export function readNumbering(tree: XmlNode | undefined): Numbering {
  const nodes = childrenOf(tree, 'w:abstractNum');
  const abstracts = new Map(
    nodes.map((node) => {
      // Some only name a style, under which another one has the levels.
      const link = settingOf(node, 'w:numStyleLink');
      const linked = link === undefined ? undefined : nodes.find((other) => settingOf(other, 'w:styleLink') === link);
      return [node.attributes['w:abstractNumId'] ?? '', levelsOf(linked ?? node)];
    }),
  );
  const lists = new Map(
    childrenOf(tree, 'w:num').map((node) => {
      const abstractId = settingOf(node, 'w:abstractNumId') ?? '';
      return [node.attributes['w:numId'] ?? '', { abstractId, ...overridesOf(node) }] as const;
    }),
  );
  // Lists of one abstract definition count on together, unless one begins anew.
  const counters = new Map<string, number[]>();
  const begun = new Set<string>();

  return {
    findDepth(id, styleId) {
      const levels = abstracts.get(lists.get(id)?.abstractId ?? '') ?? new Map<number, Level>();
      return [...levels].find(([, level]) => level.styleId === styleId)?.[0];
    },
    next({ id, depth }) {
      const list = lists.get(id);
      const levels = list && abstracts.get(list.abstractId);
      const levelAt = (at: number): Level | undefined => list?.levels.get(at) ?? levels?.get(at);
      const level = levelAt(depth);
      if (!list || !level || depth > 8) return undefined;
      const counts = counters.get(list.abstractId) ?? [];
      counters.set(list.abstractId, counts);
      if (!begun.has(id)) {
        begun.add(id);
        for (const [at, start] of list.starts) counts[at] = start - 1;
      }
      for (let at = 0; at < depth; at += 1) counts[at] ??= levelAt(at)?.start ?? 1;
      counts[depth] = (counts[depth] ?? level.start - 1) + 1;
      for (let at = depth + 1; at < 9; at += 1) {
        const after = levelAt(at)?.restartAfter;
        if (after === undefined || (after > 0 && depth < after)) delete counts[at];
      }
      if (level.format === 'bullet') return { marker: '', isBullet: true };
      const marker = level.text.replace(/%([1-9])/g, (_, digit: string) => {
        const at = Number(digit) - 1;
        return formatNumber(counts[at] ?? 1, level.isLegal ? 'decimal' : (levelAt(at)?.format ?? 'decimal'));
      });
      return { marker: marker.trim(), isBullet: false };
    },
  };
}

function levelsOf(node: XmlNode): Map<number, Level> {
  return new Map(childrenOf(node, 'w:lvl').map((level) => [Number(level.attributes['w:ilvl'] ?? 0), levelOf(level)]));
}

function levelOf(node: XmlNode): Level {
  const restart = settingOf(node, 'w:lvlRestart');
  const styleId = settingOf(node, 'w:pStyle');
  return {
    format: settingOf(node, 'w:numFmt') ?? 'decimal',
    text: settingOf(node, 'w:lvlText') ?? '',
    start: Number(settingOf(node, 'w:start') ?? 1),
    isLegal: isOn(node, 'w:isLgl'),
    ...(styleId === undefined ? {} : { styleId }),
    ...(restart === undefined ? {} : { restartAfter: Number(restart) }),
  };
}

function overridesOf(node: XmlNode): { levels: Map<number, Level>; starts: Map<number, number> } {
  const levels = new Map<number, Level>();
  const starts = new Map<number, number>();
  for (const override of childrenOf(node, 'w:lvlOverride')) {
    const at = Number(override.attributes['w:ilvl'] ?? 0);
    const level = childOf(override, 'w:lvl');
    const start = settingOf(override, 'w:startOverride');
    if (level) levels.set(at, levelOf(level));
    if (start !== undefined) starts.set(at, Number(start));
  }
  return { levels, starts };
}

export function formatNumber(value: number, format: string): string {
  switch (format) {
    case 'lowerLetter':
      return lettersOf(value);
    case 'upperLetter':
      return lettersOf(value).toUpperCase();
    case 'lowerRoman':
      return romanOf(value);
    case 'upperRoman':
      return romanOf(value).toUpperCase();
    case 'decimalZero':
      return String(value).padStart(2, '0');
    case 'none':
    case 'bullet':
      return '';
    default:
      return String(value);
  }
}

/** a … z, aa, bb … as Word counts. */
function lettersOf(value: number): string {
  if (value < 1) return String(value);
  return String.fromCharCode(97 + ((value - 1) % 26)).repeat(Math.min(Math.floor((value - 1) / 26) + 1, 10));
}

const ROMAN: readonly [number, string][] = [
  [1000, 'm'],
  [900, 'cm'],
  [500, 'd'],
  [400, 'cd'],
  [100, 'c'],
  [90, 'xc'],
  [50, 'l'],
  [40, 'xl'],
  [10, 'x'],
  [9, 'ix'],
  [5, 'v'],
  [4, 'iv'],
  [1, 'i'],
];

function romanOf(value: number): string {
  if (value < 1 || value > 5_000) return String(value);
  let rest = value;
  let text = '';
  for (const [worth, sign] of ROMAN) {
    while (rest >= worth) {
      text += sign;
      rest -= worth;
    }
  }
  return text;
}
