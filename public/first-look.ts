// Runs before anything is painted, as a plain script that imports nothing: the theme and the outline that the page begins with, and
// what the app would ask for only when it has arrived itself. index.html holds the outlines, styles/first-look.css their looks.
import './styles/tokens.css';
import './styles/first-look.css';

{
  const page = document.documentElement;
  /** As lib/storage.ts writes it. */
  const stored = (key: string): unknown => {
    try {
      return JSON.parse(localStorage.getItem(`projectwise.${key}`) ?? 'null');
    } catch {
      return null;
    }
  };
  const fetchEarly = (rel: string, address: string) => {
    const link = document.createElement('link');
    link.rel = rel;
    if (rel === 'preload') link.as = 'fetch';
    link.crossOrigin = 'anonymous';
    link.href = address;
    document.head.append(link);
  };

  const theme = stored('theme');
  if (theme === 'light' || theme === 'dark') page.dataset.theme = theme;

  const isIn = stored('signedIn') === true;
  const [, first, second] = location.pathname.split('/');
  if (!isIn || first === 'invite') page.dataset.look = 'entrance';
  else page.dataset.look = second === 'rooms' ? 'room' : second ? 'page' : 'home';
  if (new URLSearchParams(location.search).has('document')) page.dataset.beside = '';

  // The build writes where the words of each language lie: {"en":"/assets/…"}.
  const words: Record<string, string> = JSON.parse(document.currentScript?.dataset.words ?? '{}');
  const preferred = [stored('language'), ...navigator.languages].map((code) => String(code).slice(0, 2).toLowerCase());
  const language = preferred.find((code) => code in words);
  const address = words[language ?? 'en'];
  if (address) fetchEarly('modulepreload', address);
  if (language) page.lang = language;
  // Whoever never signed in here would only get a refusal.
  if (isIn) fetchEarly('preload', '/api/v1/auth/me');
}
