// Colours code that is in view without touching the document: ranges are registered as highlights, so nothing moves, a selection
// stays and growing code is coloured as it grows. Loaded with the first code block; the reading of it happens in a worker.
import type { Token, TokenRequest, TokenResponse } from './code-tokens.worker.ts';

const NAMES = ['keyword', 'string', 'number', 'comment', 'title', 'name', 'meta', 'added', 'removed'] as const;
/** Longer code is shown in one colour. */
const MAX_CHARACTERS = 20_000;
const MAX_KEPT = 60;
/** Growing code is read again at most so often. */
const PAUSE_MS = 150;
/** Code that keeps the worker busy for longer is given up, and the worker with it. */
const PATIENCE_MS = 2_000;
/** Code is coloured a little before it comes into view. */
const AHEAD = '400px';

interface Watched {
  language: string;
  isNear: boolean;
  /** The text that the ranges are about. */
  coloured: string | undefined;
  ranges: [Highlight, AbstractRange][];
  timer: ReturnType<typeof setTimeout> | undefined;
  growth: MutationObserver | undefined;
}

const watched = new WeakMap<Element, Watched>();
const kept = new Map<string, readonly Token[]>();
let highlights: Highlight[] | undefined;
let nearby: IntersectionObserver | undefined;

/** Colours this element, which holds nothing but text, whenever it is near the view. May be called again at any time. */
export function watchCode(code: Element, language: string): void {
  const known = watched.get(code);
  if (known?.language === language) return;
  highlights ??= NAMES.map((name) => register(`code-${name}`));
  nearby ??= new IntersectionObserver(onNear, { rootMargin: AHEAD });
  if (known) known.language = language;
  else {
    const fresh: Watched = {
      language,
      isNear: false,
      coloured: undefined,
      ranges: [],
      timer: undefined,
      growth: undefined,
    };
    watched.set(code, fresh);
    // Known already, as when an answer has just ended: coloured before it is painted.
    const tokens = kept.get(keyOf(language, code.textContent ?? ''));
    if (tokens && code.isConnected) paint(code, fresh, code.textContent ?? '', tokens);
  }
  nearby.observe(code);
}

function register(name: string): Highlight {
  const highlight = new Highlight();
  CSS.highlights.set(name, highlight);
  return highlight;
}

const keyOf = (language: string, text: string) => `${language}\n${text}`;

// An element that is taken out of the page is reported as out of view.
function onNear(entries: IntersectionObserverEntry[]): void {
  for (const { target, isIntersecting } of entries) {
    const code = watched.get(target);
    if (!code) continue;
    code.isNear = isIntersecting;
    if (isIntersecting) {
      code.growth ??= new MutationObserver(() => schedule(target, code));
      code.growth.observe(target, { childList: true, characterData: true, subtree: true });
      void colour(target, code);
    } else {
      code.growth?.disconnect();
      clearTimeout(code.timer);
      code.timer = undefined;
      wipe(code);
    }
  }
}

function schedule(element: Element, code: Watched): void {
  code.timer ??= setTimeout(() => {
    code.timer = undefined;
    void colour(element, code);
  }, PAUSE_MS);
}

async function colour(element: Element, code: Watched): Promise<void> {
  const text = element.textContent ?? '';
  if (code.coloured === text || text.length > MAX_CHARACTERS) return;
  const tokens = await tokensOf(code.language, text);
  if (!tokens || !code.isNear) return;
  if ((element.textContent ?? '').startsWith(text)) paint(element, code, text, tokens);
  else schedule(element, code);
}

function paint(element: Element, code: Watched, text: string, tokens: readonly Token[]): void {
  wipe(code);
  const node = element.firstChild;
  if (!(node instanceof Text)) return;
  code.coloured = text;
  for (const [start, end, name] of tokens) {
    const highlight = highlights?.[name];
    if (!highlight || end > node.length) continue;
    const range = new StaticRange({ startContainer: node, startOffset: start, endContainer: node, endOffset: end });
    highlight.add(range);
    code.ranges.push([highlight, range]);
  }
}

function wipe(code: Watched): void {
  for (const [highlight, range] of code.ranges.splice(0)) highlight.delete(range);
  code.coloured = undefined;
}

// ---- the worker

/** Answered as soon as the worker has loaded. */
const GREETING: TokenRequest = { id: 0, language: '', text: '' };
let worker: Worker | undefined;
/** It has loaded: until then nothing keeps it busy. */
let isAwake = false;
let asked = 0;
interface Pending {
  answer(tokens: readonly Token[] | undefined): void;
  patience?: ReturnType<typeof setTimeout>;
}
const pending = new Map<number, Pending>();

async function tokensOf(language: string, text: string): Promise<readonly Token[] | undefined> {
  const key = keyOf(language, text);
  const known = kept.get(key);
  if (known) return known;
  const tokens = await ask({ id: ++asked, language, text });
  if (!tokens) return undefined;
  kept.set(key, tokens);
  if (kept.size > MAX_KEPT) kept.delete(kept.keys().next().value ?? '');
  return tokens;
}

function ask(request: TokenRequest): Promise<readonly Token[] | undefined> {
  return new Promise((resolve) => {
    const one: Pending = {
      answer(tokens) {
        clearTimeout(one.patience);
        pending.delete(request.id);
        resolve(tokens);
      },
    };
    pending.set(request.id, one);
    startWorker().postMessage(request);
    if (isAwake) one.patience = setTimeout(giveUp, PATIENCE_MS);
  });
}

function startWorker(): Worker {
  if (!worker) {
    worker = new Worker(new URL('./code-tokens.worker.ts', import.meta.url), { type: 'module' });
    worker.onmessage = ({ data }: MessageEvent<TokenResponse>) => {
      if (data.id === GREETING.id) wake();
      else pending.get(data.id)?.answer(data.tokens);
    };
    worker.onerror = giveUp;
    worker.postMessage(GREETING);
  }
  return worker;
}

function wake(): void {
  isAwake = true;
  for (const one of pending.values()) one.patience = setTimeout(giveUp, PATIENCE_MS);
}

function giveUp(): void {
  worker?.terminate();
  worker = undefined;
  isAwake = false;
  for (const one of [...pending.values()]) one.answer(undefined);
}
