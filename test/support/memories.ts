// Memories as finding them leaves them: put there with the message they come from, and told to whoever is in the room.
import type { App } from '../../src/context.ts';
import { announceMemory } from '../../src/memory/announce.ts';
import { toMemory } from '../../src/memory/memory-store.ts';
import { remember } from '../../src/memory/remember.ts';
import type { Memory } from '../../src/protocol/memory-models.ts';
import type { Person } from './product.ts';

export interface TestMemory {
  text: string;
  messageId?: string;
  status?: 'proposed' | 'accepted';
  /** What it is about: another one about the same replaces it. */
  subject?: string;
}

/** Said by this person in this room. */
export async function putMemory(
  app: Pick<App, 'db' | 'limits' | 'jobs' | 'broadcast'>,
  { user }: Pick<Person, 'user'>,
  roomId: string,
  { text, messageId, status = 'accepted', subject }: TestMemory,
): Promise<Memory> {
  const { memory, changed } = await app.db.transaction().execute((trx) =>
    remember(app, trx, {
      tenantId: user.tenantId,
      place: { scope: 'room', scopeId: roomId },
      text,
      kind: 'fact',
      status,
      origin: 'said',
      author: { id: user.id, name: user.fullName },
      saidAt: Date.now(),
      ...(subject ? { subject } : {}),
      ...(messageId ? { source: { roomId, messageId } } : {}),
    }),
  );
  for (const row of changed) announceMemory(app, row);
  return toMemory(memory);
}
