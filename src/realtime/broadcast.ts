// The only place that emits to sockets and streams. Everything here is synchronous, so that the order of calls is the order of delivery.
import type { Server } from 'socket.io';
import { mayReadArgs } from '../assistant/turn-view.ts';
import type { Broadcast, RoomListener } from '../context.ts';
import type { PersonalFacts, RoomFact, RoomFacts } from '../protocol/events.ts';
import { personChannel, roomChannel, tenantChannel } from './channels.ts';
import type { ConnectionSocket } from './socket-connection.ts';

export type FactServer = Server<Record<string, never>, Record<string, (payload: unknown) => void>>;

export interface RoomBroadcast extends Broadcast {
  /** Before this only listeners inside the process are served. */
  attach(io: FactServer): void;
  /** Tells every listener inside the process that the server stops. */
  endListeners(): void;
}

interface Listening {
  userId: string;
  listener: RoomListener;
}

/** @param onActivity called when something countable happened in a room */
export function createBroadcast(onActivity: (tenantId: string, roomId: string) => void): RoomBroadcast {
  const listeners = new Map<string, Set<Listening>>();
  let io: FactServer | undefined;

  const toListeners = (roomId: string, fact: RoomFact) => {
    for (const { listener } of listeners.get(roomId) ?? []) listener.onFact(fact);
  };

  const socketsIn = function* (channel: string): Generator<ConnectionSocket> {
    for (const id of io?.of('/').adapter.rooms.get(channel) ?? []) {
      const socket = io?.of('/').sockets.get(id);
      if (socket) yield socket as unknown as ConnectionSocket;
    }
  };

  /** Whoever may no longer write does not type either, and could not take it back. */
  const endTyping = (roomId: string, sockets: Iterable<ConnectionSocket>) => {
    for (const { data } of sockets) {
      if (!data.connection?.stopTyping(roomId)) continue;
      const payload = { roomId, userId: data.connection.actor.userId, typing: false };
      toRoom(roomId, { name: 'typing:changed', payload });
    }
  };
  const everySocket = () => (io?.of('/').sockets.values() ?? []) as Iterable<ConnectionSocket>;

  const toRoom = (roomId: string, fact: RoomFact) => {
    io?.to(roomChannel(roomId)).emit(fact.name, fact.payload);
    toListeners(roomId, fact);
    if (fact.name === 'room:changed' && fact.payload.room.archivedAt) endTyping(roomId, everySocket());
  };

  const dropListeners = (roomId: string, isGone: (userId: string) => boolean) => {
    for (const listening of listeners.get(roomId) ?? []) {
      if (!isGone(listening.userId)) continue;
      listeners.get(roomId)?.delete(listening);
      listening.listener.onEnd('removed');
    }
  };

  return {
    attach(server) {
      io = server;
    },
    toRoom,
    stepToRoom(roomId, fact, askedBy) {
      const { args: _args, ...step } = fact.payload.step;
      const guarded: RoomFacts['turn:step'] = { ...fact.payload, step };
      for (const socket of socketsIn(roomChannel(roomId))) {
        const { actor } = socket.data.connection;
        const mayRead = mayReadArgs(actor, askedBy, fact.payload.step);
        socket.emit(fact.name, mayRead ? fact.payload : guarded);
      }
      toListeners(roomId, { name: 'turn:step', payload: guarded });
    },
    toTenant(tenantId, fact) {
      io?.to(tenantChannel(tenantId)).emit(fact.name, fact.payload);
    },
    toPerson(userId, fact) {
      io?.to(personChannel(userId)).emit(fact.name, fact.payload);
    },
    toAdministrators(fact) {
      for (const socket of everySocket()) {
        if (socket.data.connection?.actor.role === 'admin') socket.emit(fact.name, fact.payload);
      }
    },
    removeFromRoom(roomId, userId) {
      io?.in(personChannel(userId)).socketsLeave(roomChannel(roomId));
      const payload: PersonalFacts['room:removed'] = { roomId };
      io?.to(personChannel(userId)).emit('room:removed', payload);
      endTyping(roomId, socketsIn(personChannel(userId)));
      dropListeners(roomId, (listening) => listening === userId);
    },
    closeRoom(roomId, userIds) {
      io?.in(roomChannel(roomId)).socketsLeave(roomChannel(roomId));
      for (const userId of userIds) io?.to(personChannel(userId)).emit('room:removed', { roomId });
      endTyping(roomId, everySocket());
      dropListeners(roomId, () => true);
    },
    listen(roomId, userId, listener) {
      const listening: Listening = { userId, listener };
      const set = listeners.get(roomId) ?? new Set<Listening>();
      listeners.set(roomId, set.add(listening));
      return () => {
        set.delete(listening);
        // Ending twice is fine: by then the room may have other listeners, in another set.
        if (set.size === 0 && listeners.get(roomId) === set) listeners.delete(roomId);
      };
    },
    activity: onActivity,
    endListeners() {
      for (const set of listeners.values()) for (const { listener } of set) listener.onEnd('stopping');
      listeners.clear();
    },
  };
}
