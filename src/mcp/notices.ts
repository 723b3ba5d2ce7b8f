// Tells the rooms that depend on a tool server, in one quiet line each, that it is gone, and again when it is back.
import type { App } from '../context.ts';
import { sayAsRoom } from '../rooms/room-line.ts';
import { deleteNotice, insertNotice, listNotices, listRoomsNamed, listRoomsUsing } from './mcp-store.ts';
import type { ServerLink } from './server-link.ts';

type NoticeApp = Pick<App, 'db' | 'limits' | 'log' | 'roomLog' | 'toolServers'>;

/** Who used it, or tried to, so recently depends on it; and who is named in the operator's file. */
const DEPENDS_FOR_MS = 24 * 60 * 60_000;

/** @returns a function that ends it */
export function tellRooms(app: NoticeApp): () => void {
  const timers = new Map<string, NodeJS.Timeout>();
  /** One after the other for each server: a line that it is back never overtakes the one that it is gone. */
  const lines = new Map<string, Promise<void>>();
  /** There once since the start: one that is only being connected for the first time is not gone. */
  const seen = new Set<string>();
  /** Away for so long that rooms were told. */
  const gone = new Set<string>();
  let isStopped = false;

  const inLine = (link: ServerLink, work: () => Promise<void>) => {
    const { name } = link.server;
    const next = (lines.get(name) ?? Promise.resolve()).then(work).catch((error) => {
      if (!isStopped) app.log.warn('Rooms could not be told about a tool server', { server: name, error });
    });
    lines.set(name, next);
  };

  app.toolServers.onChange((link, what) => {
    const { name } = link.server;
    if (isStopped) return;
    const isThere = link.status().state === 'connected';
    if (what === 'state' && isThere) {
      clearTimeout(timers.get(name));
      timers.delete(name);
      gone.delete(name);
      seen.add(name);
      inLine(link, () => tellBack(app, link));
    } else if (what === 'state' && !timers.has(name)) {
      // A restart of a moment is not worth a line.
      const { mcpGoneAfterMs, mcpConnectTimeoutMs } = app.limits;
      const timer = setTimeout(
        () => {
          gone.add(name);
          inLine(link, () => tellGone(app, link));
        },
        mcpGoneAfterMs + (seen.has(name) ? 0 : mcpConnectTimeoutMs),
      );
      timer.unref();
      timers.set(name, timer);
    } else if (what === 'calls' && !isThere && gone.has(name)) {
      // A room that only now asked for it.
      inLine(link, () => tellGone(app, link));
    }
  });
  return () => {
    isStopped = true;
    for (const timer of timers.values()) clearTimeout(timer);
  };
}

async function tellGone(app: NoticeApp, link: ServerLink): Promise<void> {
  const { name, rooms } = link.server;
  const using = await listRoomsUsing(app.db, name, Date.now() - DEPENDS_FOR_MS);
  const named = rooms === '*' ? [] : await listRoomsNamed(app.db, rooms);
  const concerned = new Map([...using, ...named].map((room) => [room.room_id, room.tenant_id]));
  for (const [roomId, tenantId] of concerned) {
    if (link.status().state === 'connected') return;
    const row = { tenant_id: tenantId, room_id: roomId, server: name, gone_at: Date.now() };
    if (!(await insertNotice(app.db, row))) continue;
    await sayAsRoom(app, tenantId, roomId, {
      note: { key: 'mcp.server_gone', params: { server: name } },
      text: `The tool server "${name}" is not reachable. Answers go on without it.`,
    });
  }
  app.toolServers.setRoomsTold(name, concerned.size);
}

async function tellBack(app: NoticeApp, link: ServerLink): Promise<void> {
  const { name } = link.server;
  for (const { tenant_id: tenantId, room_id: roomId } of await listNotices(app.db, name)) {
    if (!(await deleteNotice(app.db, roomId, name))) continue;
    await sayAsRoom(app, tenantId, roomId, {
      note: { key: 'mcp.server_back', params: { server: name } },
      text: `The tool server "${name}" is reachable again.`,
    });
  }
  app.toolServers.setRoomsTold(name, 0);
}
