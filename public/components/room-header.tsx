// The head of a room: its name, what it is about, who is here, search and settings.
import { formatMoment, words } from '../lib/i18n.ts';
import { openedPage } from '../lib/router.ts';
import { shelfOf } from '../state/documents.ts';
import { proposedIn } from '../state/memories.ts';
import type { OpenRoom } from '../state/open-room.ts';
import { openPanel } from '../state/panels.ts';
import { me } from '../state/session.ts';
import { isPhone, panel, showDialog } from '../state/ui.ts';
import { firstName } from './answer.tsx';
import { Avatar } from './avatar.tsx';
import { Icon, type IconName } from './icon.tsx';
import { BackButton } from './page-head.tsx';
import { MenuItem, Popover } from './popover.tsx';
import { BarSkeleton } from './skeleton.tsx';

const MOST_FACES = 3;

export function RoomHeader({ room }: { room: OpenRoom }) {
  const { room: text } = words.value;
  const details = room.room.value;
  const isPersonal = details?.kind === 'personal';
  const canInvite = room.role.value === 'lead' && !details?.archivedAt;
  return (
    <header class="bar">
      <BackButton />
      {details ? (
        <div class="grow">
          <h1 class="cut">{details.name}</h1>
          <p class="sub">
            {details.archivedAt && (
              <span class="tag" title={formatMoment(details.archivedAt)}>
                {text.archived}
              </span>
            )}
            <span class="cut">{subtitle(room)}</span>
          </p>
        </div>
      ) : (
        <BarSkeleton />
      )}
      {details && !isPersonal && (
        <div class="row tight">
          <PeopleHere room={room} />
          {canInvite && (
            <button class="btn sm wide-only" type="button" onClick={() => showDialog({ name: 'members' })}>
              <Icon name="invite" class="sm" />
              {text.invite}
            </button>
          )}
        </div>
      )}
      <div class="row tight">
        {details && <DocumentsButton room={room} />}
        {details && <MemoryButton room={room} />}
        <button
          class="btn quiet icon"
          type="button"
          aria-label={text.search}
          title={text.search}
          data-panel="search"
          aria-expanded={panel.value === 'search'}
          onClick={() => {
            panel.value = panel.value === 'search' ? undefined : 'search';
          }}
        >
          <Icon name="search" />
        </button>
        <button
          class="btn quiet icon wide-only"
          type="button"
          aria-label={text.settings}
          title={text.settings}
          onClick={() => showDialog({ name: 'settings' })}
        >
          <Icon name="settings" />
        </button>
        {details && <RoomMenu isPersonal={isPersonal} canInvite={canInvite} />}
      </div>
    </header>
  );
}

/** On phones it is in the menu. */
function MemoryButton({ room }: { room: OpenRoom }) {
  const { room: text } = words.value;
  const count = proposedIn(room).length;
  const isShown = panel.value === 'memory' && !openedPage.value;
  return (
    <button
      class={count > 0 ? 'btn quiet icon counted wide-only' : 'btn quiet icon wide-only'}
      type="button"
      aria-label={count > 0 ? text.memoryCount(count) : text.memory}
      title={text.memory}
      data-panel="memory"
      aria-expanded={isShown}
      onClick={(event) => {
        if (isShown) panel.value = undefined;
        else openPanel('memory', event.currentTarget);
      }}
    >
      <Icon name="bookmark" />
      {count > 0 && <span class="num">{count}</span>}
    </button>
  );
}

/** What is not needed every minute; on phones also what has a button of its own elsewhere. */
function RoomMenu({ isPersonal, canInvite }: { isPersonal: boolean; canInvite: boolean }) {
  const { room: text, rail } = words.value;
  const show = (name: 'members' | 'settings' | 'notify' | 'palette') => () => showDialog({ name });
  const open = (name: 'pins' | 'tools') => () => {
    openPanel(name, null);
  };
  type Item = [icon: IconName, label: string, run: () => void, isForPhones?: boolean];
  const members: Item = [canInvite ? 'invite' : 'people', text.members, show('members'), true];
  const all: Item[] = [
    ['search', rail.jump, show('palette'), true],
    ...(isPersonal ? [] : [members]),
    ['bookmark', text.memory, () => openPanel('memory', null), true],
    ['pin', text.pins, open('pins')],
    ['wrench', text.tools, open('tools')],
    ['bell', text.notify, show('notify')],
    ['settings', text.settings, show('settings'), true],
  ];
  const items = all.filter(([, , , isForPhones]) => !isForPhones || isPhone());
  return (
    <Popover icon="more" label={text.menu} class="btn quiet icon">
      {(close) =>
        items.map(([icon, label, run]) => (
          <MenuItem
            key={label}
            icon={icon}
            onClick={() => {
              close();
              run();
            }}
          >
            {label}
          </MenuItem>
        ))
      }
    </Popover>
  );
}

function DocumentsButton({ room }: { room: OpenRoom }) {
  const { documents } = words.value;
  const count = shelfOf(room.id).items.value?.length ?? 0;
  return (
    <button
      class={count > 0 ? 'btn quiet icon counted' : 'btn quiet icon'}
      type="button"
      aria-label={count > 0 ? documents.openCount(count) : documents.open}
      title={documents.open}
      data-panel="documents"
      aria-expanded={panel.value === 'documents'}
      onClick={() => {
        panel.value = panel.value === 'documents' ? undefined : 'documents';
      }}
    >
      <Icon name="file" />
      {count > 0 && <span class="num">{count}</span>}
    </button>
  );
}

function subtitle(room: OpenRoom): string {
  const details = room.room.value;
  const { room: text } = words.value;
  const firstLine = details?.brief.trim().split('\n')[0];
  if (firstLine) return firstLine;
  return details?.kind === 'personal' ? text.personal : text.people(room.members.value.length);
}

function PeopleHere({ room }: { room: OpenRoom }) {
  const { room: text } = words.value;
  const here = room.members.value.filter((member) => member.presence === 'online' || member.userId === me.value?.id);
  const faces = here.toSorted((a, b) => Number(a.userId === me.value?.id) - Number(b.userId === me.value?.id));
  const shown = faces.slice(0, MOST_FACES);
  const more = here.length - shown.length;
  const names = shown.map((member) => firstName(member.name));
  return (
    <button class="people-here" type="button" title={text.members} onClick={() => showDialog({ name: 'members' })}>
      <span class="sr">{here.length ? text.peopleHere(here.length, names, more) : text.nobodyHere}</span>
      <span class="stack" aria-hidden="true">
        {shown.map((member) => (
          <Avatar key={member.userId} userId={member.userId} name={member.name} small />
        ))}
        {more > 0 && <span class="av sm">+{more}</span>}
      </span>
    </button>
  );
}
