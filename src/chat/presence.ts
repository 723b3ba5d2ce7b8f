// Tells rooms when a member comes, falls idle or goes.
import type { Actor, App } from '../context.ts';
import type { PresenceState } from '../protocol/names.ts';
import { listRoomIdsOf } from '../rooms/member-store.ts';

/** Never throws: presence is not worth an error. */
export async function tellPresence(
  app: Pick<App, 'db' | 'log' | 'broadcast'>,
  actor: Actor,
  state: PresenceState,
): Promise<void> {
  try {
    for (const roomId of await listRoomIdsOf(app.db, actor.tenantId, actor.userId)) {
      const payload = { roomId, userId: actor.userId, state };
      app.broadcast.toRoom(roomId, { name: 'presence:changed', payload });
    }
  } catch (error) {
    app.log.warn('Presence could not be told', { error });
  }
}
