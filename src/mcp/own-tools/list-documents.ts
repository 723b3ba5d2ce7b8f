// Tool `list_documents`: what lies on the table of a room and in the library.
import { z } from 'zod';
import { listDocuments } from '../../documents/documents.ts';
import { DOCUMENT_KINDS, DOCUMENT_STATUSES } from '../../protocol/names.ts';
import { defineTool } from './own-tool.ts';

export const tool = defineTool({
  name: 'list_documents',
  title: 'List documents',
  description: 'Lists documents you may see, newest first: of one room, of the library, or everywhere.',
  scope: 'read',
  input: z.object({
    roomId: z.string().max(64).optional().describe('A room, or "library" for what belongs to no room'),
    kind: z.enum(DOCUMENT_KINDS).optional(),
    status: z.enum(DOCUMENT_STATUSES).optional(),
    limit: z.int().min(1).max(200).default(50),
    cursor: z.string().max(200).optional().describe('nextCursor of the list before'),
  }),
  output: z.object({
    documents: z.array(
      z.object({
        id: z.string(),
        name: z.string(),
        kind: z.enum(DOCUMENT_KINDS),
        status: z.enum(DOCUMENT_STATUSES),
        pages: z.int(),
        roomId: z.string().optional(),
        customer: z.string().optional(),
        project: z.string().optional(),
        year: z.int().optional(),
      }),
    ),
    nextCursor: z.string().optional(),
  }),
  async run({ app, actor }, input) {
    const { items, nextCursor } = await listDocuments(app, actor, input);
    const documents = items.map(({ id, name, kind, status, pages, roomId, customer, project, year }) => ({
      id,
      name,
      kind,
      status,
      pages,
      ...(roomId === undefined ? {} : { roomId }),
      ...(customer === undefined ? {} : { customer }),
      ...(project === undefined ? {} : { project }),
      ...(year === undefined ? {} : { year }),
    }));
    return { documents, ...(nextCursor === undefined ? {} : { nextCursor }) };
  },
});
