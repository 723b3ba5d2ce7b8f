// Draws diagrams with Mermaid. Loaded with the first diagram. What Mermaid makes is cleaned and then shown as a picture, in which
// nothing can run, link, load or restyle the page.
import { effect } from '@preact/signals';
import DOMPurify from 'dompurify';
import mermaid from 'mermaid';
import { isDark, theme } from '../lib/theme.ts';
import type { Drawing } from './diagram.ts';
import { keepLine } from './keep-line.ts';

/** Beyond these the page would stand still while it is laid out. */
const MAX_CHARACTERS = 6_000;
const MAX_LINES = 150;
const MAX_EDGES = 150;
const MAX_KEPT = 40;
const AHEAD = '600px';

interface Picture {
  address: string;
  width: number;
  height: number;
  label: string;
}

const watched = new Map<HTMLElement, Drawing>();
const kept = new Map<string, Promise<Picture>>();
const ready = new Map<string, Picture>();
let nearby: IntersectionObserver | undefined;
let line: Promise<unknown> = Promise.resolve();

export function watchDiagram(host: HTMLElement, drawing: Drawing): void {
  nearby ??= startWatching();
  watched.set(host, drawing);
  const known = ready.get(keyOf(drawing.source));
  if (known) show(host, known, drawing);
  nearby.observe(host.parentElement ?? host);
}

const keyOf = (source: string): string => `${isDark()}\n${source}`;

function startWatching(): IntersectionObserver {
  const redrawAll = () => {
    for (const host of watched.keys()) if (host.querySelector('img')) void draw(host);
  };
  let isFirst = true;
  effect(() => {
    theme.value;
    if (!isFirst) redrawAll();
    isFirst = false;
  });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redrawAll);
  // A frame that is taken out of the page is reported as out of view.
  return new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        const host = target.querySelector<HTMLElement>('.drawing');
        if (host && isIntersecting) void draw(host);
        else if (host && !target.isConnected) watched.delete(host);
      }
    },
    { rootMargin: AHEAD },
  );
}

async function draw(host: HTMLElement): Promise<void> {
  const drawing = watched.get(host);
  if (!drawing) return;
  const { source, words } = drawing;
  if (source.length > MAX_CHARACTERS || source.split('\n').length > MAX_LINES)
    return refuse(host, words.diagramTooLarge);
  const key = keyOf(source);
  try {
    const picture = await (kept.get(key) ?? keep(key, source));
    if (host.isConnected && keyOf(source) === key) show(host, picture, drawing);
  } catch {
    refuse(host, words.diagramFailed);
  }
}

function keep(key: string, source: string): Promise<Picture> {
  // One at a time: Mermaid has one set of settings for all.
  const drawn = line.then(() => makePicture(source));
  line = drawn.catch(() => undefined);
  kept.set(key, drawn);
  void drawn.then((picture) => ready.set(key, picture)).catch(() => undefined);
  if (kept.size > MAX_KEPT) {
    const oldest = kept.keys().next().value ?? '';
    kept.delete(oldest);
    ready.delete(oldest);
  }
  return drawn;
}

function show(host: HTMLElement, picture: Picture, { words }: Drawing): void {
  const image = document.createElement('img');
  image.src = picture.address;
  image.width = picture.width;
  image.height = picture.height;
  image.alt = picture.label ? `${words.diagram}: ${picture.label}` : words.diagram;
  keepLine(host, () => {
    host.replaceChildren(image);
    host.parentElement?.setAttribute('data-drawn', '');
  });
}

function refuse(host: HTMLElement, sentence: string): void {
  const note = document.createElement('p');
  note.textContent = sentence;
  keepLine(host, () => {
    host.replaceChildren(note);
    host.parentElement?.removeAttribute('data-drawn');
  });
}

/** Shapes that are pictures from elsewhere: Mermaid asks for them while it measures, before anything could be cleaned. */
const LOADS = /@\s*\{[^}]*(?:img|\\)/i;

async function makePicture(source: string): Promise<Picture> {
  if (LOADS.test(source)) throw new Error('This diagram asks for something from elsewhere.');
  configure();
  const { svg } = await mermaid.render('diagram', withoutSettings(source)).finally(() => {
    // Where it measured stays behind when it fails.
    document.getElementById('ddiagram')?.remove();
  });
  const clean = DOMPurify.sanitize(svg, {
    USE_PROFILES: { svg: true, svgFilters: true },
    ADD_TAGS: ['style'],
    FORBID_TAGS: ['a', 'image', 'foreignObject', 'script', 'use'],
    FORBID_ATTR: ['href', 'xlink:href'],
    RETURN_DOM_FRAGMENT: true,
  });
  const drawn = clean.querySelector('svg');
  if (!drawn) throw new Error('Nothing was drawn.');
  const [, , width = 0, height = 0] = (drawn.getAttribute('viewBox') ?? '').split(/[\s,]+/).map(Number);
  if (!(width > 0 && height > 0)) throw new Error('The drawing has no size.');
  drawn.setAttribute('width', String(Math.ceil(width)));
  drawn.setAttribute('height', String(Math.ceil(height)));
  const text = new XMLSerializer().serializeToString(drawn);
  return {
    address: `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`,
    width: Math.ceil(width),
    height: Math.ceil(height),
    label: drawn.querySelector('title')?.textContent?.trim() ?? '',
  };
}

/** Without what a diagram may say about how it is drawn: front matter and directives. */
function withoutSettings(source: string): string {
  return source.replace(/^\s*---\n[\s\S]*?\n---\n/, '').replace(/%%\{[\s\S]*?\}%%/g, '');
}

function configure(): void {
  const colour = coloursOfPage();
  mermaid.initialize({
    startOnLoad: false,
    securityLevel: 'strict',
    htmlLabels: false,
    flowchart: { htmlLabels: false, useMaxWidth: false },
    maxTextSize: MAX_CHARACTERS,
    maxEdges: MAX_EDGES,
    suppressErrorRendering: true,
    logLevel: 'fatal',
    // A picture sees the fonts of the system only.
    fontFamily: 'system-ui, sans-serif',
    theme: 'base',
    darkMode: isDark(),
    themeVariables: {
      darkMode: isDark(),
      fontSize: '14px',
      background: colour('--paper'),
      primaryColor: colour('--accent-soft', '--paper'),
      primaryBorderColor: colour('--accent'),
      primaryTextColor: colour('--ink'),
      secondaryColor: colour('--mark-soft', '--paper'),
      tertiaryColor: colour('--paper-2'),
      edgeLabelBackground: colour('--paper-2'),
      lineColor: colour('--ink-3'),
      textColor: colour('--ink'),
      noteBkgColor: colour('--mark-soft', '--paper'),
      noteTextColor: colour('--ink'),
      noteBorderColor: colour('--line-control', '--paper'),
    },
  });
}

/** Reads colours of the page as Mermaid understands them; what is laid over a ground is mixed with it. */
function coloursOfPage(): (name: string, ground?: string) => string {
  const probe = document.createElement('span');
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  return (name, ground) => {
    document.body.append(probe);
    for (const layer of ground ? [ground, name] : [name]) {
      probe.style.color = `var(${layer})`;
      if (canvas) {
        canvas.fillStyle = getComputedStyle(probe).color;
        canvas.fillRect(0, 0, 1, 1);
      }
    }
    probe.remove();
    const [red = 0, green = 0, blue = 0] = canvas?.getImageData(0, 0, 1, 1).data ?? [];
    return `#${[red, green, blue].map((part) => part.toString(16).padStart(2, '0')).join('')}`;
  };
}
