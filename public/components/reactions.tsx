// The reactions under a message, and the small layer to add one.
import { useSignal } from '@preact/signals';
import type { Message } from '../../src/protocol/models.ts';
import { words } from '../lib/i18n.ts';
import { react } from '../state/message-actions.ts';
import type { OpenRoom } from '../state/open-room.ts';
import { me } from '../state/session.ts';
import { EmojiPicker } from './emoji-button.tsx';
import { Icon, type IconName } from './icon.tsx';
import { Popover } from './popover.tsx';

/** Offered at once, and drawn in our own line; every other emoji is drawn as the device draws it. */
const QUICK: Record<string, IconName> = {
  '👍': 'thumb',
  '✅': 'check',
  '🙏': 'thanks',
  '👀': 'eye',
  '❓': 'question',
  '🎉': 'party',
  '❤️': 'heart',
  '😄': 'smile',
};

function Emoji({ emoji, large }: { emoji: string; large?: boolean }) {
  const icon = QUICK[emoji];
  if (icon) return <Icon name={icon} class={large ? '' : 'sm'} />;
  return (
    <span class="emoji" aria-hidden="true">
      {emoji}
    </span>
  );
}

interface ReactionsProps {
  room: OpenRoom;
  message: Message;
  canWrite: boolean;
}

export function Reactions({ room, message, canWrite }: ReactionsProps) {
  if (message.reactions.length === 0) return null;
  const myId = me.value?.id ?? '';
  const nameOf = (userId: string) =>
    userId === myId
      ? words.value.actions.you
      : (room.members.value.find((member) => member.userId === userId)?.name ?? '…');
  return (
    <div class="reacts">
      {message.reactions.map(({ emoji, userIds }) => {
        const isMine = userIds.includes(myId);
        const names = words.value.app.joined(userIds.slice(0, 20).map(nameOf));
        return (
          <button
            key={emoji}
            class="react"
            type="button"
            aria-pressed={isMine}
            aria-label={words.value.actions.reaction(emoji, userIds.length, names)}
            title={names}
            disabled={!canWrite}
            onClick={() => react(message, emoji, !isMine)}
          >
            <Emoji emoji={emoji} />
            <span class="num">{userIds.length}</span>
          </button>
        );
      })}
      {canWrite && <ReactionPicker message={message} class="react" />}
    </div>
  );
}

export function ReactionPicker({ message, class: look }: { message: Message; class?: string }) {
  return (
    <Popover icon="react" label={words.value.actions.react} role="group" {...(look ? { class: look } : {})}>
      {(close) => <ReactionChoices message={message} onDone={close} />}
    </Popover>
  );
}

/** A few reactions, and the way to all the others. */
export function ReactionChoices({ message, onDone }: { message: Message; onDone: () => void }) {
  const isAll = useSignal(false);
  const myId = me.value?.id ?? '';
  const choose = (emoji: string) => {
    const isMine = message.reactions.some((one) => one.emoji === emoji && one.userIds.includes(myId));
    void react(message, emoji, !isMine);
    onDone();
  };
  return (
    <div class="reaction-choices">
      <div class="row">
        {Object.keys(QUICK).map((emoji) => (
          <button key={emoji} class="btn quiet icon" type="button" aria-label={emoji} onClick={() => choose(emoji)}>
            <Emoji emoji={emoji} large />
          </button>
        ))}
      </div>
      {isAll.value ? (
        <div class="emoji-frame">
          <EmojiPicker onChoose={choose} />
        </div>
      ) : (
        <button class="btn sm quiet" type="button" onClick={() => (isAll.value = true)}>
          <Icon name="smile" class="sm" />
          {words.value.actions.otherEmoji}
        </button>
      )}
    </div>
  );
}
