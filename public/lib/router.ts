// The three places of the app: /main, /main/rooms/:id and /invite/:code.
import { signal } from '@preact/signals';

export type Place = { name: 'home' } | { name: 'room'; roomId: string } | { name: 'invite'; code: string };

function read(): Place {
  const [, first, second, third] = location.pathname.split('/');
  if (first === 'main' && second === 'rooms' && third) return { name: 'room', roomId: decodeURIComponent(third) };
  if (first === 'invite' && second) return { name: 'invite', code: decodeURIComponent(second) };
  return { name: 'home' };
}

export const place = signal<Place>({ name: 'home' });

export const roomPath = (roomId: string) => `/main/rooms/${encodeURIComponent(roomId)}`;

/** Goes to a path of the app. `replace` leaves no step back. */
export function go(path: string, replace = false): void {
  if (path !== location.pathname) history[replace ? 'replaceState' : 'pushState'](null, '', path);
  place.value = read();
}

/** Follows the address bar and turns plain clicks on links inside the app into `go`. */
export function startRouter(): void {
  place.value = read();
  addEventListener('popstate', () => {
    place.value = read();
  });
  document.addEventListener('click', (event) => {
    if (
      event.defaultPrevented ||
      event.button !== 0 ||
      event.metaKey ||
      event.ctrlKey ||
      event.shiftKey ||
      event.altKey
    )
      return;
    const link = (event.target as Element).closest?.('a[href]');
    if (!(link instanceof HTMLAnchorElement) || link.target || link.origin !== location.origin) return;
    if (!/^\/(main|invite)(\/|$)/.test(link.pathname)) return;
    event.preventDefault();
    go(link.pathname);
  });
}
