// The places of the app: /main, /main/rooms/:id, /main/documents, /main/mentions, /main/memory, /main/desk and /invite/:code; the page of a
// document that lies open beside one of them (?document=…&page=…&source=…), so that a link and the Back button know it; and the
// message that a link leads to (?message=…).
import { signal } from '@preact/signals';

export type Place =
  | { name: 'home' }
  | { name: 'room'; roomId: string }
  | { name: 'documents' | 'mentions' | 'memory' | 'desk' }
  | { name: 'invite'; code: string };

export interface OpenedPage {
  documentId: string;
  page: number;
  /** Opened from a citation: the answer that cites it and the marker there. */
  source?: { messageId: string; marker: string };
}

function readPlace(): Place {
  const [, first, second, third] = location.pathname.split('/');
  if (first === 'main' && second === 'rooms' && third) return { name: 'room', roomId: decodeURIComponent(third) };
  if (first === 'main' && second === 'documents') return { name: 'documents' };
  if (first === 'main' && second === 'desk') return { name: 'desk' };
  if (first === 'main' && second === 'mentions') return { name: 'mentions' };
  if (first === 'main' && second === 'memory') return { name: 'memory' };
  if (first === 'invite' && second) return { name: 'invite', code: decodeURIComponent(second) };
  return { name: 'home' };
}

function readPage(): OpenedPage | undefined {
  const query = new URLSearchParams(location.search);
  const documentId = query.get('document');
  if (!documentId) return undefined;
  const page = Math.max(1, Math.trunc(Number(query.get('page'))) || 1);
  const [, messageId, marker] = /^([\w-]{1,64})\.(\d{1,3})$/.exec(query.get('source') ?? '') ?? [];
  return messageId && marker ? { documentId, page, source: { messageId, marker } } : { documentId, page };
}

export const place = signal<Place>({ name: 'home' });
export const openedPage = signal<OpenedPage | undefined>(undefined);
/** The message that the address leads to, until it is shown. */
export const linkedMessage = signal<string | undefined>(undefined);

export const roomPath = (roomId: string) => `/main/rooms/${encodeURIComponent(roomId)}`;
/** The address of one message: who may not see the room is told that it is not there. */
export const messagePath = (roomId: string, messageId: string) =>
  `${roomPath(roomId)}?message=${encodeURIComponent(messageId)}`;
export const MENTIONS_PATH = '/main/mentions';
export const MEMORY_PATH = '/main/memory';
export const DOCUMENTS_PATH = '/main/documents';
export const DESK_PATH = '/main/desk';

/** The address of a page beside what is shown now, or beside `path`. */
export function pagePath({ documentId, page, source }: OpenedPage, path = location.pathname): string {
  const query = new URLSearchParams({ document: documentId, page: String(page) });
  if (source) query.set('source', `${source.messageId}.${source.marker}`);
  return `${path}?${query}`;
}

function read(): void {
  place.value = readPlace();
  openedPage.value = readPage();
  linkedMessage.value = new URLSearchParams(location.search).get('message') ?? undefined;
}

/** The message is shown: coming back to this address later shows the room as it is then. */
export function leaveLinkedMessage(): void {
  linkedMessage.value = undefined;
  history.replaceState(history.state, '', location.pathname);
}

/** Goes to a path of the app. `replace` leaves no step back. */
export function go(path: string, replace = false): void {
  const { pathname } = new URL(path, location.origin);
  // The link of the room one is in leaves the open page alone.
  const isHere = path === pathname && pathname === location.pathname;
  if (!isHere) history[replace ? 'replaceState' : 'pushState'](null, '', path);
  read();
}

/** How many pages were opened one after another since the panel was closed: so many steps back lead to before. */
const opened = (): number => (history.state as { opened?: number } | null)?.opened ?? 0;

/** Opens a page, which is a step that Back undoes. */
export function showPage(page: OpenedPage): void {
  const path = pagePath(page);
  if (path === location.pathname + location.search) return;
  history.pushState({ opened: opened() + 1 }, '', path);
  read();
}

/** Another page of the open document: no step of its own. */
export function turnPage(page: number): void {
  const now = openedPage.peek();
  if (!now || now.page === page) return;
  history.replaceState(history.state, '', pagePath({ ...now, page }));
  read();
}

export function hidePage(): void {
  if (!openedPage.peek()) return;
  const steps = opened();
  openedPage.value = undefined;
  if (steps > 0) history.go(-steps);
  else history.replaceState(null, '', location.pathname);
}

/** Follows the address bar and turns plain clicks on links inside the app into `go`. */
export function startRouter(): void {
  read();
  addEventListener('popstate', read);
  document.addEventListener('click', (event) => {
    if (event.defaultPrevented || !isPlainClick(event)) return;
    const link = (event.target as Element).closest?.('a[href]');
    if (!(link instanceof HTMLAnchorElement) || link.target || link.origin !== location.origin) return;
    if (!/^\/(main|invite)(\/|$)/.test(link.pathname)) return;
    event.preventDefault();
    go(link.pathname + link.search);
  });
}

/** Not one that asks for a new tab, a download or a menu. */
export const isPlainClick = (event: MouseEvent): boolean =>
  event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
