// Search in one room: the list stays while a hit is read in its place.
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { Message } from '../../src/protocol/models.ts';
import { Avatar } from '../components/avatar.tsx';
import { Icon, Mark } from '../components/icon.tsx';
import { call } from '../lib/api.ts';
import { formatMoment, words } from '../lib/i18n.ts';
import { plainWords } from '../lib/plain-text.ts';
import { jumpToMessage } from '../state/jump.ts';
import type { OpenRoom } from '../state/open-room.ts';
import { describeError } from '../state/sentences.ts';
import { panel } from '../state/ui.ts';

const PAUSE_MS = 200;
const LONGEST = 220;

interface Found {
  query: string;
  items: readonly Message[];
  nextCursor: string | undefined;
}

export function SearchPanel({ room }: { room: OpenRoom }) {
  const field = useRef<HTMLInputElement>(null);
  const query = useSignal('');
  const found = useSignal<Found | undefined>(undefined);
  const failure = useSignal<unknown>(undefined);
  const opened = useSignal<string | undefined>(undefined);
  /** Enter was pressed before the answer was there. */
  const isAwaited = useRef(false);
  const { search, app } = words.value;

  useEffect(() => field.current?.focus(), [room]);
  useEffect(() => {
    const text = query.value.trim();
    if (text === '') {
      found.value = undefined;
      return;
    }
    const asking = new AbortController();
    const timer = setTimeout(async () => {
      try {
        const options = { params: { roomId: room.id }, query: { q: text }, signal: asking.signal };
        const { items, nextCursor } = await call('searchMessages', options);
        found.value = { query: text, items, nextCursor };
        failure.value = undefined;
        if (isAwaited.current && items[0]) open(items[0]);
        isAwaited.current = false;
      } catch (error) {
        if (!asking.signal.aborted) failure.value = error;
      }
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      asking.abort();
    };
  }, [query.value, room]);

  const close = () => {
    panel.value = undefined;
    document.getElementById('composer')?.focus();
  };
  const loadMore = async () => {
    const now = found.peek();
    if (!now?.nextCursor) return;
    try {
      const options = { params: { roomId: room.id }, query: { q: now.query, cursor: now.nextCursor } };
      const { items, nextCursor } = await call('searchMessages', options);
      found.value = { ...now, items: [...now.items, ...items], nextCursor };
    } catch (error) {
      failure.value = error;
    }
  };
  const open = (message: Message) => {
    opened.value = message.id;
    // On a phone the panel covers the conversation.
    if (matchMedia('(max-width: 760px)').matches) panel.value = undefined;
    void jumpToMessage(room, message.id, message.seq);
  };
  const onFieldKey = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || event.isComposing) return;
    event.preventDefault();
    const now = found.peek();
    const isCurrent = now?.query === query.peek().trim();
    if (isCurrent && now?.items[0]) open(now.items[0]);
    else isAwaited.current = !isCurrent;
  };
  const result = found.value;
  return (
    <aside
      class="panel"
      id="search"
      aria-label={search.title}
      onKeyDown={(event) => {
        if (event.key === 'ArrowDown' || event.key === 'ArrowUp') moveAmongHits(event);
        if (event.key !== 'Escape') return;
        event.stopPropagation();
        close();
      }}
    >
      <header class="panel-head">
        <label class="field grow">
          <Icon name="search" />
          <span class="sr">{search.title}</span>
          <input
            ref={field}
            type="search"
            maxLength={200}
            autocomplete="off"
            placeholder={search.placeholder}
            onKeyDown={onFieldKey}
            onInput={(event) => {
              isAwaited.current = false;
              query.value = event.currentTarget.value;
            }}
          />
          {result && <span class="meta num">{search.found(result.items.length, result.nextCursor !== undefined)}</span>}
        </label>
        <button class="btn quiet icon" type="button" aria-label={app.close} onClick={close}>
          <Icon name="close" />
        </button>
      </header>
      <p class="sr" role="status">
        {result && search.found(result.items.length, result.nextCursor !== undefined)}
      </p>
      <div class="scroll">
        {failure.value !== undefined && (
          <p class="panel-note bad" role="alert">
            {describeError(failure.value)}
          </p>
        )}
        {!result && failure.value === undefined && <p class="panel-note">{search.hint}</p>}
        {result?.items.length === 0 && <p class="panel-note">{search.nothing(result.query)}</p>}
        <ol class="hits">
          {result?.items.map((message) => (
            <li key={message.id}>
              <button
                type="button"
                aria-current={opened.value === message.id ? 'true' : undefined}
                onClick={() => open(message)}
              >
                <Hit message={message} query={result.query} />
              </button>
            </li>
          ))}
        </ol>
        {result?.nextCursor && (
          <p class="panel-note">
            <button class="btn sm" type="button" onClick={loadMore}>
              {search.more}
            </button>
          </p>
        )}
      </div>
    </aside>
  );
}

/** One list from the field down; up from the first hit leads back to the field. */
function moveAmongHits(event: KeyboardEvent): void {
  if (event.altKey || event.ctrlKey || event.metaKey || event.isComposing) return;
  const panel = event.currentTarget as HTMLElement;
  const stops = [...panel.querySelectorAll<HTMLElement>('input, .hits button')];
  const at = stops.indexOf(event.target as HTMLElement);
  const next = at < 0 ? undefined : stops[at + (event.key === 'ArrowDown' ? 1 : -1)];
  if (!next) return;
  event.preventDefault();
  next.focus();
}

function Hit({ message, query }: { message: Message; query: string }) {
  const { author } = message;
  return (
    <>
      <span class="meta row">
        {author.kind === 'assistant' ? <Mark /> : <Avatar userId={author.id} name={author.name} small />}
        <b>{author.name}</b>
        <time class="num" datetime={message.createdAt}>
          {formatMoment(message.createdAt)}
        </time>
        <span class="grow" />
        <Icon name="right" class="sm" />
      </span>
      <span class="hit-text">{highlighted(excerpt(message.text, query), query)}</span>
    </>
  );
}

const wordsOf = (query: string) => query.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];

/** The part of the text around the first word that was found. */
function excerpt(text: string, query: string): string {
  const flat = plainWords(text);
  const lower = flat.toLowerCase();
  const places = wordsOf(query).map((word) => lower.indexOf(word));
  const first = Math.min(...places.filter((place) => place >= 0), flat.length);
  const start = first === flat.length || first < 60 ? 0 : flat.lastIndexOf(' ', first - 40) + 1;
  const cut = flat.slice(start, start + LONGEST);
  return `${start > 0 ? '…' : ''}${cut}${start + LONGEST < flat.length ? '…' : ''}`;
}

function highlighted(text: string, query: string) {
  const wanted = wordsOf(query);
  if (wanted.length === 0) return text;
  const pattern = new RegExp(`(${wanted.join('|')})`, 'giu');
  return text
    .split(pattern)
    .map((part, place) => (place % 2 === 1 ? <mark key={`${place}-${part}`}>{part}</mark> : part));
}
