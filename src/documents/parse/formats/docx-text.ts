// The text inside a paragraph of a Word file, as a reader of the printed page sees it.
import { append } from '../flow.ts';
import { equationText } from '../omml.ts';
import { childOf, childrenOf, descendantsOf, textOf, type XmlNode } from '../xml.ts';
import { isOn } from './docx-styles.ts';

export interface ParagraphContent {
  text: string;
  /** Content of text boxes that hang on it (`w:txbxContent`), and drawings (`w:drawing`) that may hold charts and diagrams. */
  boxes: XmlNode[];
  drawings: XmlNode[];
  /** Ids of footnotes and endnotes, in order. */
  notes: { kind: 'footnote' | 'endnote'; id: string }[];
  /** Where a new page begins in it. */
  breakBefore: boolean;
  breakAfter: boolean;
  /** Relations of the pictures in it. */
  pictures: string[];
  /** Every letter of it is bold. */
  isBold: boolean;
}

/** What is not seen: deleted or moved away, or instructions of fields. */
const UNSEEN = new Set([
  'w:del',
  'w:moveFrom',
  'w:instrText',
  'w:delText',
  'w:rPr',
  'w:pPr',
  'w:sdtPr',
  'w:rt',
  'w:fldData',
]);

export function readParagraph(
  paragraph: XmlNode,
  noteSign: (kind: 'footnote' | 'endnote', id: string) => string,
): ParagraphContent {
  const content: ParagraphContent = {
    text: '',
    boxes: [],
    drawings: [],
    notes: [],
    breakBefore: false,
    breakAfter: false,
    pictures: [],
    isBold: false,
  };
  let hasLetters = false;
  const breakPage = (): void => {
    if (content.text.trim() === '') content.breakBefore = true;
    else content.breakAfter = true;
  };
  const walk = (node: XmlNode): void => {
    for (const child of childrenOf(node)) if (!UNSEEN.has(child.name)) visit(child);
  };
  const visit = (node: XmlNode): void => {
    switch (node.name) {
      case 'w:r':
        visitRun(node);
        break;
      case 'w:t':
        content.text += textOf(node);
        break;
      case 'w:tab':
      case 'w:ptab':
        content.text += ' ';
        break;
      case 'w:br':
        if (node.attributes['w:type'] === 'page') breakPage();
        else content.text += node.attributes['w:type'] === 'column' ? ' ' : '\n';
        break;
      case 'w:cr':
        content.text += '\n';
        break;
      case 'w:lastRenderedPageBreak':
        breakPage();
        break;
      case 'w:noBreakHyphen':
        content.text += '-';
        break;
      case 'w:sym':
        content.text += symbolOf(node);
        break;
      case 'w:footnoteReference':
      case 'w:endnoteReference': {
        const kind = node.name === 'w:footnoteReference' ? 'footnote' : 'endnote';
        const id = node.attributes['w:id'] ?? '';
        content.notes.push({ kind, id });
        content.text += noteSign(kind, id);
        break;
      }
      case 'm:oMath':
      case 'm:oMathPara': {
        const equation = equationText(node);
        if (equation !== '') content.text += `$${equation}$`;
        break;
      }
      case 'mc:AlternateContent':
        // The same thing twice: as newer programs draw it, and for older ones.
        walk(childOf(node, 'mc:Choice') ?? childOf(node, 'mc:Fallback') ?? node);
        break;
      case 'w:drawing':
      case 'w:pict':
      case 'w:object':
        visitDrawing(node);
        break;
      default:
        walk(node);
    }
  };
  const visitRun = (run: XmlNode): void => {
    const properties = childOf(run, 'w:rPr');
    if (isOn(properties, 'w:vanish')) return;
    const start = content.text.length;
    walk(run);
    const own = content.text.slice(start);
    if (own.trim() !== '') {
      content.isBold = (content.isBold || !hasLetters) && isOn(properties, 'w:b');
      hasLetters = true;
    }
    // What is struck out still says something, but not the same.
    if ((isOn(properties, 'w:strike') || isOn(properties, 'w:dstrike')) && own.trim() !== '') {
      content.text = `${content.text.slice(0, start)}~~${own.trim()}~~${/\s$/.test(own) ? ' ' : ''}`;
    }
  };
  const visitDrawing = (node: XmlNode): void => {
    append(content.boxes, boxesOf(node));
    content.drawings.push(node);
    for (const picture of descendantsOf(node, 'a:blip', 'v:imagedata')) {
      const id = picture.attributes['r:embed'] ?? picture.attributes['r:id'];
      if (id !== undefined) content.pictures.push(id);
    }
  };
  walk(paragraph);
  content.text = content.text.replaceAll('~~~~', '').trim();
  return content;
}

/** Of each alternative one, here too. */
function boxesOf(node: XmlNode): XmlNode[] {
  return childrenOf(node).flatMap((child) => {
    if (child.name === 'w:txbxContent') return [child];
    if (child.name === 'mc:AlternateContent') return boxesOf(childOf(child, 'mc:Choice') ?? child);
    return boxesOf(child);
  });
}

/** Symbol fonts keep their signs where no letters are: only the common ones have a letter. */
function symbolOf(node: XmlNode): string {
  const code = Number.parseInt(node.attributes['w:char'] ?? '', 16) & 0xff;
  if (!/wingdings|symbol/i.test(node.attributes['w:font'] ?? ''))
    return String.fromCharCode(Number.parseInt(node.attributes['w:char'] ?? '', 16) || 32);
  return SYMBOLS[code] ?? '';
}

const SYMBOLS: Readonly<Record<number, string>> = {
  111: '☐',
  168: '☐',
  254: '☑',
  253: '☒',
  120: '☒',
  252: '✓',
  251: '✗',
  183: '•',
  167: '•',
  224: '→',
  179: '≥',
  163: '≤',
  177: '±',
  180: '×',
  176: '°',
  87: 'Ω',
  109: 'μ',
};
