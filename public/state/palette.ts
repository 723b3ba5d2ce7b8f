// What the palette finds: rooms, documents and actions at once, messages from the server, and asking ProjectWise.
import type { Document } from '../../src/protocol/document-models.ts';
import type { FoundMessage, RoomSummary } from '../../src/protocol/models.ts';
import type { IconName } from '../components/icon.tsx';
import { findByName } from '../lib/fuzzy.ts';
import { moreWords } from '../lib/more-words.ts';
import { plainLine } from '../lib/plain-text.ts';
import {
  DOCUMENTS_PATH,
  go,
  MEMORY_PATH,
  MENTIONS_PATH,
  messagePath,
  pagePath,
  place,
  roomPath,
} from '../lib/router.ts';
import { isDark, setTheme } from '../lib/theme.ts';
import { openRoom, openRoomId, recentRooms } from './app.ts';
import { LIBRARY, shelfOf } from './documents.ts';
import { keepDraft } from './drafts.ts';
import { jumpToUnread } from './jump.ts';
import { stopTurn } from './message-actions.ts';
import { openPage } from './pages.ts';
import { writeInto } from './references.ts';
import { archivedRooms, openNewChat, rooms } from './rooms.ts';
import { panel, showDialog } from './ui.ts';

export type Group = 'recent' | 'room' | 'document' | 'message' | 'action' | 'ask';

export interface PaletteItem {
  group: Group;
  id: string;
  icon: IconName | 'mark';
  name: string;
  /** Where it is, or what happens. */
  detail?: string | undefined;
  /** Beside the name, such as a key. */
  keys?: string | undefined;
  run: () => unknown;
}

const MOST: Record<Group, number> = { recent: 6, room: 6, document: 5, message: 6, action: 5, ask: 1 };
const LONGEST = 120;

/** Everything that is known here, in the order in which groups are shown. Reads signals: call it while drawing. */
export function findLocally(query: string): PaletteItem[] {
  if (query.trim() === '') return [...recentItems(), ...actionItems()];
  const take = (group: Group, items: PaletteItem[]) =>
    findByName(items, ({ name, detail }) => `${name} ${detail ?? ''}`, query).slice(0, MOST[group]);
  return [
    ...take('room', byRecency().map(roomItem)),
    ...take('document', documents().map(documentItem)),
    ...take('action', actionItems()),
  ];
}

export const messageItem = ({ message, room }: FoundMessage): PaletteItem => ({
  group: 'message',
  id: `message-${message.id}`,
  icon: message.author.kind === 'assistant' ? 'mark' : 'room',
  name: plainLine(message.text, LONGEST),
  detail: `${message.author.name} · ${room.name}`,
  run: () => go(messagePath(room.id, message.id)),
});

/** Into the field of the open room, or of a chat of one's own when none is open: who asks sends it themselves. */
export function askItem(query: string): PaletteItem | undefined {
  const text = query.trim();
  const room = openRoom.value;
  const isRoom = room && room.role.value !== 'viewer' && room.room.value?.archivedAt === undefined;
  if (text === '' || (isRoom && room.room.value?.assistant.trigger === 'off')) return undefined;
  const { askIt, askHelp } = moreWords.value.palette;
  const run = async () => {
    if (isRoom) return writeInto(room, text, { isQuestion: true });
    const roomId = await openNewChat();
    keepDraft(roomId, text);
    go(roomPath(roomId));
  };
  return { group: 'ask', id: 'ask', icon: 'mark', name: askIt(text), detail: askHelp, run };
}

/** Rooms that were open lately come before those where something happened. */
function byRecency(): RoomSummary[] {
  const lately = recentRooms();
  const all = [...(rooms.value ?? []), ...(archivedRooms.value ?? [])];
  const placeOf = ({ id }: RoomSummary) => (lately.includes(id) ? lately.indexOf(id) : lately.length);
  return all.toSorted((a, b) => placeOf(a) - placeOf(b));
}

const recentItems = (): PaletteItem[] =>
  byRecency()
    .filter(({ id }) => id !== openRoomId.value)
    .slice(0, MOST.recent)
    .map((room) => ({ ...roomItem(room), group: 'recent' }));

const roomItem = ({ id, name, kind, archivedAt }: RoomSummary): PaletteItem => ({
  group: 'room',
  id: `room-${id}`,
  icon: archivedAt ? 'archive' : kind === 'personal' ? 'person' : 'room',
  name,
  detail: archivedAt ? moreWords.value.palette.archived : undefined,
  run: () => go(roomPath(id)),
});

const documents = (): Document[] =>
  [openRoomId.value, LIBRARY].flatMap((place) => (place ? (shelfOf(place).items.value ?? []) : []));

const documentItem = ({ id, name, customer, project }: Document): PaletteItem => ({
  group: 'document',
  id: `document-${id}`,
  icon: 'file',
  name,
  detail: [customer, project].filter(Boolean).join(' · ') || undefined,
  run() {
    const page = { documentId: id, page: 1 };
    if (openRoomId.peek() ?? place.peek().name === 'documents') openPage(page, null);
    else go(pagePath(page, DOCUMENTS_PATH));
  },
});

function actionItems(): PaletteItem[] {
  const { actions } = moreWords.value.palette;
  const item = (id: string, icon: IconName, name: string, run: () => unknown, keys?: string): PaletteItem => ({
    ...{ group: 'action', id: `action-${id}`, icon, name, run },
    keys,
  });
  const show = (name: 'new-room' | 'members' | 'profile' | 'shortcuts' | 'notify' | 'settings') => () =>
    showDialog({ name });
  const open = (name: 'search' | 'documents' | 'memory' | 'pins' | 'tools') => () => {
    panel.value = name;
  };
  const room = openRoom.value?.status.value === 'open' ? openRoom.value : undefined;
  const isLead = room?.role.value === 'lead' && room.room.value?.archivedAt === undefined;
  const running = room?.turns.value.find((turn) => turn.state === 'running');
  return [
    ...(room && running
      ? [item('stop', 'stopped', actions.stop, () => stopTurn(running.id, running.messageId), 'Ctrl .')]
      : []),
    ...(room?.unread.value ? [item('unread', 'arrowUp', actions.unread, () => jumpToUnread(room))] : []),
    item('mentions', 'at', actions.mentions, () => go(MENTIONS_PATH)),
    ...(room ? [item('search', 'search', actions.search, open('search'))] : []),
    ...(room ? [item('documents', 'file', actions.documents, open('documents'))] : []),
    ...(room ? [item('room-memory', 'bookmark', actions.roomMemory, open('memory'))] : []),
    ...(room ? [item('pins', 'pin', actions.pins, open('pins'))] : []),
    ...(room ? [item('tools', 'wrench', actions.tools, open('tools'))] : []),
    ...(isLead && room.room.value?.kind === 'group' ? [item('invite', 'invite', actions.invite, show('members'))] : []),
    ...(room ? [item('room-settings', 'settings', actions.roomSettings, show('settings'))] : []),
    ...(room ? [item('notify', 'bell', actions.notify, show('notify'))] : []),
    item('new-room', 'plus', actions.newRoom, show('new-room')),
    item('new-chat', 'person', actions.newChat, async () => go(roomPath(await openNewChat()))),
    item('library', 'file', actions.library, () => go(DOCUMENTS_PATH)),
    item('memory', 'bookmark', actions.memory, () => go(MEMORY_PATH)),
    item('settings', 'ownSettings', actions.settings, show('profile')),
    item('theme', 'theme', actions.theme, () => setTheme(isDark() ? 'light' : 'dark')),
    item('shortcuts', 'keyboard', actions.shortcuts, show('shortcuts'), '?'),
  ];
}
