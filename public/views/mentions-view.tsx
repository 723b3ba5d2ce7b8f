// The page of mentions: messages of all rooms that mention the reader, newest first; pressing one goes there.
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import '../styles/lists.css';
import type { FoundMessage } from '../../src/protocol/models.ts';
import { Avatar } from '../components/avatar.tsx';
import { Mark } from '../components/icon.tsx';
import { OfflineBanner } from '../components/offline-banner.tsx';
import { PageHead } from '../components/page-head.tsx';
import { call } from '../lib/api.ts';
import { formatMoment, words } from '../lib/i18n.ts';
import { moreWords } from '../lib/more-words.ts';
import { plainLine } from '../lib/plain-text.ts';
import { messagePath } from '../lib/router.ts';
import { rooms } from '../state/rooms.ts';

const LONGEST = 280;

export function MentionsView() {
  const { mentions: text } = moreWords.value;
  const { app } = words.value;
  const items = useSignal<readonly FoundMessage[] | undefined>(undefined);
  const cursor = useSignal<string | undefined>(undefined);
  const isFailed = useSignal(false);
  // Somebody mentions the reader, or reads elsewhere: the list is asked for again.
  const known = rooms.value?.map((room) => `${room.id} ${room.mentions}`).join();
  const load = async (after?: string) => {
    try {
      const page = await call('listMentions', { query: after ? { cursor: after } : {} });
      items.value = after ? [...(items.peek() ?? []), ...page.items] : page.items;
      cursor.value = page.nextCursor;
      isFailed.value = false;
    } catch {
      isFailed.value = true;
    }
  };
  useEffect(() => void load(), [known]);
  return (
    <main class="room mentions-page">
      <PageHead title={text.title} sub={text.sub} />
      <OfflineBanner />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolled region must be reachable by keyboard */}
      <section class="scroll" id="timeline" aria-label={text.title} tabIndex={0}>
        {isFailed.value && (
          <p class="panel-note bad" role="alert">
            {text.failed}{' '}
            <button class="link" type="button" onClick={() => load()}>
              {app.tryAgain}
            </button>
          </p>
        )}
        {items.value?.length === 0 && (
          <div class="middle">
            <div class="empty">
              <h2>{text.empty}</h2>
              <p>{text.emptyText}</p>
            </div>
          </div>
        )}
        <ol class="hits wide">
          {items.value?.map((item) => (
            <Mentioned key={item.message.id} item={item} />
          ))}
        </ol>
        {cursor.value && (
          <p class="panel-note">
            <button class="btn sm" type="button" onClick={() => load(cursor.peek())}>
              {text.more}
            </button>
          </p>
        )}
      </section>
    </main>
  );
}

function Mentioned({ item: { message, room, unread } }: { item: FoundMessage }) {
  const { mentions: text } = moreWords.value;
  const { author } = message;
  return (
    <li>
      <a href={messagePath(room.id, message.id)} class={unread ? 'unread' : undefined}>
        <span class="meta row">
          {author.kind === 'assistant' ? <Mark /> : <Avatar userId={author.id} name={author.name} small />}
          <b>{author.name}</b>
          <span class="cut">{text.in(room.name)}</span>
          <time class="num" datetime={message.createdAt}>
            {formatMoment(message.createdAt)}
          </time>
          <span class="grow" />
          {unread && <span class="count you">{text.unread}</span>}
        </span>
        <span class="hit-text">{plainLine(message.text, LONGEST)}</span>
      </a>
    </li>
  );
}
