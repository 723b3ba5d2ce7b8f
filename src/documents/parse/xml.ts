// XML of documents as a stream of small trees: what holds everything is walked through, what is a unit of its own is handed out whole.
import { SaxesParser } from 'saxes';
import { ReadProblem } from './format.ts';

export interface XmlNode {
  /** With the prefix of NAMESPACES, whatever the document calls it: `w:p`. */
  name: string;
  attributes: Readonly<Record<string, string>>;
  children: (XmlNode | string)[];
}

export type XmlEvent =
  /** A container begins; its children follow. */
  | { type: 'open'; node: XmlNode }
  /** A whole element that stands directly in a container. */
  | { type: 'node'; node: XmlNode }
  | { type: 'close'; name: string };

const NO_ATTRIBUTES: Readonly<Record<string, string>> = Object.freeze({});

/** Deeper than anything a program writes. */
const MOST_DEPTH = 256;
/** Of one tree. */
const MOST_NODES = 1_500_000;

/** Both dialects of Office (transitional and strict) under one prefix. */
const OFFICE = /^http:\/\/(?:schemas\.openxmlformats\.org|purl\.oclc\.org\/ooxml)\/(.+)$/;
const OFFICE_PREFIXES: Readonly<Record<string, string>> = {
  'wordprocessingml/main': 'w',
  'wordprocessingml/2006/main': 'w',
  'drawingml/main': 'a',
  'drawingml/2006/main': 'a',
  'drawingml/chart': 'c',
  'drawingml/2006/chart': 'c',
  'drawingml/diagram': 'dgm',
  'drawingml/2006/diagram': 'dgm',
  'drawingml/wordprocessingDrawing': 'wp',
  'drawingml/2006/wordprocessingDrawing': 'wp',
  'drawingml/spreadsheetDrawing': 'xdr',
  'drawingml/2006/spreadsheetDrawing': 'xdr',
  'officeDocument/math': 'm',
  'officeDocument/2006/math': 'm',
  'officeDocument/relationships': 'r',
  'officeDocument/2006/relationships': 'r',
  'package/2006/relationships': 'rel',
  'presentationml/main': 'p',
  'presentationml/2006/main': 'p',
  'spreadsheetml/main': 'x',
  'spreadsheetml/2006/main': 'x',
  'markup-compatibility/2006': 'mc',
};
const OPEN_DOCUMENT = /^urn:oasis:names:tc:opendocument:xmlns:([a-z-]+):/;
/** Where OpenDocument calls a namespace one thing and everybody its prefix another. */
const USUAL_PREFIXES: Readonly<Record<string, string>> = {
  'xsl-fo-compatible': 'fo',
  drawing: 'draw',
  datastyle: 'number',
};

function prefixOf(uri: string, declared: string): string {
  const office = OFFICE.exec(uri)?.[1];
  const open = OPEN_DOCUMENT.exec(uri)?.[1];
  if (open !== undefined) return USUAL_PREFIXES[open] ?? open;
  return (office && OFFICE_PREFIXES[office]) ?? declared;
}

/**
 * @param containers names of elements that are walked through; everything else below one of them is a unit
 * @throws ReadProblem when it is not well-formed, nests too deep, or declares entities of its own
 */
export async function* readXml(
  content: AsyncIterable<Uint8Array>,
  containers: ReadonlySet<string>,
): AsyncGenerator<XmlEvent> {
  let events: XmlEvent[] = [];
  const parser = createParser(containers, (event) => events.push(event));
  const guard = <T>(run: () => T): T => {
    try {
      return run();
    } catch (error) {
      if (error instanceof ReadProblem) throw error;
      throw new ReadProblem('file_corrupt', 'A part of the file is cut off or damaged.', { cause: error });
    }
  };
  let decoder: InstanceType<typeof TextDecoder> | undefined;
  for await (const chunk of content) {
    decoder ??= new TextDecoder(chunk[0] === 0xff ? 'utf-16le' : chunk[0] === 0xfe ? 'utf-16be' : 'utf-8');
    const text = decoder.decode(chunk, { stream: true });
    guard(() => parser.write(text));
    if (events.length === 0) continue;
    const ready = events;
    events = [];
    yield* ready;
  }
  guard(() => parser.close());
  yield* events;
}

/** The whole of a part that is small by nature. */
export async function readXmlTree(content: AsyncIterable<Uint8Array>): Promise<XmlNode> {
  for await (const event of readXml(content, new Set())) if (event.type === 'node') return event.node;
  throw new ReadProblem('file_corrupt', 'A part of the file is empty.');
}

function createParser(containers: ReadonlySet<string>, emit: (event: XmlEvent) => void): SaxesParser {
  const parser = new SaxesParser();
  const prefixes = new Map<string, string>();
  /** Elements that are open: containers, then at most one unit with what is open in it. */
  const open: { node: XmlNode; isContainer: boolean }[] = [];
  let nodes = 0;

  const nameOf = (name: string): string => {
    const colon = name.indexOf(':');
    const prefix = prefixes.get(colon < 0 ? '' : name.slice(0, colon));
    if (prefix === undefined) return name;
    return prefix === '' ? name.slice(colon + 1) : `${prefix}:${name.slice(colon + 1)}`;
  };
  const learn = (attributes: Record<string, string>): void => {
    for (const name in attributes) {
      if (!name.startsWith('xmlns')) continue;
      if (name === 'xmlns') prefixes.set('', prefixOf(attributes[name]!, ''));
      else if (name[5] === ':') prefixes.set(name.slice(6), prefixOf(attributes[name]!, name.slice(6)));
    }
  };
  const rename = (attributes: Record<string, string>): Readonly<Record<string, string>> => {
    let renamed: Record<string, string> | undefined;
    for (const name in attributes) {
      renamed ??= {};
      renamed[name.includes(':') ? nameOf(name) : name] = attributes[name]!;
    }
    return renamed ?? NO_ATTRIBUTES;
  };

  parser.on('doctype', () => {
    throw new ReadProblem('file_corrupt', 'The file declares entities of its own, which no office program does.');
  });
  parser.on('opentag', (tag) => {
    const attributes = tag.attributes as Record<string, string>;
    learn(attributes);
    const node: XmlNode = { name: nameOf(tag.name), attributes: rename(attributes), children: [] };
    const parent = open.at(-1);
    const isContainer = (parent?.isContainer ?? true) && containers.has(node.name);
    if (open.length >= MOST_DEPTH) throw new ReadProblem('file_too_complex', 'The file nests too deep.');
    if (isContainer) emit({ type: 'open', node });
    else if (parent && !parent.isContainer) parent.node.children.push(node);
    nodes += 1;
    if (nodes > MOST_NODES) throw new ReadProblem('file_too_complex', 'A part of the file is too big to be read.');
    open.push({ node, isContainer });
  });
  parser.on('closetag', () => {
    const closed = open.pop()!;
    if (closed.isContainer) emit({ type: 'close', name: closed.node.name });
    else if (open.at(-1)?.isContainer ?? true) {
      emit({ type: 'node', node: closed.node });
      nodes = 0;
    }
  });
  const addText = (text: string): void => {
    const parent = open.at(-1);
    if (parent && !parent.isContainer) parent.node.children.push(text);
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  return parser;
}

export const childOf = (node: XmlNode | undefined, name: string): XmlNode | undefined =>
  node?.children.find((child): child is XmlNode => typeof child !== 'string' && child.name === name);

export const childrenOf = (node: XmlNode | undefined, name?: string): XmlNode[] =>
  (node?.children ?? []).filter(
    (child): child is XmlNode => typeof child !== 'string' && (name === undefined || child.name === name),
  );

/** Down a path of children: the first of each name. */
export const atPath = (node: XmlNode | undefined, ...path: string[]): XmlNode | undefined => path.reduce(childOf, node);

/** Everything with this name at any depth, in order; what lies in one that fits is not searched again. */
export function descendantsOf(node: XmlNode, ...names: string[]): XmlNode[] {
  return childrenOf(node).flatMap((child) => (names.includes(child.name) ? [child] : descendantsOf(child, ...names)));
}

/** All text in it, as it stands. */
export function textOf(node: XmlNode | undefined): string {
  return (node?.children ?? []).map((child) => (typeof child === 'string' ? child : textOf(child))).join('');
}
