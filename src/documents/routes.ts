// REST of documents: one line from each declared route to its operation.
import type { App } from '../context.ts';
import { fileResponse } from '../http/file-response.ts';
import type { RouteHandlers } from '../http/route-handler.ts';
import { deleteDocument, describeDocument, getDocument, getPage, listDocuments } from './documents.ts';
import { downloadDocument } from './download.ts';
import { putKnowledge } from './knowledge.ts';
import { cancelDocument, reprocessDocument, setDocumentStatus } from './reading.ts';
import { uploadDocument } from './upload.ts';
import type { UploadPlaces } from './upload-places.ts';

type DocumentRoutes = Pick<
  RouteHandlers,
  | 'uploadDocument'
  | 'listDocuments'
  | 'getDocument'
  | 'downloadDocument'
  | 'getDocumentPage'
  | 'updateDocument'
  | 'deleteDocument'
  | 'reprocessDocument'
  | 'cancelDocument'
  | 'setDocumentStatus'
  | 'putKnowledge'
>;

/** The only ones that a browser may show in place. */
const SHOWN_IN_PLACE = ['application/pdf', 'image/png', 'image/jpeg'];

export function documentHandlers(app: App, places: UploadPlaces): DocumentRoutes {
  return {
    async uploadDocument({ actor, upload }) {
      const leave = places.enter(actor.userId);
      try {
        return await uploadDocument(app, actor, await upload.begun());
      } finally {
        leave();
      }
    },
    listDocuments: ({ actor, query }) => listDocuments(app, actor, query),
    getDocument: ({ actor, params }) => getDocument(app, actor, params.documentId),
    async downloadDocument({ actor, params, query, http }) {
      const file = await downloadDocument(app, actor, params.documentId);
      const isInline = (query.inline ?? false) && SHOWN_IN_PLACE.includes(file.contentType);
      return fileResponse({ ...file, isInline }, http);
    },
    getDocumentPage: ({ actor, params }) => getPage(app, actor, params),
    updateDocument: ({ actor, params, body }) => describeDocument(app, actor, { ...params, ...body }),
    async deleteDocument({ actor, params }) {
      await deleteDocument(app, actor, params.documentId);
      return null;
    },
    reprocessDocument: ({ actor, params }) => reprocessDocument(app, actor, params.documentId),
    cancelDocument: ({ actor, params }) => cancelDocument(app, actor, params.documentId),
    setDocumentStatus: ({ actor, params, body }) => setDocumentStatus(app, actor, { ...params, ...body }),
    putKnowledge: ({ actor, params, body }) => putKnowledge(app, actor, { ...body, ...params }),
  };
}
