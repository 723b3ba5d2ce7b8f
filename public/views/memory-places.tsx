// What is remembered, of one place at a time: to decide, remembered, searched; where each comes from, and what became of it.
import { useComputed, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import '../styles/panels.css';
import '../styles/memories.css';
import type { Memory } from '../../src/protocol/memory-models.ts';
import { Icon } from '../components/icon.tsx';
import { MemoryForm } from '../components/memory-form.tsx';
import { call } from '../lib/api.ts';
import { words } from '../lib/i18n.ts';
import { memoryWords } from '../lib/memory-words.ts';
import { EVERYBODY, type MemoryShelf, MINE, memoriesOf, noteMemory, rejecting } from '../state/memories.ts';
import type { OpenRoom } from '../state/open-room.ts';
import { describeError } from '../state/sentences.ts';
import { me } from '../state/session.ts';
import { MemoryItem } from './memory-item.tsx';

type Scope = 'room' | typeof MINE | typeof EVERYBODY;
type Filter = 'living' | 'rejected' | 'superseded';

const PAUSE_MS = 200;
const SEARCHED = 20;

/** Those of a room, beside it; without one, what belongs to no room. */
export function MemoryPlaces({ room }: { room?: OpenRoom | undefined }) {
  const { memory: text } = memoryWords.value;
  const hasOwn = room !== undefined && room.room.value?.kind !== 'personal';
  const chosen = useSignal<Scope | undefined>(undefined);
  const scope = chosen.value ?? (hasOwn ? 'room' : MINE);
  const scopes: Scope[] = hasOwn ? ['room', MINE, EVERYBODY] : [MINE, EVERYBODY];
  const filter = useSignal<Filter>('living');
  const query = useSignal('');
  const shelf = memoriesOf(scope === 'room' && room ? room.id : scope);
  useEffect(() => {
    if (!shelf.isWhole.peek()) void shelf.load();
  }, [shelf]);
  const count = shelf.isWhole.value ? livingOf(shelf).length : 0;
  return (
    <div class="pad memories">
      <label class="field">
        <Icon name="search" />
        <span class="sr">{text.search}</span>
        <input
          type="search"
          maxLength={200}
          autocomplete="off"
          placeholder={count > 0 ? text.searchCount(count) : text.search}
          onInput={(event) => {
            query.value = event.currentTarget.value;
          }}
        />
      </label>
      <div class="row wrap filters">
        <div class="seg" role="radiogroup" aria-label={text.whose}>
          {scopes.map((one) => (
            <label key={one}>
              <input
                type="radio"
                name="memory-scope"
                checked={one === scope}
                onChange={() => {
                  chosen.value = one;
                }}
              />
              <span>{text.scopes[one]}</span>
            </label>
          ))}
        </div>
        <select
          class="status"
          aria-label={text.status}
          value={filter.value}
          onChange={(event) => {
            filter.value = event.currentTarget.value as Filter;
          }}
        >
          {(['living', 'rejected', 'superseded'] as const).map((one) => (
            <option key={one} value={one}>
              {text.filters[one]}
            </option>
          ))}
        </select>
      </div>
      {query.value.trim() === '' ? (
        <Shelf room={room} shelf={shelf} scope={scope} filter={filter.value} />
      ) : (
        <Found room={room} query={query.value.trim()} scope={scope} />
      )}
      {scope !== 'room' && <p class="help">{scope === MINE ? text.mineHelp : text.everybodyHelp}</p>}
      {scope === 'room' && <p class="help">{text.roomHelp}</p>}
    </div>
  );
}

const livingOf = (shelf: MemoryShelf): readonly Memory[] =>
  shelf.items.value.filter(({ status }) => status === 'proposed' || status === 'accepted');

interface ShelfProps {
  room: OpenRoom | undefined;
  shelf: MemoryShelf;
  scope: Scope;
  filter: Filter;
}

function Shelf({ room, shelf, scope, filter }: ShelfProps) {
  const { memory: text } = memoryWords.value;
  const { app } = words.value;
  if (shelf.failure.value !== undefined && !shelf.isWhole.value) {
    return (
      <div class="panel-empty flat" role="alert">
        <p>
          <b>{text.failed}</b> {describeError(shelf.failure.value)}
        </p>
        <button class="btn sm" type="button" onClick={() => shelf.load()}>
          <Icon name="again" class="sm" />
          {app.tryAgain}
        </button>
      </div>
    );
  }
  if (!shelf.isWhole.value) {
    return (
      <div class="skeleton" aria-hidden="true">
        {[88, 42, 94, 36, 80, 40].map((width) => (
          <div key={width} class="sk line" style={{ width: `${width}%` }} />
        ))}
      </div>
    );
  }
  if (filter !== 'living') {
    const items = shelf.items.value.filter(({ status }) => status === filter);
    if (items.length === 0) return <p class="panel-empty flat">{text.noneOf[filter]}</p>;
    return <Facts room={room} title={text.filters[filter]} items={items} />;
  }
  const proposed = shelf.items.value.filter(({ id, status }) => status === 'proposed' && !rejecting.value.has(id));
  const rejected = shelf.items.value.filter(({ id, status }) => status === 'proposed' && rejecting.value.has(id));
  const accepted = shelf.items.value.filter(({ status }) => status === 'accepted');
  const toDecide = [...proposed, ...rejected];
  return (
    <>
      {toDecide.length > 0 && <Facts room={room} title={text.toDecide} items={toDecide} />}
      {accepted.length > 0 && <Facts room={room} title={text.remembers[scope]} items={accepted} />}
      {toDecide.length + accepted.length === 0 && (
        <div class="panel-empty flat">
          <p>
            <b>{text.empty[scope]}</b>
          </p>
          <p>{text.emptyHelp[scope]}</p>
        </div>
      )}
      <WriteDown room={room} scope={scope} />
    </>
  );
}

function Facts({ room, title, items }: { room: OpenRoom | undefined; title: string; items: readonly Memory[] }) {
  return (
    <section>
      <h2>{title}</h2>
      <ul class="facts">
        {items.map((memory) => (
          <MemoryItem key={memory.id} room={room} memory={memory} />
        ))}
      </ul>
    </section>
  );
}

/** The server finds by words and by meaning, also what is not loaded here. */
function Found({ room, query, scope }: { room: OpenRoom | undefined; query: string; scope: Scope }) {
  const { memory: text } = memoryWords.value;
  const found = useSignal<readonly Memory[] | undefined>(undefined);
  const failure = useSignal<unknown>(undefined);
  useEffect(() => {
    const asking = new AbortController();
    const timer = setTimeout(async () => {
      try {
        const body = { query, scope, topK: SEARCHED, ...(room ? { roomId: room.id } : {}) };
        const { results } = await call('searchMemories', { body, signal: asking.signal });
        found.value = results;
        failure.value = undefined;
      } catch (error) {
        if (!asking.signal.aborted) failure.value = error;
      }
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      asking.abort();
    };
  }, [query, scope, room]);
  const shelf = memoriesOf(scope === 'room' && room ? room.id : scope);
  // What is changed or forgotten from here shows it at once.
  const items = useComputed(() =>
    found.value?.flatMap((memory) => (shelf.isWhole.value ? (shelf.known.value.get(memory.id) ?? []) : memory)),
  ).value;
  if (failure.value !== undefined) {
    return (
      <p class="panel-empty flat bad" role="alert">
        {describeError(failure.value)}
      </p>
    );
  }
  return (
    <>
      <p class="sr" role="status">
        {items && text.found(items.length)}
      </p>
      {items?.length === 0 && <p class="panel-empty flat">{text.nothing(query)}</p>}
      {items && items.length > 0 && <Facts room={room} title={text.found(items.length)} items={items} />}
    </>
  );
}

function WriteDown({ room, scope }: { room: OpenRoom | undefined; scope: Scope }) {
  const { memory: text } = memoryWords.value;
  const isWriting = useSignal(false);
  const failure = useSignal<unknown>(undefined);
  const isAdministrator = me.value?.role === 'admin';
  const mayWrite =
    scope === 'room' && room
      ? room.role.value !== 'viewer' && room.room.value?.archivedAt === undefined
      : scope === MINE || isAdministrator;
  if (!mayWrite) return null;
  const save = async (written: string) => {
    failure.value = undefined;
    try {
      const body = { text: written, ...(scope === 'room' ? { roomId: room?.id } : { scope }) };
      noteMemory(await call('createMemory', { body }));
      isWriting.value = false;
    } catch (error) {
      failure.value = error;
    }
  };
  if (!isWriting.value) {
    return (
      <button
        class="btn sm write-down"
        type="button"
        onClick={() => {
          isWriting.value = true;
        }}
      >
        <Icon name="plus" class="sm" />
        {text.writeDown}
      </button>
    );
  }
  return (
    <>
      <MemoryForm
        text=""
        label={text.save}
        onSave={save}
        onCancel={() => {
          isWriting.value = false;
        }}
      />
      {failure.value !== undefined && (
        <p class="meta bad" role="alert">
          {describeError(failure.value)}
        </p>
      )}
    </>
  );
}
