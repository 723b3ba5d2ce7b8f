// room:activity: tells members what is unread, at most once a second per room, and only those who are connected.
import type { App } from '../context.ts';
import { countUnread } from '../rooms/activity.ts';
import { listRunningTurns } from '../rooms/room-store.ts';
import type { Connections } from './connections.ts';

export interface ActivityTeller {
  changed(tenantId: string, roomId: string): void;
  stop(): void;
}

export function createActivityTeller(
  app: Pick<App, 'db' | 'limits' | 'log' | 'roomLog'> & { broadcast: Pick<App['broadcast'], 'toPerson'> },
  connections: Pick<Connections, 'people'>,
): ActivityTeller {
  /** Rooms told of less than a second ago; true when something happened since. */
  const resting = new Map<string, boolean>();
  const timers = new Set<NodeJS.Timeout>();
  let isStopped = false;

  const tell = async (tenantId: string, roomId: string) => {
    const connected = connections.people();
    if (connected.length === 0) return;
    const running = (await listRunningTurns(app.db, tenantId, roomId)).length > 0;
    for (const { userId, lastSeq, unread, mentions } of await countUnread(app.db, tenantId, roomId, connected)) {
      const payload = { roomId, lastSeq, unread, mentions, running };
      app.broadcast.toPerson(userId, { name: 'room:activity', payload });
    }
  };

  const changed = (tenantId: string, roomId: string): void => {
    if (isStopped) return;
    if (resting.has(roomId)) {
      resting.set(roomId, true);
      return;
    }
    resting.set(roomId, false);
    // In the room's line: nobody is told who was removed while it was counted.
    app.roomLog
      .quiet(roomId, () => tell(tenantId, roomId))
      .catch((error) => app.log.error('Activity could not be told', { error }));
    const timer = setTimeout(() => {
      timers.delete(timer);
      const again = resting.get(roomId);
      resting.delete(roomId);
      if (again) changed(tenantId, roomId);
    }, app.limits.activityEveryMs);
    timer.unref();
    timers.add(timer);
  };

  return {
    changed,
    stop() {
      isStopped = true;
      for (const timer of timers) clearTimeout(timer);
    },
  };
}
