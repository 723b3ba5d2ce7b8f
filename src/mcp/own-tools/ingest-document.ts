// Tool `ingest_document`: puts a document on the table of a room or into the library, as text or as a file in base64; never from an address.
import { Readable } from 'node:stream';
import { z } from 'zod';
import { uploadDocument } from '../../documents/upload.ts';
import { AppError } from '../../lib/errors.ts';
import { documentDetails } from '../../protocol/document-api.ts';
import { DOCUMENT_STATUSES } from '../../protocol/names.ts';
import { defineTool } from './own-tool.ts';

export const tool = defineTool({
  name: 'ingest_document',
  title: 'Put a document on the table',
  description:
    'Puts a document into a room you may write in, or into the library when no room is named: either text (Markdown), or a file in base64 of at most 10 MB. It is read and searchable a little later; list_documents tells how far. The same content again is not kept twice.',
  scope: 'write',
  isIdempotent: true,
  input: documentDetails.extend({
    name: z.string().trim().min(1).max(255).describe('File name with its ending, such as "RKS Jaringan.pdf"'),
    text: z.string().min(1).optional(),
    base64: z.base64().optional(),
  }),
  output: z.object({
    document: z.object({ id: z.string(), name: z.string(), status: z.enum(DOCUMENT_STATUSES) }),
    isDuplicate: z.boolean().describe('The same content was there already'),
  }),
  async run({ app, actor }, { name, text, base64, ...details }) {
    if ((text === undefined) === (base64 === undefined)) throw new AppError('invalid', 'Give either text or base64.');
    const content = text === undefined ? Buffer.from(base64!, 'base64') : Buffer.from(text, 'utf8');
    const maxBytes = app.limits.ingestBytes;
    if (content.length > maxBytes) {
      const tooLarge = { reason: 'file_too_large', maxBytes, actual: content.length } as const;
      throw new AppError(
        'too_large',
        `A document over MCP has at most ${maxBytes} bytes; upload it instead.`,
        tooLarge,
      );
    }
    const leave = app.enterUpload(actor.userId);
    const document = await uploadDocument(app, actor, {
      fields: details,
      fileName: text === undefined ? name : withEnding(name),
      content: Readable.from([content]),
      completed: async () => details,
    }).finally(leave);
    const { id, status, duplicateOf } = document;
    return { document: { id, name: document.name, status }, isDuplicate: duplicateOf?.id === id };
  },
});

/** Text is Markdown unless its name says otherwise. */
const withEnding = (name: string): string => (/\.[a-z0-9]{1,8}$/i.test(name) ? name : `${name}.md`);
