// The app without a network: keeps its own scripts, styles, fonts and page, so that it opens anywhere. Never touches what the server
// says about people and rooms: that is kept by the page, for the person who is signed in (state/kept.ts).

/** Put in by the build: the files of the shell, and a name for exactly these. */
declare const __SHELL__: readonly string[];
declare const __SHELL_VERSION__: string;

interface LifeEvent extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface FetchEvent extends LifeEvent {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}
/** A notification that the page could only show through here: state/attention.ts. */
interface PressEvent extends LifeEvent {
  readonly notification: Notification & { data?: { path?: string } };
}
interface WindowOfApp {
  readonly url: string;
  focus(): Promise<unknown>;
  navigate(url: string): Promise<unknown>;
}
interface WorkerScope {
  oninstall: ((event: LifeEvent) => void) | null;
  onactivate: ((event: LifeEvent) => void) | null;
  onfetch: ((event: FetchEvent) => void) | null;
  onnotificationclick: ((event: PressEvent) => void) | null;
  readonly clients: {
    claim(): Promise<void>;
    matchAll(options: { type: 'window' }): Promise<WindowOfApp[]>;
    openWindow(url: string): Promise<unknown>;
  };
}

const scope = self as unknown as WorkerScope;
const PAGE = '/main';
const CACHE = `shell-${__SHELL_VERSION__}`;
/** A line that takes longer to bring the page gets the kept one. */
const PATIENCE_MS = 3_000;

scope.oninstall = (event) => {
  event.waitUntil(keepShell());
};
scope.onactivate = (event) => {
  event.waitUntil(dropOthers());
};
scope.onfetch = (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== 'GET' || origin !== location.origin) return;
  if (request.mode === 'navigate') {
    if (/^\/(?:$|main(?:\/|$)|invite\/)/.test(pathname)) event.respondWith(page(request));
  } else if (/^\/(?:assets\/|pdfjs\/|icon-[\w-]+\.png$)/.test(pathname)) event.respondWith(file(request));
};

scope.onnotificationclick = (event) => {
  event.notification.close();
  event.waitUntil(showPlace(event.notification.data?.path ?? PAGE));
};

/** In the window that is there, or in a new one. */
async function showPlace(path: string): Promise<void> {
  const [first] = await scope.clients.matchAll({ type: 'window' });
  if (!first) {
    await scope.clients.openWindow(path);
    return;
  }
  await first.focus();
  await first.navigate(path);
}

async function keepShell(): Promise<void> {
  const cache = await caches.open(CACHE);
  await cache.addAll([new Request(PAGE, { cache: 'reload' }), ...__SHELL__]);
}

async function dropOthers(): Promise<void> {
  for (const name of await caches.keys()) if (name !== CACHE) await caches.delete(name);
  await scope.clients.claim();
}

async function page(request: Request): Promise<Response> {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(PAGE);
  if (!kept) return fetch(request);
  const fresh = fetch(request).catch(() => kept);
  return Promise.race([fresh, new Promise<Response>((resolve) => setTimeout(resolve, PATIENCE_MS, kept))]);
}

/** Its name holds a hash of its content, so a kept one is the right one. */
async function file(request: Request): Promise<Response> {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(request);
  if (kept) return kept;
  const fresh = await fetch(request);
  if (fresh.status === 200) await cache.put(request, fresh.clone()).catch(() => undefined);
  return fresh;
}
