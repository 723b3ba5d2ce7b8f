// The foot of a room: the composer, or a sentence where it would be; who is typing, and when the assistant answers.
import type { Signal } from '@preact/signals';
import { useSignal } from '@preact/signals';
import { call } from '../lib/api.ts';
import { words } from '../lib/i18n.ts';
import { isOffline } from '../state/connection.ts';
import type { OpenRoom } from '../state/open-room.ts';
import { describeError } from '../state/sentences.ts';
import { me } from '../state/session.ts';
import { showDialog } from '../state/ui.ts';
import { firstName } from './answer.tsx';
import { Composer } from './composer.tsx';
import { Icon } from './icon.tsx';

interface ComposerAreaProps {
  room: OpenRoom;
  isAway: Signal<boolean>;
  toEnd: () => void;
}

export function ComposerArea({ room, isAway, toEnd }: ComposerAreaProps) {
  const isArchived = room.room.value?.archivedAt !== undefined;
  const isViewer = room.status.value === 'open' && room.role.value === 'viewer';
  return (
    <footer class="composer">
      <LatestButton room={room} isAway={isAway} toEnd={toEnd} />
      {isArchived ? (
        <ArchivedSentence room={room} />
      ) : isViewer ? (
        <ViewerSentence room={room} />
      ) : (
        <Composer room={room} onSent={toEnd} />
      )}
      {!isArchived && <UnderLine room={room} />}
    </footer>
  );
}

function LatestButton({ room, isAway, toEnd }: ComposerAreaProps) {
  if (!isAway.value) return null;
  const { timeline } = words.value;
  const isAnswering = !isOffline() && room.turns.value.some((turn) => turn.state === 'running');
  const missed = room.missed.value;
  return (
    <button class="btn latest" type="button" onClick={toEnd}>
      {isAnswering && <Writing />}
      {isAnswering ? timeline.latestAnswering : missed ? timeline.latestNew(missed) : timeline.latest}
      <Icon name="arrowDown" class="sm" />
    </button>
  );
}

/** Three bars: the assistant writes there. */
export function Writing({ label }: { label?: string }) {
  return (
    <span class="writing" {...(label ? { role: 'img', 'aria-label': label } : { 'aria-hidden': 'true' })}>
      <i />
      <i />
      <i />
    </span>
  );
}

function ViewerSentence({ room }: { room: OpenRoom }) {
  const { composer } = words.value;
  const lead = room.members.value.find((member) => member.role === 'lead');
  return (
    <p class="banner info sentence">
      <Icon name="eye" />
      <span class="grow">{lead ? composer.viewerLead(lead.name) : composer.viewer}</span>
    </p>
  );
}

function ArchivedSentence({ room }: { room: OpenRoom }) {
  const failure = useSignal<unknown>(undefined);
  const { composer } = words.value;
  const bringBack = async () => {
    try {
      await call('updateRoom', { params: { roomId: room.id }, body: { archived: false } });
      failure.value = undefined;
    } catch (error) {
      failure.value = error;
    }
  };
  return (
    <div class="banner info sentence">
      <Icon name="archive" />
      <span class="grow">
        {composer.archived}
        {failure.value !== undefined && <span role="alert"> {describeError(failure.value)}</span>}
      </span>
      {room.role.value === 'lead' && (
        <button class="btn sm" type="button" onClick={bringBack}>
          {composer.bringBack}
        </button>
      )}
    </div>
  );
}

function UnderLine({ room }: { room: OpenRoom }) {
  const { composer } = words.value;
  const names = [...room.typing.value.keys()].map((userId) =>
    firstName(room.members.value.find((member) => member.userId === userId)?.name ?? '…'),
  );
  return (
    <p class="under">
      <span class="grow cut">{names.length > 0 && composer.typing(names)}</span>
      {room.role.value !== 'viewer' && <Policy room={room} />}
    </p>
  );
}

/** Whoever may change it gets there from where it is said. */
function Policy({ room }: { room: OpenRoom }) {
  const text = placeInLine(room);
  if (room.role.value !== 'lead') return <span class="policy cut">{text}</span>;
  return (
    <button
      class="policy cut"
      type="button"
      title={words.value.room.settings}
      onClick={() => showDialog({ name: 'settings', focus: 'trigger' })}
    >
      {text}
    </button>
  );
}

/** When the assistant answers here, and how long the line is. */
function placeInLine(room: OpenRoom): string {
  const { policy, place, ownNext, ownPlace, ownFirst } = words.value.composer;
  const trigger = room.room.value?.assistant.trigger;
  if (!trigger) return '';
  if (isOffline()) return policy[trigger];
  const turns = room.turns.value;
  const queued = turns.filter((turn) => turn.state === 'queued');
  const own = queued.findIndex((turn) => turn.askedBy.id === me.value?.id);
  const ownCount = queued.filter((turn) => turn.askedBy.id === me.value?.id).length;
  if (ownCount > 1) return ownFirst(ownCount, own + 1);
  if (own === 0) return ownNext;
  if (own > 0) return ownPlace(own + 1);
  const isBusy = trigger !== 'off' && room.role.value !== 'viewer' && turns.some((turn) => turn.state === 'running');
  return isBusy ? `${policy[trigger]} ${place(queued.length + 1)}` : policy[trigger];
}
