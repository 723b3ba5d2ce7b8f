// What is pinned in a room, beside the conversation; pressing one goes there.
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import '../styles/lists.css';
import type { Message } from '../../src/protocol/models.ts';
import { Avatar } from '../components/avatar.tsx';
import { Icon, Mark } from '../components/icon.tsx';
import { call } from '../lib/api.ts';
import { formatMoment, words } from '../lib/i18n.ts';
import { moreWords } from '../lib/more-words.ts';
import { plainLine } from '../lib/plain-text.ts';
import { jumpToMessage } from '../state/jump.ts';
import { pinMessage } from '../state/message-actions.ts';
import type { OpenRoom } from '../state/open-room.ts';
import { closePanel } from '../state/panels.ts';
import { isWide, panel } from '../state/ui.ts';

const LONGEST = 280;

export function PinsPanel({ room }: { room: OpenRoom }) {
  const { pins: text } = moreWords.value;
  const { app } = words.value;
  const items = useSignal<readonly Message[] | undefined>(undefined);
  const isFailed = useSignal(false);
  const head = useRef<HTMLHeadingElement>(null);
  const canWrite = room.role.value !== 'viewer' && room.room.value?.archivedAt === undefined;
  const load = async () => {
    try {
      items.value = (await call('listPins', { params: { roomId: room.id } })).items;
      isFailed.value = false;
    } catch {
      isFailed.value = true;
    }
  };
  useEffect(() => void load(), [room, room.pinsChanged.value]);
  useEffect(() => head.current?.focus({ preventScroll: true }), []);
  const open = (message: Message) => {
    // Where the panel lies over the conversation it makes way for it.
    if (!isWide()) panel.value = undefined;
    void jumpToMessage(room, message.id, message.seq);
  };
  return (
    <aside
      class="panel"
      id="pins"
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
        <button class="btn quiet icon" type="button" aria-label={app.close} onClick={closePanel}>
          <Icon name="close" />
        </button>
      </header>
      <div class="scroll">
        {isFailed.value && (
          <p class="panel-note bad" role="alert">
            {text.failed}{' '}
            <button class="link" type="button" onClick={load}>
              {app.tryAgain}
            </button>
          </p>
        )}
        {items.value?.length === 0 && (
          <div class="panel-note">
            <b>{text.empty}</b>
            <p>{canWrite ? text.emptyHelp : text.emptyViewer}</p>
          </div>
        )}
        <ol class="hits">
          {items.value?.map((message) => (
            <Pinned key={message.id} message={message} canWrite={canWrite} onOpen={() => open(message)} />
          ))}
        </ol>
      </div>
    </aside>
  );
}

interface PinnedProps {
  message: Message;
  canWrite: boolean;
  onOpen: () => void;
}

function Pinned({ message, canWrite, onOpen }: PinnedProps) {
  const { pins: text } = moreWords.value;
  const { author, pinned } = message;
  return (
    <li class="pinned">
      <button type="button" onClick={onOpen}>
        <span class="meta row">
          {author.kind === 'assistant' ? <Mark /> : <Avatar userId={author.id} name={author.name} small />}
          <b>{author.name}</b>
          <time class="num" datetime={message.createdAt}>
            {formatMoment(message.createdAt)}
          </time>
        </span>
        <span class="hit-text">{plainLine(message.text, LONGEST)}</span>
        {pinned && <span class="meta">{text.by(pinned.by.name, formatMoment(pinned.at))}</span>}
      </button>
      {canWrite && (
        <button
          class="btn quiet icon sm"
          type="button"
          aria-label={text.takeOff(author.name)}
          title={words.value.actions.unpin}
          onClick={() => pinMessage(message, false)}
        >
          <Icon name="close" class="sm" />
        </button>
      )}
    </li>
  );
}
