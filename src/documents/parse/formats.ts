// Which format reads which type of content. Each is loaded in the reader's process only, when it is needed.
import type { Format } from './format.ts';

const OFFICE = 'application/vnd.openxmlformats-officedocument';

export const FORMATS: Readonly<Record<string, () => Promise<Format>>> = {
  'application/pdf': async () => (await import('./formats/pdf.ts')).readPdf,
  [`${OFFICE}.wordprocessingml.document`]: async () => (await import('./formats/docx.ts')).readDocx,
  [`${OFFICE}.presentationml.presentation`]: async () => (await import('./formats/pptx.ts')).readPptx,
  [`${OFFICE}.spreadsheetml.sheet`]: async () => (await import('./formats/xlsx.ts')).readXlsx,
  'application/vnd.oasis.opendocument.text': async () => (await import('./formats/odt.ts')).readOdt,
  'application/vnd.oasis.opendocument.spreadsheet': async () => (await import('./formats/ods.ts')).readOds,
  'text/csv': async () => (await import('./formats/csv.ts')).readCsv,
  'text/tab-separated-values': async () => (await import('./formats/csv.ts')).readCsv,
  'text/html': async () => (await import('./formats/html.ts')).readHtmlPage,
  'image/png': async () => (await import('./formats/image.ts')).readImage,
  'image/jpeg': async () => (await import('./formats/image.ts')).readImage,
  'text/plain': async () => (await import('./formats/plain-text.ts')).readPlainText,
  'text/markdown': async () => (await import('./formats/markdown-text.ts')).readMarkdownText,
};
