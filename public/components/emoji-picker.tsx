// All emoji, found by their names in both languages. Loaded with their names when the picker is first opened.
import { signal, useSignal } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import '../styles/lists.css';
import type { EmojiEntry } from 'virtual:emoji';
import { words } from '../lib/i18n.ts';
import { moreWords } from '../lib/more-words.ts';
import { readStored, writeStored } from '../lib/storage.ts';
import { Icon } from './icon.tsx';

const RECENT_KEY = 'recentEmoji';
const MOST_RECENT = 16;
/** So many are drawn for a search; nobody looks through more. */
const MOST_FOUND = 120;

const known = signal<readonly EmojiEntry[] | undefined>(undefined);

export function EmojiPicker({ onChoose }: { onChoose: (emoji: string) => void }) {
  const { emoji: text } = moreWords.value;
  const query = useSignal('');
  const isFailed = useSignal(false);
  const recent = useSignal(readStored<string[]>(RECENT_KEY, [])).value;
  const field = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => field.current?.focus({ preventScroll: true }), []);
  useEffect(() => {
    if (known.peek()) return;
    import('virtual:emoji')
      .then(({ emoji }) => {
        known.value = emoji;
      })
      .catch(() => {
        isFailed.value = true;
      });
  }, []);
  const choose = (emoji: string) => {
    writeStored(RECENT_KEY, [emoji, ...recent.filter((one) => one !== emoji)].slice(0, MOST_RECENT));
    onChoose(emoji);
  };
  const wanted = fold(query.value);
  const found = wanted === '' ? undefined : findEmoji(known.value ?? [], wanted);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset has a layout of its own
    <div
      class="emoji-picker"
      role="group"
      aria-label={text.title}
      onKeyDown={(event) => walk(event, found?.[0], choose)}
    >
      <label class="field">
        <Icon name="search" class="sm" />
        <span class="sr">{text.search}</span>
        <input
          ref={field}
          type="text"
          autocomplete="off"
          maxLength={60}
          placeholder={text.search}
          onInput={(event) => (query.value = event.currentTarget.value)}
        />
      </label>
      <div class="emoji-scroll">
        {isFailed.value && (
          <p class="panel-note bad" role="alert">
            {text.failed}
          </p>
        )}
        {found?.length === 0 && known.value && <p class="panel-note">{text.nothing(query.value.trim())}</p>}
        {found ? (
          <EmojiRow list={found} onChoose={choose} />
        ) : (
          <Groups all={known.value ?? []} recent={recent} onChoose={choose} />
        )}
      </div>
      <p class="sr" role="status">
        {found && known.value ? words.value.search.found(found.length, false) : ''}
      </p>
    </div>
  );
}

interface GroupsProps {
  all: readonly EmojiEntry[];
  recent: readonly string[];
  onChoose: (emoji: string) => void;
}

function Groups({ all, recent, onChoose }: GroupsProps) {
  const { emoji: text } = moreWords.value;
  const lately = recent.map((one) => all.find(([emoji]) => emoji === one) ?? ([one, -1, one, one] as const));
  return (
    <>
      {lately.length > 0 && (
        <section>
          <h3>{text.recent}</h3>
          <EmojiRow list={lately} onChoose={onChoose} />
        </section>
      )}
      {text.groups.map((title, group) => {
        const list = all.filter((one) => one[1] === group);
        return list.length > 0 && title ? (
          <section key={title} class="emoji-group">
            <h3>{title}</h3>
            <EmojiRow list={list} onChoose={onChoose} />
          </section>
        ) : null;
      })}
    </>
  );
}

function EmojiRow({ list, onChoose }: { list: readonly EmojiEntry[]; onChoose: (emoji: string) => void }) {
  return (
    <div class="emoji-row">
      {list.map(([emoji, , label]) => (
        <button key={emoji} type="button" aria-label={label} title={label} onClick={() => onChoose(emoji)}>
          {emoji}
        </button>
      ))}
    </div>
  );
}

const fold = (text: string): string => text.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase().trim();

/** Every word typed begins a word of the names; what is called so comes first. */
function findEmoji(all: readonly EmojiEntry[], wanted: string): EmojiEntry[] {
  const typed = wanted.split(/\s+/);
  const fits = all.filter(([, , label, names]) => {
    const text = ` ${label.toLowerCase()} ${names}`;
    return typed.every((word) => text.includes(` ${word}`));
  });
  const rankOf = ([, , label, names]: EmojiEntry) => {
    if (label === wanted || names.startsWith(`${wanted} `)) return 0;
    return label.startsWith(wanted) || names.startsWith(wanted) ? 1 : 2;
  };
  return fits.toSorted((a, b) => rankOf(a) - rankOf(b)).slice(0, MOST_FOUND);
}

/** Arrows walk through the emoji as they stand on the screen; Enter in the field takes the first that was found. */
function walk(event: KeyboardEvent, first: EmojiEntry | undefined, choose: (emoji: string) => void): void {
  const picker = event.currentTarget as HTMLElement;
  const target = event.target as HTMLElement;
  const isField = target instanceof HTMLInputElement;
  if (event.key === 'Enter' && isField) {
    event.preventDefault();
    if (first) choose(first[0]);
    return;
  }
  const isAcross = event.key === 'ArrowLeft' || event.key === 'ArrowRight';
  if ((!isAcross && event.key !== 'ArrowUp' && event.key !== 'ArrowDown') || (isField && isAcross)) return;
  const all = [...picker.querySelectorAll<HTMLElement>('.emoji-row button')];
  const at = all.indexOf(target);
  event.preventDefault();
  event.stopPropagation();
  if (isField || isAcross) {
    all[isField ? 0 : at + (event.key === 'ArrowRight' ? 1 : -1)]?.focus();
    return;
  }
  const { left, top } = target.getBoundingClientRect();
  const isUp = event.key === 'ArrowUp';
  const rows = isUp ? all.slice(0, at).reverse() : all.slice(at + 1);
  const next = rows.find((one) => {
    const box = one.getBoundingClientRect();
    return (isUp ? box.top < top - 4 : box.top > top + 4) && Math.abs(box.left - left) < box.width / 2;
  });
  (next ?? (isUp ? picker.querySelector('input') : undefined))?.focus();
}
