// The socket requests of the conversation, each one line to the operation that serves every wire.

import { countMessageTokens } from '../assistant/housekeeping.ts';
import { listOpenTurns, type TurnRow } from '../assistant/turn-store.ts';
import { toLiveTurns } from '../assistant/turn-view.ts';
import { approveStep, retryTurn, showStep, stopTurn } from '../assistant/turns.ts';
import type { Actor, App } from '../context.ts';
import { announceMemoriesOf } from '../memory/announce.ts';
import type { JoinSnapshot } from '../protocol/events.ts';
import type { Connections } from '../realtime/connections.ts';
import type { RoomConnection, SocketHandlers } from '../realtime/handle.ts';
import { requireMember } from '../rooms/access.ts';
import { deleteMessage, editMessage, markRead, reactToMessage } from '../rooms/messages.ts';
import { pinMessage } from '../rooms/pins.ts';
import { readSnapshot } from '../rooms/snapshot.ts';
import { sendMessage } from './send-message.ts';

export function socketHandlers(app: App, connections: Connections): SocketHandlers {
  return {
    'room:join': ({ connection, input, acknowledge }) =>
      app.roomLog.quiet(input.roomId, async () => {
        const snapshot = await joinSnapshot(app, connection, input);
        // From here to the join nothing is awaited: the first fact after the snapshot is the next one.
        const data = withLiveTurns(app, connection.actor, snapshot);
        acknowledge(data);
        connection.joinRoom(input.roomId);
        return data;
      }),
    'room:leave': async ({ connection, input }) => {
      setTyping(app, connection, input.roomId, false);
      connection.leaveRoom(input.roomId);
      return {};
    },
    'room:read': async ({ connection, input }) => {
      await markRead(app, connection.actor, input);
      return {};
    },
    'typing:set': async ({ connection, input }) => {
      await requireMember(app.db, connection.actor, input.roomId, 'write');
      setTyping(app, connection, input.roomId, input.typing);
      return {};
    },
    'message:send': async ({ connection, input }) => {
      connections.takeSend(connection.actor.userId);
      const { message } = await sendMessage(app, connection.actor, input);
      setTyping(app, connection, input.roomId, false);
      return { message };
    },
    'message:edit': async ({ connection, input }) => {
      const message = await editMessage(app, connection.actor, input);
      await announceMemoriesOf(app, connection.actor, message.id);
      void countMessageTokens(app, { tenantId: connection.actor.tenantId, id: message.id, text: message.text });
      return { message };
    },
    'message:delete': async ({ connection, input }) => {
      const message = await deleteMessage(app, connection.actor, input);
      await announceMemoriesOf(app, connection.actor, message.id);
      return { message };
    },
    'message:react': async ({ connection, input }) => ({ message: await reactToMessage(app, connection.actor, input) }),
    'message:pin': async ({ connection, input }) => ({ message: await pinMessage(app, connection.actor, input) }),
    'turn:stop': async ({ connection, input }) => {
      await stopTurn(app, connection.actor, input.turnId);
      return {};
    },
    'turn:retry': ({ connection, input }) => retryTurn(app, connection.actor, input.messageId),
    'turn:approve': async ({ connection, input }) => {
      await approveStep(app, connection.actor, input);
      return {};
    },
    'turn:show': async ({ connection, input }) => {
      await showStep(app, connection.actor, input);
      return {};
    },
  };
}

/** Whoever typed on a socket that is gone no longer types. */
export function stopTyping(app: Pick<App, 'broadcast'>, connection: RoomConnection): void {
  for (const roomId of connection.typingIn) setTyping(app, connection, roomId, false);
}

function setTyping(app: Pick<App, 'broadcast'>, connection: RoomConnection, roomId: string, typing: boolean): void {
  // Nobody would take back what a socket says that is gone already.
  if (typing && !connection.isOpen) return;
  if (typing) connection.typingIn.add(roomId);
  else if (!connection.typingIn.delete(roomId)) return;
  const payload = { roomId, userId: connection.actor.userId, typing };
  app.broadcast.toRoom(roomId, { name: 'typing:changed', payload });
}

async function joinSnapshot(
  app: App,
  connection: RoomConnection,
  input: { roomId: string; afterSeq?: number | undefined },
) {
  const { actor } = connection;
  const snapshot = await readSnapshot(app, actor, input.roomId, input.afterSeq);
  const turnRows = await listOpenTurns(app.db, actor.tenantId, input.roomId);
  const elsewhere = await askOwners(app, turnRows);
  return { ...snapshot, turnRows, elsewhere };
}

/** The texts of turns that other nodes run, by turn id. A node that does not answer is left to its lease. */
async function askOwners(app: App, turnRows: TurnRow[]): Promise<Map<string, { text: string; offset: number }>> {
  const texts = new Map<string, { text: string; offset: number }>();
  for (const { id, state, node_id: nodeId } of turnRows) {
    if (state === 'queued' || nodeId === null || nodeId === app.nodeId) continue;
    const live = await app.bus.request(nodeId, 'turn:snapshot', { turnId: id }).catch(() => undefined);
    if (live) texts.set(id, live);
  }
  return texts;
}

/** Synchronous: texts are those of this very moment, and so are the offsets that the next deltas continue. */
function withLiveTurns(
  app: Pick<App, 'turns' | 'presence'>,
  reader: Actor,
  { turnRows, elsewhere, ...snapshot }: Awaited<ReturnType<typeof joinSnapshot>>,
): JoinSnapshot {
  const turns = toLiveTurns(app, reader, turnRows).map((turn) => ({ ...turn, ...elsewhere.get(turn.id) }));
  const liveText = new Map(turns.map((turn) => [turn.messageId, turn.text]));
  const messages = snapshot.messages.map((message) =>
    message.status === 'streaming' ? { ...message, text: liveText.get(message.id) ?? message.text } : message,
  );
  const members = snapshot.members.map((member) => ({ ...member, presence: app.presence.stateOf(member.userId) }));
  return { ...snapshot, members, messages, turns };
}
