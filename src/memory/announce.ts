// Tells those who may see a memory that it came, changed or was forgotten.
import type { Actor, App } from '../context.ts';
import type { MemoryChanged } from '../protocol/events.ts';
import { findMemoriesOfMessage, type KnownMemory, type MemoryRow, toMemory } from './memory-store.ts';

/** To those who joined its room, to its person, or to everybody of the tenant. Call it after the commit. */
export function announceMemory(app: Pick<App, 'broadcast'>, row: KnownMemory): void {
  tell(app, row, toMemory(row));
}

export function announceForgotten(app: Pick<App, 'broadcast'>, row: MemoryRow): void {
  tell(app, row, { id: row.id, removed: true });
}

/** A message was changed or deleted: what was found in it says so. Call it after the commit. */
export async function announceMemoriesOf(
  app: Pick<App, 'broadcast' | 'db'>,
  actor: Pick<Actor, 'tenantId'>,
  messageId: string,
): Promise<void> {
  for (const row of await findMemoriesOfMessage(app.db, actor.tenantId, messageId)) announceMemory(app, row);
}

function tell(app: Pick<App, 'broadcast'>, row: MemoryRow, memory: MemoryChanged): void {
  const name = 'memory:changed' as const;
  if (row.scope === 'room') {
    app.broadcast.toRoom(row.scope_id, { name, payload: { roomId: row.scope_id, memory } });
  } else if (row.scope === 'person') app.broadcast.toPerson(row.scope_id, { name, payload: { memory } });
  else app.broadcast.toTenant(row.tenant_id, { name, payload: { memory } });
}
