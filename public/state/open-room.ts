// One open room: a snapshot, then its facts in seq order. Everything the room page shows is read from here.
import { batch, signal } from '@preact/signals';
import type { DurableFacts, EphemeralFacts, JoinSnapshot, ServerFacts } from '../../src/protocol/events.ts';
import type { Member, Message, Room, Turn } from '../../src/protocol/models.ts';
import type { RoomRole } from '../../src/protocol/names.ts';
import { call } from '../lib/api.ts';
import { ApiError } from '../lib/api-error.ts';
import { forgetMessage, noteAnswerEnded, noteAnswerStarted, noteMessage } from './announcer.ts';
import { isConnected, requireWire } from './connection.ts';
import {
  applyToWindow,
  EMPTY_WINDOW,
  type MessageWindow,
  mergeMessages,
  PAGE_SIZE,
  trimNewer,
  trimOlder,
} from './message-window.ts';
import { noteRead, noteRoomChanged, unreadOf } from './rooms.ts';
import { AnswerStream } from './streams.ts';
import { markUnread, type UnreadMark } from './unread-mark.ts';

export type RoomStatus = 'joining' | 'open' | 'missing' | 'failed';

/** Someone is typing for this long after the last word of it. */
const TYPING_MS = 6_000;
const REJOIN_MS = 1_000;
const READ_PAUSE_MS = 300;
const FIND_PAGES = 10;

export class OpenRoom {
  readonly id: string;
  readonly #myId: string;
  readonly status = signal<RoomStatus>('joining');
  readonly error = signal<ApiError | undefined>(undefined);
  readonly room = signal<Room | undefined>(undefined);
  readonly role = signal<RoomRole>('viewer');
  readonly members = signal<readonly Member[]>([]);
  readonly window = signal<MessageWindow>(EMPTY_WINDOW);
  readonly turns = signal<readonly Turn[]>([]);
  /** User id → when it stops counting. */
  readonly typing = signal<ReadonlyMap<string, number>>(new Map());
  readonly unread = signal<UnreadMark | undefined>(undefined);
  readonly loadingOlder = signal<'no' | 'yes' | 'failed'>('no');
  /** Messages of others that arrived since the reader left the end. */
  readonly missed = signal(0);
  /** Raised when something was pinned or taken off. */
  readonly pinsChanged = signal(0);
  /** Set by the timeline: the reader is at the end, so the window may be trimmed and the room counts as read. */
  atEnd = true;
  lastSeq = 0;

  readonly #streams = new Map<string, AnswerStream>();
  /** Every message seen lately, for quotes of messages that are outside the window. */
  readonly #seen = new Map<string, Message>();
  /** Words of broken-off answers that were read here but that the server had not stored yet. By message id. */
  readonly #unstored = new Map<string, string>();
  /** For each page that is being fetched, the message facts that arrived meanwhile: they are newer than the page. */
  readonly #duringFetch = new Set<Message[]>();
  #isJoined = false;
  #isJoining = false;
  #isFreshlyOpened = true;
  #isLoadingNewer = false;
  #readSeq = 0;
  #readTimer: ReturnType<typeof setTimeout> | undefined;
  #rejoinTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(id: string, myId: string) {
    this.id = id;
    this.#myId = myId;
  }

  /** Joins, or joins again from the last known seq. */
  join(): void {
    if (this.#isJoining || !isConnected()) return;
    this.#isJoining = true;
    const isKnown = this.room.peek() !== undefined;
    const input = isKnown ? { roomId: this.id, afterSeq: this.lastSeq } : { roomId: this.id };
    requireWire().ask('room:join', input, (result) => {
      this.#isJoining = false;
      if (!(result instanceof ApiError)) this.#apply(result, isKnown);
      else this.#refused(result);
    });
  }

  /** Facts end; what is known stays for coming back. */
  leave(): void {
    if (this.#readTimer) this.#tellRead();
    this.#isJoined = false;
    clearTimeout(this.#rejoinTimer);
    if (isConnected()) requireWire().ask('room:leave', { roomId: this.id }, () => {});
  }

  /** The connection is gone: nothing arrives until the next join. */
  disconnected(): void {
    this.#isJoined = false;
    this.#isJoining = false;
    clearTimeout(this.#rejoinTimer);
    this.typing.value = new Map();
    // Who is here is not known without a connection; the next snapshot tells it.
    this.members.value = this.members.peek().map(({ presence: _, ...member }) => member);
  }

  /** Being opened by the reader: the unread line stands where they stopped. */
  opened(): void {
    this.unread.value = undefined;
    this.missed.value = 0;
    this.#isFreshlyOpened = true;
  }

  removed(): void {
    this.#isJoined = false;
    this.status.value = 'missing';
  }

  stream(turnId: string): AnswerStream {
    let stream = this.#streams.get(turnId);
    if (!stream) {
      stream = new AnswerStream();
      this.#streams.set(turnId, stream);
    }
    return stream;
  }

  /** What was read of a broken-off answer, when that is more than the server kept of it. */
  readText(message: Message): string {
    const read = this.#unstored.get(message.id);
    return message.status !== 'deleted' && read?.startsWith(message.text) ? read : message.text;
  }

  find(messageId: string): Message | undefined {
    return this.#seen.get(messageId) ?? this.window.peek().messages.find((message) => message.id === messageId);
  }

  #refused(error: ApiError): void {
    if (error.code === 'unreachable') return;
    if (error.code === 'not_found' || error.code === 'forbidden') {
      this.status.value = 'missing';
      return;
    }
    this.error.value = error;
    if (!this.room.peek()) this.status.value = 'failed';
    this.#rejoinTimer = setTimeout(() => this.join(), error.retryAfterMs ?? REJOIN_MS);
  }

  #apply(snapshot: JoinSnapshot, isContinuation: boolean): void {
    batch(() => {
      this.#isJoined = true;
      this.room.value = snapshot.room;
      this.role.value = snapshot.role as RoomRole;
      this.members.value = snapshot.members;
      this.lastSeq = snapshot.lastSeq;
      this.#readSeq = Math.max(this.#readSeq, snapshot.readSeq);
      this.#remember(snapshot.messages);
      if (isContinuation && !snapshot.reset) {
        this.window.value = applyToWindow(this.window.peek(), snapshot.messages);
      } else {
        const messages = mergeMessages([], snapshot.messages);
        this.window.value = { messages, hasOlder: snapshot.hasMore, hasNewer: false };
      }
      this.#trim();
      this.#keepRead(snapshot.messages);
      for (const turn of snapshot.turns) if (turn.text !== undefined) this.stream(turn.id).catchUp(turn.text);
      this.turns.value = snapshot.turns;
      this.#forgetStreams();
      this.error.value = undefined;
      this.status.value = 'open';
      if (this.#isFreshlyOpened) this.#markUnread();
      this.#isFreshlyOpened = false;
    });
  }

  fact<N extends keyof ServerFacts>(name: N, payload: ServerFacts[N]): void {
    if (!this.#isJoined) return;
    if (name in this.#ephemeral) {
      (this.#ephemeral as Record<string, (fact: unknown) => void>)[name]?.(payload);
      return;
    }
    const apply = (this.#durable as Record<string, (fact: unknown) => void>)[name];
    if (!apply) return;
    const { seq } = payload as { seq: number };
    if (seq <= this.lastSeq) return;
    if (seq > this.lastSeq + 1) {
      this.#rejoin();
      return;
    }
    this.lastSeq = seq;
    batch(() => apply(payload));
  }

  #rejoin(): void {
    this.#isJoined = false;
    this.join();
  }

  readonly #durable: { [N in keyof DurableFacts]: (fact: DurableFacts[N]) => void } = {
    'message:created': ({ message }) => {
      this.#take(message);
      if (message.author.id === this.#myId) return;
      if (message.author.kind !== 'system') {
        this.#stoppedTyping(message.author.id);
        if (!this.atEnd) this.missed.value += 1;
        noteMessage(message);
      }
    },
    'message:updated': ({ message }) => {
      if (this.#seen.get(message.id)?.pinned?.at !== message.pinned?.at) this.pinsChanged.value++;
      this.#take(message);
    },
    'message:deleted': ({ message }) => {
      this.#take(message);
      this.#unstored.delete(message.id);
      forgetMessage(message.id);
    },
    'turn:queued': ({ turn }) => {
      this.turns.value = [...this.turns.peek(), turn];
    },
    'turn:started': ({ turn, message }) => {
      this.#take(message);
      const others = this.turns.peek().filter((one) => one.id !== turn.id);
      this.turns.value = [turn, ...others];
      noteAnswerStarted(turn.askedBy.name, others.filter((one) => one.state === 'queued').length);
    },
    'turn:ended': ({ turnId, reason, message, error }) => {
      if (message) {
        this.#keepRead([message]);
        this.#take(message);
        noteAnswerEnded(reason, message, error);
      }
      this.turns.value = this.turns.peek().filter((turn) => turn.id !== turnId);
      this.#forgetStreams();
    },
    'room:changed': ({ room }) => {
      this.room.value = room;
      noteRoomChanged(room);
    },
    'member:changed': ({ member }) => {
      const others = this.members.peek().filter((one) => one.userId !== member.userId);
      if ('removed' in member) {
        this.members.value = others;
        return;
      }
      const before = this.members.peek().find((one) => one.userId === member.userId);
      this.members.value = [...others, { ...before, ...member }];
      if (member.userId === this.#myId) this.role.value = member.role;
    },
  };

  readonly #ephemeral: {
    [N in Exclude<keyof EphemeralFacts, 'document:changed' | 'memory:changed'>]: (fact: EphemeralFacts[N]) => void;
  } = {
    'turn:delta': ({ turnId, offset, text }) => {
      if (!this.stream(turnId).append(offset, text)) this.#rejoin();
    },
    'turn:step': ({ turnId, step }) => {
      this.turns.value = this.turns.peek().map((turn) => {
        if (turn.id !== turnId) return turn;
        const before = turn.steps ?? [];
        const known = before.some((one) => one.id === step.id);
        return { ...turn, steps: known ? before.map((one) => (one.id === step.id ? step : one)) : [...before, step] };
      });
    },
    'presence:changed': ({ userId, state }) => {
      this.members.value = this.members
        .peek()
        .map((one) => (one.userId === userId ? { ...one, presence: state } : one));
      if (state === 'offline') this.#stoppedTyping(userId);
    },
    'typing:changed': ({ userId, typing }) => {
      if (userId === this.#myId) return;
      if (!typing) return this.#stoppedTyping(userId);
      this.typing.value = new Map(this.typing.peek()).set(userId, Date.now() + TYPING_MS);
      setTimeout(() => {
        if ((this.typing.peek().get(userId) ?? Number.POSITIVE_INFINITY) <= Date.now()) this.#stoppedTyping(userId);
      }, TYPING_MS + 50);
    },
    'read:changed': ({ userId, seq }) => {
      if (userId === this.#myId) this.#readSeq = Math.max(this.#readSeq, seq);
    },
  };

  #stoppedTyping(userId: string): void {
    if (!this.typing.peek().has(userId)) return;
    const others = new Map(this.typing.peek());
    others.delete(userId);
    this.typing.value = others;
  }

  /** A message from a fact, or from the acknowledgement of one's own send: whichever comes first. */
  takeSent(message: Message): void {
    if (this.#isJoined) this.#take(message);
  }

  #take(message: Message): void {
    this.#remember([message]);
    for (const meanwhile of this.#duringFetch) meanwhile.push(message);
    this.window.value = applyToWindow(this.window.peek(), [message]);
    this.#trim();
  }

  #remember(messages: readonly Message[]): void {
    for (const message of messages) {
      const before = this.#seen.get(message.id);
      if (!before || before.changedSeq < message.changedSeq) this.#seen.set(message.id, message);
    }
    if (this.#seen.size > 2_000) for (const id of [...this.#seen.keys()].slice(0, 1_000)) this.#seen.delete(id);
  }

  /** Nobody loses words they have read because the server went away before it stored them. */
  #keepRead(messages: readonly Message[]): void {
    for (const turn of this.turns.peek()) {
      const ended = messages.find((message) => message.id === turn.messageId && message.status === 'interrupted');
      const read = this.#streams.get(turn.id)?.text;
      if (ended && read && read.length > ended.text.length) this.#unstored.set(ended.id, read);
    }
  }

  #forgetStreams(): void {
    const open = new Set(this.turns.peek().map((turn) => turn.id));
    for (const id of this.#streams.keys()) if (!open.has(id)) this.#streams.delete(id);
  }

  #trim(): void {
    if (this.atEnd) this.window.value = trimOlder(this.window.peek());
  }

  #markUnread(): void {
    const mark = markUnread(this.window.peek(), { readSeq: this.#readSeq, myId: this.#myId, told: unreadOf(this.id) });
    if (mark) this.unread.value = mark;
  }

  /** The reader sees the newest message. Told to the server after a short pause, so that a burst is told once. */
  markRead(): void {
    this.missed.value = 0;
    if (this.window.peek().hasNewer || this.lastSeq <= this.#readSeq || this.#readTimer) return;
    this.#readTimer = setTimeout(() => this.#tellRead(), READ_PAUSE_MS);
  }

  #tellRead(): void {
    clearTimeout(this.#readTimer);
    this.#readTimer = undefined;
    if (!this.#isJoined || !this.atEnd || document.visibilityState !== 'visible') return;
    this.#readSeq = this.lastSeq;
    requireWire().ask('room:read', { roomId: this.id, seq: this.lastSeq }, () => {});
    noteRead(this.id);
  }

  /** Drops what lies beyond the window once the reader is back at its end. */
  backAtEnd(): void {
    this.atEnd = true;
    this.missed.value = 0;
    this.#trim();
  }

  // Paging: always through #page, so that facts which arrive meanwhile win over the page.

  async loadOlder(): Promise<void> {
    const { messages, hasOlder } = this.window.peek();
    const first = messages[0];
    if (!hasOlder || !first || this.loadingOlder.peek() === 'yes') return;
    this.loadingOlder.value = 'yes';
    try {
      const page = await this.#page({ beforeSeq: first.seq, limit: PAGE_SIZE });
      batch(() => {
        const now = this.window.peek();
        const joined = { ...now, messages: mergeMessages(now.messages, page.items), hasOlder: page.hasMore };
        this.window.value = this.atEnd ? joined : trimNewer(joined);
        this.loadingOlder.value = 'no';
      });
    } catch {
      this.loadingOlder.value = 'failed';
    }
  }

  async loadNewer(): Promise<void> {
    const { messages, hasNewer } = this.window.peek();
    const last = messages.at(-1);
    if (!hasNewer || !last || this.#isLoadingNewer) return;
    this.#isLoadingNewer = true;
    const page = await this.#page({ afterSeq: last.seq, limit: PAGE_SIZE }).catch(() => undefined);
    this.#isLoadingNewer = false;
    if (!page) return;
    const now = this.window.peek();
    if (now.messages.at(-1)?.id !== last.id) return;
    this.window.value = { ...now, messages: mergeMessages(now.messages, page.items), hasNewer: page.hasMore };
  }

  /** Makes the window hold the message at `seq` with what stands around it. @throws ApiError */
  async loadAround(seq: number): Promise<void> {
    if (this.window.peek().messages.some((message) => message.seq === seq)) return;
    const before = await this.#page({ beforeSeq: seq + 1, limit: PAGE_SIZE });
    const after = await this.#page({ afterSeq: seq, limit: PAGE_SIZE });
    this.atEnd = false;
    const messages = mergeMessages(before.items, after.items);
    this.window.value = { messages, hasOlder: before.hasMore, hasNewer: after.hasMore };
  }

  /** Looks for an older message by paging up. @returns it, or undefined when it is too far away */
  async findOlder(messageId: string): Promise<Message | undefined> {
    let beforeSeq = this.window.peek().messages[0]?.seq;
    for (let pages = 0; beforeSeq !== undefined && pages < FIND_PAGES; pages++) {
      const page = await this.#page({ beforeSeq, limit: 200 });
      const found = page.items.find((message) => message.id === messageId);
      if (found) return found;
      if (!page.hasMore) return undefined;
      beforeSeq = page.items[0]?.seq;
    }
    return undefined;
  }

  /** Back to the newest messages after having jumped away. */
  showNewest(): void {
    this.atEnd = true;
    if (!this.window.peek().hasNewer) {
      this.backAtEnd();
      return;
    }
    this.#isJoined = false;
    this.#isJoining = true;
    requireWire().ask('room:join', { roomId: this.id }, (result) => {
      this.#isJoining = false;
      if (!(result instanceof ApiError)) this.#apply(result, false);
      else this.#refused(result);
    });
  }

  async #page(query: { beforeSeq?: number; afterSeq?: number; limit: number }) {
    const meanwhile: Message[] = [];
    this.#duringFetch.add(meanwhile);
    try {
      const page = await call('listMessages', { params: { roomId: this.id }, query });
      const ids = new Set(page.items.map((message) => message.id));
      // At the open end a message may be younger than the page; elsewhere only changes of its own messages count.
      const reachesEnd = query.afterSeq !== undefined && !page.hasMore;
      const fresher = meanwhile.filter((message) => ids.has(message.id) || (reachesEnd && message.seq > page.lastSeq));
      const items = mergeMessages(page.items, fresher);
      this.#remember(items);
      return { ...page, items };
    } finally {
      this.#duringFetch.delete(meanwhile);
    }
  }
}
