// The shapes of documents: what lies on the table, how far reading has come, its pages, and what a search finds in it.
import { z } from 'zod';
import { id, time } from './models.ts';
import {
  DOCUMENT_KINDS,
  DOCUMENT_STATUSES,
  DOCUMENT_WARNINGS,
  ERROR_CODES,
  PAGE_SOURCES,
  PAGE_UNITS,
  REASONS,
} from './names.ts';

export const documentWarning = z.object({
  page: z.int().optional(),
  code: z.enum(DOCUMENT_WARNINGS).describe('Closed list: clients translate it'),
  message: z.string().describe('One English sentence'),
});
export type DocumentWarning = z.infer<typeof documentWarning>;

export const document = z
  .object({
    id,
    name: z.string().describe('The file name, without folders'),
    kind: z.enum(DOCUMENT_KINDS),
    roomId: id.optional().describe('Absent: the document is in the library of the tenant'),
    externalKey: z.string().optional().describe('For knowledge without a file'),
    contentType: z.string().describe('Found in the content, not in the name'),
    bytes: z.int(),
    pages: z.int().describe('0 until known'),
    status: z.enum(DOCUMENT_STATUSES),
    progress: z.object({ done: z.int(), total: z.int().describe('0 until known'), unit: z.enum(PAGE_UNITS) }),
    warnings: z.array(documentWarning),
    error: z
      .object({ code: z.enum(ERROR_CODES), message: z.string(), reason: z.enum(REASONS).optional() })
      .optional()
      .describe('Why reading failed; `reason` is translated by clients'),
    customer: z.string().optional(),
    project: z.string().optional(),
    year: z.int().optional(),
    category: z.string().optional(),
    product: z.string().optional(),
    duplicateOf: z
      .object({ id, name: z.string() })
      .optional()
      .describe('The same content lies here already, or in another place that you may see'),
    uploadedBy: z.object({ id, name: z.string() }),
    createdAt: time,
    updatedAt: time,
  })
  .meta({ id: 'Document' });
export type Document = z.infer<typeof document>;

/** A recognised word and where it stands on its page, in parts of the page's width and height: `[text, x, y, width, height]`. */
export const wordBox = z.tuple([z.string(), z.number(), z.number(), z.number(), z.number()]);
export type WordBox = z.infer<typeof wordBox>;

export const documentPage = z
  .object({
    documentId: id,
    number: z.int().min(1),
    unit: z.enum(PAGE_UNITS),
    label: z.string().optional().describe('Name of the sheet, title of the slide'),
    text: z.string().describe('Markdown: headings, lists, tables'),
    source: z.enum(PAGE_SOURCES).describe('`none`: nothing could be read; a scan that needs OCR, or an empty page'),
    words: z.array(wordBox).optional().describe('For recognised pages'),
  })
  .meta({ id: 'DocumentPage' });
export type DocumentPage = z.infer<typeof documentPage>;

/** A passage that a search found. Ranks are the places in each of the two lists before they were fused, 1 is the best. */
export const passageHit = z
  .object({
    chunkId: z.string(),
    documentId: id,
    documentName: z.string(),
    page: z.int(),
    heading: z.string().describe('Headings and clauses above it, outermost first, joined by › ; may be empty'),
    text: z.string(),
    score: z.number().describe('Fused; only comparable within one answer'),
    keywordRank: z.int().optional(),
    vectorRank: z.int().optional(),
  })
  .meta({ id: 'PassageHit' });
export type PassageHit = z.infer<typeof passageHit>;
