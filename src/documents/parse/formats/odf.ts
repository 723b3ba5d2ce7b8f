// What text and spreadsheet documents of OpenDocument share: the package, and the text of a paragraph.
import { type Archive, openArchive } from '../archive.ts';
import { type FormatInput, ReadProblem } from '../format.ts';
import { childOf, childrenOf, readXml, readXmlTree, textOf, type XmlEvent, type XmlNode } from '../xml.ts';

export interface OdfPackage {
  stream(containers: ReadonlySet<string>): AsyncGenerator<XmlEvent>;
  has(part: string): boolean;
  open(part: string): AsyncGenerator<Uint8Array>;
  findTree(part: string): Promise<XmlNode | undefined>;
}

export const CONTENT = 'content.xml';

export async function openOdfPackage({ bytes, request }: FormatInput): Promise<OdfPackage> {
  const archive = openArchive(bytes, request.bounds.unpackedBytes);
  if (await isEncrypted(archive)) {
    throw new ReadProblem('file_encrypted', 'The document is protected with a password; save it without one.');
  }
  return {
    stream: (containers) => readXml(archive.open(CONTENT), containers),
    has: archive.has,
    open: archive.open,
    findTree: async (part) => (archive.has(part) ? readXmlTree(archive.open(part)) : undefined),
  };
}

/** The parts are encrypted one by one; only the list of them says so. */
async function isEncrypted(archive: Archive): Promise<boolean> {
  const manifest = 'META-INF/manifest.xml';
  if (!archive.has(manifest)) return false;
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of archive.open(manifest)) {
    text = text.slice(-50) + decoder.decode(chunk, { stream: true });
    if (text.includes('encryption-data')) return true;
  }
  return false;
}

export interface OdfText {
  text: string;
  /** Text boxes and embedded objects that hang on it. */
  frames: XmlNode[];
  notes: XmlNode[];
  breakBefore: boolean;
  breakAfter: boolean;
}

const UNSEEN = new Set([
  'office:annotation',
  'office:annotation-end',
  'text:tracked-changes',
  'text:ruby-text',
  'svg:title',
  'svg:desc',
]);
const MOST_SPACES = 100;

/** @param signOf what stands in the text for a note */
export function readOdfText(paragraph: XmlNode, signOf: (note: XmlNode) => string = () => ''): OdfText {
  const found: OdfText = { text: '', frames: [], notes: [], breakBefore: false, breakAfter: false };
  const walk = (node: XmlNode): void => {
    for (const child of node.children) {
      // White space in the markup is one space.
      if (typeof child === 'string') found.text += child.replace(/\s+/g, ' ');
      else if (!UNSEEN.has(child.name)) visit(child);
    }
  };
  const visit = (node: XmlNode): void => {
    switch (node.name) {
      case 'text:s':
        found.text += ' '.repeat(Math.min(Number(node.attributes['text:c'] ?? 1) || 1, MOST_SPACES));
        break;
      case 'text:tab':
        found.text += ' ';
        break;
      case 'text:line-break':
        found.text += '\n';
        break;
      case 'text:soft-page-break':
        if (found.text.trim() === '') found.breakBefore = true;
        else found.breakAfter = true;
        break;
      case 'text:note':
        found.notes.push(node);
        found.text += signOf(node);
        break;
      case 'draw:frame':
      case 'draw:custom-shape':
      case 'draw:g':
        found.frames.push(node);
        break;
      default:
        walk(node);
    }
  };
  walk(paragraph);
  found.text = found.text.trim();
  return found;
}

/** A formula is kept as what its writer typed, beside the drawing of it. */
export function formulaOf(tree: XmlNode): string {
  const find = (node: XmlNode): XmlNode | undefined =>
    childrenOf(node).find(({ name }) => /(^|:)annotation$/.test(name)) ??
    childrenOf(node)
      .map(find)
      .find((one) => one !== undefined);
  return /(^|:)math$/.test(tree.name) ? textOf(find(tree)).trim() : '';
}

export const attributeOf = (node: XmlNode | undefined, name: string, path: string): string | undefined =>
  childOf(node, path)?.attributes[name];
