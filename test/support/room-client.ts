// A member's view of a room, kept by the rules of docs/protocol.md: a snapshot, facts applied to it, a new join at every gap.
// Unlike a client for people it tells of everything that the server should not have done.
import { io, type Socket } from 'socket.io-client';
import type { JoinSnapshot, RequestData, RequestInput, RequestName, RoomFacts } from '../../src/protocol/events.ts';
import type { Message, Turn } from '../../src/protocol/models.ts';

export interface RoomView {
  /** Absent before the first join. */
  lastSeq: number | undefined;
  messages: Map<string, Message>;
  /** Open turns, running ones with the text so far. */
  turns: Map<string, Turn & { text: string }>;
}

/** What a server may not do while a connection lasts. Counts are UTF-16 units. */
export type Breach =
  | { kind: 'early'; name: string }
  | { kind: 'seq'; name: string; expected: number; actual: number }
  | { kind: 'offset'; turnId: string; expected: number; actual: number; units: number }
  | { kind: 'turn'; turnId: string; name: string };

export interface RoomWatcher {
  onBreach?(breach: Breach): void;
  /** Before the snapshot is applied: `view` still holds what was known. */
  onSnapshot?(snapshot: JoinSnapshot, view: RoomView): void;
  onStarted?(turn: Turn): void;
  /** @param said the answer as far as this client knows it */
  onDelta?(turnId: string, said: string): void;
  /** @param turn as this client knew it, with what its deltas add up to */
  onEnded?(fact: RoomFacts['turn:ended'], turn: (Turn & { text: string }) | undefined): void;
}

export interface RoomClient {
  readonly socket: Socket;
  readonly view: RoomView;
  /** Joined, and nothing missing as far as it can know. */
  isLive(): boolean;
  /** @returns the acknowledgement's data @throws the wire error, or that none came in time */
  ask<N extends RequestName>(name: N, input: RequestInput<N>): Promise<RequestData<N>>;
  /** The connection breaks; the client comes back by itself. */
  drop(): void;
  /** Goes away on purpose; `back` ends that. */
  leave(): void;
  /** @param keepsView false: as a new client that knows nothing */
  back(keepsView: boolean): void;
  close(): void;
}

const ACKNOWLEDGED_WITHIN_MS = 4_000;
const DURABLE = [
  'message:created',
  'message:updated',
  'message:deleted',
  'turn:queued',
  'turn:started',
  'turn:ended',
  'room:changed',
  'member:changed',
] as const;

export function followRoom(url: string, token: string, roomId: string, watcher: RoomWatcher = {}): RoomClient {
  const view: RoomView = { lastSeq: undefined, messages: new Map(), turns: new Map() };
  let state: 'away' | 'joining' | 'rejoining' | 'live' = 'away';
  let joins = 0;
  const socket = io(url, {
    transports: ['websocket'],
    auth: { token },
    forceNew: true,
    reconnectionDelay: 50,
    reconnectionDelayMax: 250,
  });

  /** Everything is applied inside the callback: facts may follow in the very next packet. */
  const join = (how: 'joining' | 'rejoining') => {
    state = how;
    const mine = ++joins;
    const since = view.lastSeq === undefined ? {} : { afterSeq: view.lastSeq };
    socket.emit('room:join', { roomId, ...since }, (answer: { ok: boolean; data: JoinSnapshot }) => {
      if (mine !== joins) return;
      if (!answer.ok) {
        setTimeout(() => socket.connected && mine === joins && join(how), 100);
        return;
      }
      watcher.onSnapshot?.(answer.data, view);
      applySnapshot(view, answer.data);
      state = 'live';
    });
  };

  const onBreach = (breach: Breach) => {
    watcher.onBreach?.(breach);
    if (breach.kind !== 'early') join('rejoining');
  };

  for (const name of DURABLE) {
    socket.on(name, (fact: RoomFacts[typeof name]) => {
      if (fact.roomId !== roomId || !mayApply(name)) return;
      const expected = view.lastSeq! + 1;
      if (fact.seq !== expected) return onBreach({ kind: 'seq', name, expected, actual: fact.seq });
      view.lastSeq = fact.seq;
      applyFact(name, fact);
    });
  }
  socket.on('turn:delta', ({ turnId, offset, text, ...fact }: RoomFacts['turn:delta']) => {
    if (fact.roomId !== roomId || !mayApply('turn:delta')) return;
    const turn = view.turns.get(turnId);
    if (!turn) return onBreach({ kind: 'turn', turnId, name: 'turn:delta' });
    const expected = turn.text.length;
    if (offset !== expected) {
      return onBreach({ kind: 'offset', turnId, expected, actual: offset, units: text.length });
    }
    turn.text += text;
    watcher.onDelta?.(turnId, turn.text);
  });
  socket.on('connect', () => join('joining'));
  socket.on('disconnect', (reason) => {
    state = 'away';
    joins += 1;
    if (reason === 'io server disconnect') socket.connect();
  });

  /** While a rejoin is under way its snapshot will hold the fact too; on a new connection nothing may come before. */
  function mayApply(name: string): boolean {
    if (state === 'joining') onBreach({ kind: 'early', name });
    return state === 'live';
  }

  function applyFact(name: (typeof DURABLE)[number], fact: RoomFacts[typeof name]): void {
    if (name === 'turn:ended') {
      const ended = fact as RoomFacts['turn:ended'];
      const turn = view.turns.get(ended.turnId);
      if (!turn) watcher.onBreach?.({ kind: 'turn', turnId: ended.turnId, name });
      watcher.onEnded?.(ended, turn);
      view.turns.delete(ended.turnId);
    } else if ('turn' in fact) {
      view.turns.set(fact.turn.id, { ...fact.turn, text: '' });
      if (name === 'turn:started') watcher.onStarted?.(fact.turn);
    }
    if ('message' in fact && fact.message) view.messages.set(fact.message.id, fact.message);
  }

  return {
    socket,
    view,
    isLive: () => state === 'live' && socket.connected,
    async ask(name, input) {
      const answer = await socket.timeout(ACKNOWLEDGED_WITHIN_MS).emitWithAck(name, input);
      if (answer.ok) return answer.data;
      throw Object.assign(new Error(answer.error.message), answer.error);
    },
    // Without a closing handshake, as a network goes away.
    drop: () => (socket.io.engine?.transport as unknown as { ws?: { terminate(): void } })?.ws?.terminate(),
    leave: () => void socket.disconnect(),
    back(keepsView) {
      if (!keepsView) {
        view.lastSeq = undefined;
        view.messages.clear();
        view.turns.clear();
      }
      socket.connect();
    },
    close: () => void socket.disconnect(),
  };
}

function applySnapshot(view: RoomView, { messages, turns, lastSeq, reset }: JoinSnapshot): void {
  if (reset) view.messages.clear();
  for (const message of messages) view.messages.set(message.id, message);
  view.turns.clear();
  for (const turn of turns) view.turns.set(turn.id, { ...turn, text: turn.text ?? '' });
  view.lastSeq = lastSeq;
}
