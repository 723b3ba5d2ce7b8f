// The palette: one field that finds rooms, messages, documents and actions, by keyboard first. Opened with Ctrl K from anywhere.
import { useSignal } from '@preact/signals';
import { useEffect, useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import '../styles/palette.css';
import type { FoundMessage } from '../../src/protocol/models.ts';
import { Icon, Mark } from '../components/icon.tsx';
import { call } from '../lib/api.ts';
import { words } from '../lib/i18n.ts';
import { moreWords } from '../lib/more-words.ts';
import { askItem, findLocally, type Group, messageItem, type PaletteItem } from '../state/palette.ts';
import { loadArchivedRooms } from '../state/rooms.ts';
import { closeDialog, showDialog } from '../state/ui.ts';

const PAUSE_MS = 150;
const FOUND_AT_ONCE = 6;

export function Palette() {
  const { palette } = moreWords.value;
  const query = useSignal('');
  const active = useSignal(0);
  const messages = useMessages(query.value);
  const list = useRef<HTMLDivElement>(null);
  const frame = usePaletteFrame();
  const ask = askItem(query.value);
  const local = findLocally(query.value);
  const found = messages.items.map(messageItem);
  const items = query.value.trim() === '' ? local : [...local, ...found, ...(ask ? [ask] : [])];
  const current = Math.min(active.value, items.length - 1);
  const hasHits = local.length + found.length > 0;
  const isSearching = messages.state === 'searching';

  const run = (item: PaletteItem | undefined) => {
    if (!item) return;
    closeDialog();
    // Once the page below takes the focus again.
    setTimeout(item.run);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.isComposing) return;
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: 5, PageUp: -5 };
    const step = steps[event.key];
    if (step !== undefined && items.length > 0) {
      const next = current + step;
      const isSingle = Math.abs(step) === 1;
      active.value = isSingle ? (next + items.length) % items.length : Math.max(0, Math.min(next, items.length - 1));
    } else if (event.key === 'Enter') run(items[current]);
    else if (event.key === '?' && query.peek() === '') showDialog({ name: 'shortcuts' });
    else if (event.key === 'k' && (event.ctrlKey || event.metaKey)) closeDialog();
    else return;
    event.preventDefault();
  };
  useLayoutEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
  }, [current, items.length]);

  return (
    <dialog
      ref={frame}
      class="dialog palette"
      aria-label={palette.title}
      onCancel={(event) => {
        event.preventDefault();
        closeDialog();
      }}
      onPointerDown={(event) => event.target === frame.current && closeDialog()}
    >
      <div class="dialog-sheet">
        <label class="palette-field">
          <Icon name="search" />
          <span class="sr">{palette.title}</span>
          <input
            type="text"
            role="combobox"
            autocomplete="off"
            spellcheck={false}
            enterkeyhint="go"
            maxLength={200}
            placeholder={palette.placeholder}
            aria-expanded="true"
            aria-controls="palette-list"
            aria-autocomplete="list"
            aria-activedescendant={items[current] && `palette-${items[current].id}`}
            onInput={(event) => {
              query.value = event.currentTarget.value;
              active.value = 0;
            }}
            onKeyDown={onKeyDown}
          />
          <button class="btn quiet icon sm" type="button" aria-label={words.value.app.close} onClick={closeDialog}>
            <Icon name="close" />
          </button>
        </label>
        <div ref={list} id="palette-list" class="palette-list" role="listbox" aria-label={palette.title} tabIndex={-1}>
          <Hits items={items} current={current} onRun={run} />
        </div>
        {query.value.trim() !== '' && !hasHits && !isSearching && (
          <p class="palette-note">{palette.nothing(query.value.trim())}</p>
        )}
        {messages.state === 'failed' && <p class="palette-note bad">{palette.searchFailed}</p>}
        {isSearching && <p class="palette-note late">{palette.searching}</p>}
        <p class="sr" role="status">
          {query.value.trim() !== '' && !isSearching ? palette.found(items.length) : ''}
        </p>
        <Keys />
      </div>
    </dialog>
  );
}

interface HitsProps {
  items: readonly PaletteItem[];
  current: number;
  onRun: (item: PaletteItem) => void;
}

function Hits({ items, current, onRun }: HitsProps) {
  const { groups } = moreWords.value.palette;
  const sections: { group: Group; hits: { item: PaletteItem; place: number }[] }[] = [];
  for (const [place, item] of items.entries()) {
    const last = sections.at(-1);
    if (last?.group === item.group) last.hits.push({ item, place });
    else sections.push({ group: item.group, hits: [{ item, place }] });
  }
  return sections.map(({ group, hits }) => (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset may not stand in a list of options
    <div key={group} role="group" aria-label={groups[group]}>
      <p class="palette-head" aria-hidden="true">
        {groups[group]}
      </p>
      {hits.map(({ item, place }) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the field holds the focus and handles the keys of its list
        // biome-ignore lint/a11y/useFocusableInteractive: as above; the active option is told by aria-activedescendant
        <div
          key={item.id}
          role="option"
          class="palette-hit"
          id={`palette-${item.id}`}
          aria-selected={place === current}
          onPointerDown={(event) => event.preventDefault()}
          onClick={() => onRun(item)}
        >
          {item.icon === 'mark' ? <Mark /> : <Icon name={item.icon} />}
          <span class="cut name">{item.name}</span>
          {item.detail && <span class="cut meta">{item.detail}</span>}
          {item.keys && <kbd>{item.keys}</kbd>}
        </div>
      ))}
    </div>
  ));
}

function Keys() {
  const { keys } = moreWords.value.palette;
  return (
    <p class="palette-keys" aria-hidden="true">
      <span>
        <kbd>↑</kbd> <kbd>↓</kbd> {keys.move}
      </span>
      <span>
        <kbd>Enter</kbd> {keys.open}
      </span>
      <span>
        <kbd>Esc</kbd> {keys.close}
      </span>
      <span class="grow" />
      <span>
        <kbd>?</kbd> {keys.help}
      </span>
    </p>
  );
}

/** Messages of all rooms for what is written, after a short pause; what was found before stays until then. */
function useMessages(query: string) {
  const items = useSignal<readonly FoundMessage[]>([]);
  const state = useSignal<'idle' | 'searching' | 'failed'>('idle');
  const text = query.trim();
  useEffect(() => void loadArchivedRooms().catch(() => {}), []);
  useEffect(() => {
    if (text.length < 2) {
      items.value = [];
      state.value = 'idle';
      return;
    }
    state.value = 'searching';
    const asking = new AbortController();
    const timer = setTimeout(async () => {
      try {
        const options = { query: { q: text, limit: FOUND_AT_ONCE }, signal: asking.signal };
        items.value = (await call('searchEverywhere', options)).items;
        state.value = 'idle';
      } catch {
        if (!asking.signal.aborted) state.value = 'failed';
      }
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      asking.abort();
    };
  }, [text]);
  return { items: items.value, state: state.value };
}

/** Modal, with the focus in its field; afterwards the focus is where it was, unless something else has taken it. */
function usePaletteFrame() {
  const frame = useRef<HTMLDialogElement>(null);
  const before = useMemo(() => document.activeElement, []);
  useLayoutEffect(() => {
    const element = frame.current;
    element?.showModal();
    element?.querySelector('input')?.focus();
    return () => {
      element?.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
    };
  }, []);
  return frame;
}
