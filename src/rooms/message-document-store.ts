// SQL of what messages bring along: the documents that lie under a message, in the order its author gave.
import type { DbOrTrx } from '../context.ts';
import type { Message } from '../protocol/models.ts';

export type AttachedDocument = NonNullable<Message['documents']>[number];

export async function insertMessageDocuments(
  db: DbOrTrx,
  tenantId: string,
  message: Pick<Message, 'id' | 'roomId' | 'documents'>,
): Promise<void> {
  if (!message.documents?.length) return;
  await db
    .insertInto('message_documents')
    .values(
      message.documents.map((document, position) => ({
        tenant_id: tenantId,
        message_id: message.id,
        document_id: document.id,
        room_id: message.roomId,
        position,
      })),
    )
    .execute();
}

/** By message, under the names they have now; a document that was deleted is on no message any more. */
export async function findMessageDocuments(
  db: DbOrTrx,
  tenantId: string,
  messageIds: readonly string[],
): Promise<Map<string, AttachedDocument[]>> {
  const byMessage = new Map<string, AttachedDocument[]>();
  if (messageIds.length === 0) return byMessage;
  const rows = await db
    .selectFrom('message_documents as attached')
    .innerJoin('documents', 'documents.id', 'attached.document_id')
    .select(['attached.message_id', 'documents.id', 'documents.name'])
    .where('attached.message_id', 'in', messageIds)
    .where('attached.tenant_id', '=', tenantId)
    .where('documents.tenant_id', '=', tenantId)
    .orderBy('attached.position')
    .execute();
  for (const { message_id, id, name } of rows) {
    const documents = byMessage.get(message_id) ?? [];
    byMessage.set(message_id, documents);
    documents.push({ id, name });
  }
  return byMessage;
}

export async function deleteMessageDocuments(db: DbOrTrx, tenantId: string, messageId: string): Promise<void> {
  await db
    .deleteFrom('message_documents')
    .where('message_id', '=', messageId)
    .where('tenant_id', '=', tenantId)
    .execute();
}
