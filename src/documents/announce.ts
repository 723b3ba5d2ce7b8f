// Tells those who may see a document that it changed, came or went.
import type { App } from '../context.ts';
import type { DocumentChange } from '../protocol/events.ts';
import { type DocumentRow, toDocument } from './document-store.ts';

/** To those who joined its room, or to everybody of the tenant. Call it after the commit. */
export function announceDocument(app: Pick<App, 'broadcast'>, row: DocumentRow): void {
  tell(app, row, toDocument(row));
}

export function announceRemoval(app: Pick<App, 'broadcast'>, row: DocumentRow): void {
  tell(app, row, { id: row.id, removed: true });
}

function tell(app: Pick<App, 'broadcast'>, row: DocumentRow, document: DocumentChange): void {
  const name = 'document:changed' as const;
  if (row.room_id === null) app.broadcast.toTenant(row.tenant_id, { name, payload: { document } });
  else app.broadcast.toRoom(row.room_id, { name, payload: { roomId: row.room_id, document } });
}
