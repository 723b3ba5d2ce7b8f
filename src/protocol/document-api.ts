// REST of documents: upload, list, pages, download, search. Part of the table in api.ts.
import { z } from 'zod';
import { defineRoutes } from './declare.ts';
import { document, documentPage, passageHit } from './document-models.ts';
import { id } from './models.ts';
import { DOCUMENT_KINDS, DOCUMENT_STATUSES } from './names.ts';

const listOf = <T extends z.ZodType>(item: T) => z.object({ items: z.array(item), nextCursor: z.string().optional() });
const ofDocument = z.object({ documentId: id });
const word = z.string().trim().max(200);
const year = z.coerce.number().int().min(1900).max(2200);

/** What people say about a document besides its content. Form fields of an upload are text. */
export const documentDetails = z.object({
  kind: z.enum(DOCUMENT_KINDS).default('general'),
  roomId: id.optional(),
  customer: word.optional(),
  project: word.optional(),
  year: year.optional(),
  category: word.optional(),
  product: word.optional(),
});
export type DocumentDetails = z.infer<typeof documentDetails>;

export const documentRoutes = defineRoutes({
  uploadDocument: {
    method: 'post',
    path: '/api/v1/files/upload',
    permission: 'account',
    tag: 'Documents',
    summary: 'Put a file on the table of a room, or into the library',
    description:
      'multipart/form-data: the fields first, then `file`. Streamed; the type is found in the content. Reading begins afterwards, its progress comes as `document:changed`.',
    upload: documentDetails,
    success: { status: 201, schema: document },
  },
  listDocuments: {
    method: 'get',
    path: '/api/v1/files',
    permission: 'account',
    tag: 'Documents',
    summary: 'Documents you may see, newest first: of one room, or of the library and all your rooms',
    query: z.object({
      status: z.enum(DOCUMENT_STATUSES).optional(),
      kind: z.enum(DOCUMENT_KINDS).optional(),
      roomId: z.string().max(64).optional().describe('`library` for what belongs to no room'),
      limit: z.coerce.number().int().min(1).max(200).default(50),
      cursor: z.string().max(200).optional(),
    }),
    success: { status: 200, schema: listOf(document) },
  },
  getDocument: {
    method: 'get',
    path: '/api/v1/files/{documentId}',
    permission: 'document:read',
    tag: 'Documents',
    summary: 'One document with its status, progress and warnings',
    params: ofDocument,
    success: { status: 200, schema: document },
  },
  downloadDocument: {
    method: 'get',
    path: '/api/v1/files/{documentId}/download',
    permission: 'document:read',
    tag: 'Documents',
    summary: 'The file as it was uploaded, as an attachment',
    params: ofDocument,
    query: z.object({
      inline: z
        .enum(['true', 'false', '1', '0'])
        .transform((text) => text === 'true' || text === '1')
        .optional()
        .describe('Only pdf, png and jpeg'),
    }),
    success: { status: 200, schema: null, contentType: 'application/octet-stream' },
  },
  getDocumentPage: {
    method: 'get',
    path: '/api/v1/files/{documentId}/pages/{page}',
    permission: 'document:read',
    tag: 'Documents',
    summary: 'What was read on one page, sheet or slide',
    params: ofDocument.extend({ page: z.coerce.number().int().min(1) }),
    success: { status: 200, schema: documentPage },
  },
  updateDocument: {
    method: 'patch',
    path: '/api/v1/files/{documentId}',
    permission: 'document:write',
    tag: 'Documents',
    summary: 'Change its name, kind or details; an empty text takes a detail away',
    params: ofDocument,
    body: z.object({
      name: z.string().trim().min(1).max(255).optional(),
      kind: z.enum(DOCUMENT_KINDS).optional(),
      customer: word.optional(),
      project: word.optional(),
      year: year.nullable().optional(),
      category: word.optional(),
      product: word.optional(),
    }),
    success: { status: 200, schema: document },
    example: { body: { customer: 'Bank Sumber Sejahtera', year: 2026 } },
  },
  deleteDocument: {
    method: 'delete',
    path: '/api/v1/files/{documentId}',
    permission: 'document:write',
    tag: 'Documents',
    summary: 'Take it off the table: file, pages and passages go; answers keep their quotes',
    params: ofDocument,
    success: { status: 204, schema: null },
  },
});

/** How their reading goes on, and what comes without a file. */
export const readingRoutes = defineRoutes({
  reprocessDocument: {
    method: 'post',
    path: '/api/v1/files/{documentId}/reprocess',
    permission: 'document:write',
    tag: 'Documents',
    summary: 'Read it again, after a failure or a change of settings',
    params: ofDocument,
    success: { status: 200, schema: document },
  },
  cancelDocument: {
    method: 'post',
    path: '/api/v1/files/{documentId}/cancel',
    permission: 'document:write',
    tag: 'Documents',
    summary: 'Stop reading it; the file stays',
    params: ofDocument,
    success: { status: 200, schema: document },
  },
  setDocumentStatus: {
    method: 'patch',
    path: '/api/v1/files/{documentId}/status',
    permission: 'admin',
    tag: 'Documents',
    summary: 'Mark a document whose reading got stuck',
    params: ofDocument,
    body: z.object({ status: z.enum(['failed', 'cancelled', 'uploaded']).describe('`uploaded` reads it again') }),
    success: { status: 200, schema: document },
    example: { body: { status: 'cancelled' } },
  },
  putKnowledge: {
    method: 'put',
    path: '/api/v1/documents/{externalKey}',
    permission: 'account',
    tag: 'Documents',
    summary: 'Knowledge without a file, under a key of yours; the same key again replaces it',
    params: z.object({ externalKey: z.string().min(1).max(200) }),
    body: documentDetails.extend({ name: z.string().trim().min(1).max(255), text: z.string().min(1) }),
    success: { status: 200, schema: document },
    example: { body: { name: 'Katalog switch 2026', kind: 'product', text: '# Switch inti\n\nGaransi 36 bulan.' } },
  },
});

/** What is asked of the documents' contents. */
export const searchRoutes = defineRoutes({
  searchPassages: {
    method: 'post',
    path: '/rag/search',
    permission: 'account',
    apiKey: 'read',
    tag: 'Search',
    summary: 'The best passages in what you may see: keywords and meaning, fused',
    body: z.object({
      query: z.string().trim().min(1).max(4_000),
      topK: z.int().min(1).max(50).default(5),
      minScore: z.number().optional(),
      roomId: id.optional(),
      documentIds: z.array(id).max(200).optional(),
      filter: z
        .object({ customer: word, project: word, year, kind: z.enum(DOCUMENT_KINDS) })
        .partial()
        .optional(),
    }),
    success: { status: 200, schema: z.object({ results: z.array(passageHit), tookMs: z.number() }) },
    example: { body: { query: 'masa garansi switch inti' } },
  },
  searchHealth: {
    method: 'get',
    path: '/rag/health',
    permission: 'account',
    tag: 'Search',
    summary: 'Whether index and embedding work, and how much waits to be indexed',
    success: {
      status: 200,
      schema: z.looseObject({
        status: z.enum(['ok', 'degraded', 'down']),
        index: z.looseObject({ engine: z.string(), ok: z.boolean(), passages: z.int(), documents: z.int() }),
        embedding: z.looseObject({ engine: z.string(), model: z.string(), ok: z.boolean() }),
        waiting: z.int().describe('Documents that wait to be read or indexed'),
      }),
    },
  },
  searchConfig: {
    method: 'get',
    path: '/rag/config',
    permission: 'account',
    tag: 'Search',
    summary: 'How passages are cut, embedded and ranked; what may be uploaded',
    success: {
      status: 200,
      schema: z.looseObject({
        embedding: z.looseObject({ engine: z.string(), model: z.string(), dimensions: z.int() }),
        index: z.looseObject({ engine: z.string() }),
        passages: z.looseObject({ units: z.int(), overlapUnits: z.int() }),
        upload: z.looseObject({
          bytes: z.int(),
          filesAtOnce: z.int(),
          types: z.array(z.object({ contentType: z.string(), extension: z.string() })),
          ocr: z.object({ engine: z.string(), languages: z.array(z.string()), available: z.boolean() }),
        }),
      }),
    },
  },
});
