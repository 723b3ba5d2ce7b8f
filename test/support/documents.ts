// Documents as reading leaves them: rows and pages, put there without a file.
import { createHash } from 'node:crypto';
import type { App } from '../../src/context.ts';
import { type DocumentRow, insertDocument, putPages } from '../../src/documents/document-store.ts';
import { indexDocument } from '../../src/documents/index-document.ts';
import type { Block, ParsedPage } from '../../src/documents/parse/parsed.ts';
import { newId } from '../../src/lib/ids.ts';
import type { Person } from './product.ts';

export interface TestDocument extends Partial<DocumentRow> {
  /** One Markdown text per page. */
  texts?: readonly string[];
}

/** Without an index documents are there, but not found. */
type DocumentsApp = Pick<App, 'db'> | Pick<App, 'db' | 'embedder' | 'jobs' | 'log' | 'vectors'>;

/** A document that has been read, and can be found; in the library when no room is given. */
export async function putDocument(
  app: DocumentsApp,
  by: Pick<Person, 'user'>,
  given: TestDocument,
): Promise<DocumentRow> {
  const { texts = [], ...columns } = given;
  const now = Date.now();
  const row: DocumentRow = {
    id: newId(),
    tenant_id: by.user.tenantId,
    room_id: null,
    external_key: null,
    external_place: null,
    name: 'RKS.pdf',
    kind: 'tor',
    content_type: 'application/pdf',
    bytes: 1_000,
    sha256: createHash('sha256').update(texts.join('\f')).digest('hex'),
    file_key: null,
    customer: null,
    project: null,
    year: null,
    category: null,
    product: null,
    status: 'processed',
    progress_done: texts.length,
    progress_total: texts.length,
    progress_unit: 'page',
    pages: texts.length,
    warnings: '[]',
    error: null,
    duplicate_of: null,
    reading: 1,
    uploaded_by: by.user.id,
    uploaded_by_name: by.user.fullName,
    created_at: now,
    updated_at: now,
    ...columns,
  };
  await insertDocument(app.db, row);
  const pages = texts.map((text, index): ParsedPage & { text: string } => ({
    number: index + 1,
    text,
    blocks: blocksOf(text),
    source: text === '' ? 'none' : 'text',
  }));
  await putPages(app.db, row.tenant_id, row.id, pages);
  if ('vectors' in app && row.status === 'processed') {
    await indexDocument(app, row.tenant_id, row.id, new AbortController().signal);
  }
  return row;
}

/** Enough for texts that tests write: headings, tables with a header, lists, paragraphs. */
function blocksOf(text: string): Block[] {
  return text
    .split(/\n{2,}/)
    .filter((part) => part.trim() !== '')
    .map((part): Block => {
      const lines = part.split('\n');
      const heading = /^(#{1,6}) (.*)$/.exec(part);
      if (heading) return { type: 'heading', level: heading[1]!.length as 1, text: heading[2]! };
      if (lines.every((line) => line.startsWith('|'))) {
        const rows = lines.filter((line) => !/^\|[\s|:-]+$/.test(line)).map(cellsOf);
        return { type: 'table', rows, headerRows: rows.length < lines.length ? 1 : 0 };
      }
      if (lines.every((line) => /^- /.test(line))) {
        return { type: 'list', ordered: false, items: lines.map((line) => ({ text: line.slice(2), depth: 0 })) };
      }
      return { type: 'paragraph', text: part };
    });
}

const cellsOf = (line: string): string[] =>
  line
    .slice(1, line.endsWith('|') ? -1 : undefined)
    .split('|')
    .map((cell) => cell.trim());
