// Which format reads which type of content. Each is loaded in the reader's process only, when it is needed.
import type { Format } from './format.ts';

export const FORMATS: Readonly<Record<string, () => Promise<Format>>> = {
  'application/pdf': async () => (await import('./formats/pdf.ts')).readPdf,
  'text/plain': async () => (await import('./formats/plain-text.ts')).readPlainText,
  'text/markdown': async () => (await import('./formats/markdown-text.ts')).readMarkdownText,
};
