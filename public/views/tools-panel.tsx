// What the assistant can use in this room when the reader asks, and questions that fit what lies here.
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import '../styles/lists.css';
import type { RoomTool } from '../../src/protocol/mcp-models.ts';
import { Icon } from '../components/icon.tsx';
import { RoomPrompts } from '../components/room-prompts.tsx';
import { call } from '../lib/api.ts';
import { words } from '../lib/i18n.ts';
import { moreWords } from '../lib/more-words.ts';
import { LIBRARY, shelfOf } from '../state/documents.ts';
import type { OpenRoom } from '../state/open-room.ts';
import { closePanel } from '../state/panels.ts';
import { mayAsk } from '../state/references.ts';

export function ToolsPanel({ room }: { room: OpenRoom }) {
  const { tools: text } = moreWords.value;
  const head = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    head.current?.focus({ preventScroll: true });
    shelfOf(room.id).loadOnce();
    shelfOf(LIBRARY).loadOnce();
  }, [room]);
  const here = shelfOf(room.id).items.value?.length ?? 0;
  const library = shelfOf(LIBRARY).items.value?.length ?? 0;
  return (
    <aside
      class="panel"
      id="tools"
      aria-label={text.title}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.stopPropagation();
        closePanel();
      }}
    >
      <header class="panel-head">
        <h2 ref={head} class="grow" tabIndex={-1}>
          {text.title}
        </h2>
        <button class="btn quiet icon" type="button" aria-label={words.value.app.close} onClick={closePanel}>
          <Icon name="close" />
        </button>
      </header>
      <div class="scroll tools-list">
        {mayAsk(room) && <RoomPrompts room={room} />}
        <section>
          <h3>
            <Icon name="file" class="sm" />
            {text.documents}
          </h3>
          <p>{here + library > 0 ? text.documentsText(here, library) : text.noDocuments}</p>
        </section>
        <section>
          <h3>
            <Icon name="room" class="sm" />
            {text.messages}
          </h3>
          <p>{text.messagesText}</p>
        </section>
        <ServerTools room={room} />
      </div>
    </aside>
  );
}

function ServerTools({ room }: { room: OpenRoom }) {
  const { tools: text } = moreWords.value;
  const items = useSignal<readonly RoomTool[] | undefined>(undefined);
  const isFailed = useSignal(false);
  const load = async () => {
    try {
      items.value = (await call('listRoomTools', { params: { roomId: room.id } })).items;
      isFailed.value = false;
    } catch {
      isFailed.value = true;
    }
  };
  useEffect(() => void load(), [room]);
  return (
    <section>
      <h3>
        <Icon name="wrench" class="sm" />
        {text.servers}
      </h3>
      {isFailed.value && (
        <p class="bad" role="alert">
          {text.failed}{' '}
          <button class="link" type="button" onClick={load}>
            {words.value.app.tryAgain}
          </button>
        </p>
      )}
      {items.value?.length === 0 && <p>{text.noServers}</p>}
      <ul>
        {items.value?.map((tool) => (
          <li key={`${tool.server}.${tool.name}`} class="tool">
            <p class="row">
              <b class="cut">{tool.title ?? tool.name}</b>
              <span class="meta cut">{tool.server}</span>
              <span class="grow" />
              <span class={tool.reads ? 'tag' : 'tag writes'}>{tool.reads ? text.reads : text.writes}</span>
              {tool.asks && <span class="tag">{text.asks}</span>}
            </p>
            {tool.description && (
              <p class="help" lang="en">
                {tool.description}
              </p>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
