// Small office files for tests, made of the markup that the test is about.
import { makeZip, type ZipPart } from './zip.ts';

const OFFICE = 'http://schemas.openxmlformats.org';
const RELATION = `${OFFICE}/officeDocument/2006/relationships`;
const NAMESPACES = [
  `xmlns:w="${OFFICE}/wordprocessingml/2006/main"`,
  `xmlns:a="${OFFICE}/drawingml/2006/main"`,
  `xmlns:c="${OFFICE}/drawingml/2006/chart"`,
  `xmlns:dgm="${OFFICE}/drawingml/2006/diagram"`,
  `xmlns:m="${OFFICE}/officeDocument/2006/math"`,
  `xmlns:mc="${OFFICE}/markup-compatibility/2006"`,
  `xmlns:p="${OFFICE}/presentationml/2006/main"`,
  `xmlns:xdr="${OFFICE}/drawingml/2006/spreadsheetDrawing"`,
  `xmlns:r="${RELATION}"`,
  'xmlns:v="urn:schemas-microsoft-com:vml"',
  'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"',
].join(' ');

export interface Related {
  id: string;
  /** The last word of the relationship's type. */
  type: string;
  target: string;
}

/** Relationships of a part, as the part that lists them. */
export function relationsPart(of: string, relations: readonly Related[]): ZipPart {
  const slash = of.lastIndexOf('/');
  const list = relations.map(
    ({ id, type, target }) => `<Relationship Id="${id}" Type="${RELATION}/${type}" Target="${target}"/>`,
  );
  return {
    name: `${of.slice(0, slash + 1)}_rels/${of.slice(slash + 1)}.rels`,
    content: `<Relationships xmlns="${OFFICE}/package/2006/relationships">${list.join('')}</Relationships>`,
  };
}

function officeFile(main: string, parts: readonly ZipPart[]): Buffer {
  return makeZip([
    { name: '[Content_Types].xml', content: `<Types xmlns="${OFFICE}/package/2006/content-types"/>` },
    relationsPart('', [{ id: 'rId1', type: 'officeDocument', target: main }]),
    ...parts,
  ]);
}

export const element = (name: string, content: string): string => `<${name} ${NAMESPACES}>${content}</${name}>`;

export interface DocxParts {
  styles?: string;
  numbering?: string;
  footnotes?: string;
  /** More parts, and how the document relates to them. */
  parts?: readonly ZipPart[];
  relations?: readonly Related[];
  /** Instead of the part of this name. */
  replace?: ZipPart;
}

export const documentPart = (body: string): ZipPart => ({
  name: 'word/document.xml',
  content: element('w:document', `<w:body>${body}</w:body>`),
});

export function makeDocx(
  body: string,
  { styles, numbering, footnotes, parts = [], relations = [], replace }: DocxParts = {},
): Buffer {
  const own = { styles, numbering, footnotes };
  const given = Object.entries(own).flatMap(([type, content]) =>
    content === undefined ? [] : [{ type, name: `word/${type}.xml`, content: element(`w:${type}`, content) }],
  );
  return officeFile('word/document.xml', [
    replace ?? documentPart(body),
    relationsPart('word/document.xml', [
      ...given.map(({ type }) => ({ id: type, type, target: `${type}.xml` })),
      ...relations,
    ]),
    ...given,
    ...parts,
  ]);
}

export const run = (text: string, properties = ''): string =>
  `<w:r>${properties === '' ? '' : `<w:rPr>${properties}</w:rPr>`}<w:t xml:space="preserve">${text}</w:t></w:r>`;
export const paragraph = (content: string, properties = ''): string =>
  `<w:p>${properties === '' ? '' : `<w:pPr>${properties}</w:pPr>`}${content.startsWith('<') || content === '' ? content : run(content)}</w:p>`;
export const cell = (content: string, properties = ''): string =>
  `<w:tc><w:tcPr>${properties}</w:tcPr>${content.startsWith('<') ? content : paragraph(content)}</w:tc>`;
export const row = (...cells: string[]): string =>
  `<w:tr>${cells.map((one) => (one.startsWith('<') ? one : cell(one))).join('')}</w:tr>`;
export const table = (...rows: string[]): string => `<w:tbl><w:tblPr/>${rows.join('')}</w:tbl>`;
/** What Word wrote where a page ended when it last laid the document out. */
export const RENDERED_BREAK = '<w:r><w:lastRenderedPageBreak/></w:r>';

export interface XlsxParts {
  /** Content of `sst`. */
  strings?: string;
  /** Content of `styleSheet`. */
  styles?: string;
  workbook?: string;
  parts?: readonly ZipPart[];
}

/** @param sheets markup of `sheetData` and what follows it, by name */
export function makeXlsx(
  sheets: Record<string, string>,
  { strings, styles, workbook = '', parts = [] }: XlsxParts = {},
): Buffer {
  const main = `xmlns="${OFFICE}/spreadsheetml/2006/main" ${NAMESPACES}`;
  const names = Object.keys(sheets);
  const list = names.map((name, at) => `<sheet name="${name}" sheetId="${at + 1}" r:id="s${at + 1}"/>`).join('');
  return officeFile('xl/workbook.xml', [
    { name: 'xl/workbook.xml', content: `<workbook ${main}>${workbook}<sheets>${list}</sheets></workbook>` },
    relationsPart('xl/workbook.xml', [
      ...names.map((_, at) => ({ id: `s${at + 1}`, type: 'worksheet', target: `worksheets/sheet${at + 1}.xml` })),
      ...(strings === undefined ? [] : [{ id: 'strings', type: 'sharedStrings', target: 'sharedStrings.xml' }]),
      ...(styles === undefined ? [] : [{ id: 'styles', type: 'styles', target: 'styles.xml' }]),
    ]),
    ...names.map((name, at) => ({
      name: `xl/worksheets/sheet${at + 1}.xml`,
      content: `<worksheet ${main}>${sheets[name]}</worksheet>`,
    })),
    ...(strings === undefined ? [] : [{ name: 'xl/sharedStrings.xml', content: `<sst ${main}>${strings}</sst>` }]),
    ...(styles === undefined ? [] : [{ name: 'xl/styles.xml', content: `<styleSheet ${main}>${styles}</styleSheet>` }]),
    ...parts,
  ]);
}

/** Rows of texts as `sheetData`; an empty text is no cell, an empty row is no row. */
export function sheetData(rows: readonly (readonly (string | number)[])[]): string {
  const lines = rows.map((texts, at) => {
    const cells = texts.map((text, column) => {
      const place = `${String.fromCharCode(65 + column)}${at + 1}`;
      if (text === '') return '';
      return typeof text === 'number'
        ? `<c r="${place}"><v>${text}</v></c>`
        : `<c r="${place}" t="inlineStr"><is><t>${text}</t></is></c>`;
    });
    return cells.join('') === '' ? '' : `<row r="${at + 1}">${cells.join('')}</row>`;
  });
  return `<sheetData>${lines.join('')}</sheetData>`;
}

export interface Slide {
  /** Markup of shapes. */
  shapes: string;
  notes?: string;
  parts?: readonly ZipPart[];
  relations?: readonly Related[];
}

export function makePptx(slides: readonly Slide[]): Buffer {
  const ids = slides.map((_, at) => `<p:sldId id="${256 + at}" r:id="s${at + 1}"/>`).join('');
  return officeFile('ppt/presentation.xml', [
    { name: 'ppt/presentation.xml', content: element('p:presentation', `<p:sldIdLst>${ids}</p:sldIdLst>`) },
    relationsPart(
      'ppt/presentation.xml',
      slides.map((_, at) => ({ id: `s${at + 1}`, type: 'slide', target: `slides/slide${at + 1}.xml` })),
    ),
    ...slides.flatMap(({ shapes, notes, parts = [], relations = [] }, at) => [
      { name: `ppt/slides/slide${at + 1}.xml`, content: slideTree('p:sld', shapes) },
      relationsPart(`ppt/slides/slide${at + 1}.xml`, [
        ...(notes === undefined
          ? []
          : [{ id: 'notes', type: 'notesSlide', target: `../notesSlides/notes${at + 1}.xml` }]),
        ...relations,
      ]),
      ...(notes === undefined
        ? []
        : [{ name: `ppt/notesSlides/notes${at + 1}.xml`, content: slideTree('p:notes', shape(notes, 'body')) }]),
      ...parts,
    ]),
  ]);
}

const slideTree = (name: string, shapes: string): string =>
  element(name, `<p:cSld><p:spTree>${shapes}</p:spTree></p:cSld>`);

/** @param content paragraphs (`a:p`), or text for one */
export function shape(content: string, placeholder?: string): string {
  const kind = placeholder === undefined ? '' : `<p:ph type="${placeholder}"/>`;
  const body = content.startsWith('<') ? content : drawnParagraph(content);
  return `<p:sp><p:nvSpPr><p:nvPr>${kind}</p:nvPr></p:nvSpPr><p:txBody>${body}</p:txBody></p:sp>`;
}

export const drawnParagraph = (text: string, properties = ''): string =>
  `<a:p>${properties}<a:r><a:t>${text}</a:t></a:r></a:p>`;

const ODF = [
  ...['office', 'text', 'table', 'style', 'manifest'].map(
    (name) => `xmlns:${name}="urn:oasis:names:tc:opendocument:xmlns:${name}:1.0"`,
  ),
  'xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"',
  'xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0"',
  'xmlns:xlink="http://www.w3.org/1999/xlink"',
].join(' ');

/** @param kind `text` or `spreadsheet` @param automatic styles of its own */
export function makeOdf(
  kind: 'text' | 'spreadsheet',
  body: string,
  automatic = '',
  parts: readonly ZipPart[] = [],
): Buffer {
  const styles = `<office:automatic-styles>${automatic}</office:automatic-styles>`;
  const content = `<office:document-content ${ODF}>${styles}<office:body><office:${kind}>${body}</office:${kind}></office:body></office:document-content>`;
  return makeZip([
    { name: 'mimetype', content: `application/vnd.oasis.opendocument.${kind}`, isStored: true },
    { name: 'content.xml', content },
    ...parts,
  ]);
}
