// What a person said: text on the table. Also the same while it is on its way to the server.
import { useComputed } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import type { Message } from '../../src/protocol/models.ts';
import { formatExactly, formatTime, language, words } from '../lib/i18n.ts';
import { Markdown } from '../markdown/markdown.tsx';
import { actionError, rightsOver } from '../state/message-actions.ts';
import type { OpenRoom } from '../state/open-room.ts';
import { discard, type PendingMessage, retry } from '../state/outbox.ts';
import { describeError } from '../state/sentences.ts';
import { me } from '../state/session.ts';
import { activeMessage } from '../state/ui.ts';
import { Avatar } from './avatar.tsx';
import { Icon } from './icon.tsx';
import { MessageDocuments } from './message-documents.tsx';
import { ForwardMark, PinMark } from './message-marks.tsx';
import { MessageTools } from './message-tools.tsx';
import { Quote } from './quote.tsx';
import { Reactions } from './reactions.tsx';

export interface MessageRowProps {
  room: OpenRoom;
  message: Message;
  isFollowUp: boolean;
  /** Far from the end: the browser may leave it undrawn. */
  isOld: boolean;
}

/** Handles that were resolved when the message was sent. */
export function useMentions(message: Message) {
  const myId = me.value?.id;
  return useMemo(() => {
    if (message.mentions.length === 0) return undefined;
    return new Map(
      message.mentions.map(({ id, start, length }) => [
        message.text.slice(start + 1, start + length).toLowerCase(),
        { me: id === myId },
      ]),
    );
  }, [message, myId]);
}

export function MessageRow({ room, message, isFollowUp, isOld }: MessageRowProps) {
  const isActive = useComputed(() => activeMessage.value === message.id);
  const presence = useComputed(() => room.members.value.find((one) => one.userId === message.author.id)?.presence);
  const mentions = useMentions(message);
  const { author, createdAt } = message;
  const { timeline } = words.value;
  const isDeleted = message.status === 'deleted';
  const rights = rightsOver(room, message, me.value?.id ?? '');
  return (
    <li class={`msg${isFollowUp ? ' follow' : ''}${isOld ? ' old' : ''}`} data-message={message.id} tabIndex={-1}>
      {isFollowUp ? (
        <time class="when" datetime={createdAt} aria-hidden="true">
          {formatTime(createdAt)}
        </time>
      ) : (
        <Avatar userId={author.id} name={author.name} presence={presence.value} />
      )}
      <div>
        <p class={isFollowUp ? 'sr' : 'by'}>
          <b>{author.name}</b>
          {author.kind === 'app' && <span class="tag">{timeline.viaKey}</span>}
          <time datetime={createdAt} title={formatExactly(createdAt)}>
            {formatTime(createdAt)}
          </time>
          {message.editedAt && !isDeleted && (
            <span class="edited" title={formatExactly(message.editedAt)}>
              {timeline.edited}
            </span>
          )}
        </p>
        <PinMark message={message} />
        <ForwardMark message={message} />
        {message.replyToId && !isDeleted && <Quote room={room} messageId={message.replyToId} />}
        {isDeleted ? (
          <p class="gone">{timeline.deleted}</p>
        ) : (
          message.text !== '' && (
            <Markdown text={message.text} lang={language.value} {...(mentions ? { mentions } : {})} />
          )
        )}
        <MessageDocuments roomId={room.id} documents={message.documents} />
        <Reactions room={room} message={message} canWrite={rights.canWrite} />
        <ActionError messageId={message.id} />
      </div>
      {isActive.value && <MessageTools room={room} message={message} />}
    </li>
  );
}

/** What went wrong with an action on this message. */
export function ActionError({ messageId }: { messageId: string }) {
  const text = useComputed(() => (actionError.value?.messageId === messageId ? actionError.value.text : undefined));
  if (!text.value) return null;
  return (
    <p class="undelivered" role="alert">
      <Icon name="warn" class="sm" />
      <span>
        {words.value.actions.failed} {text.value}
      </span>
    </p>
  );
}

interface PendingRowProps {
  room: OpenRoom;
  pending: PendingMessage;
  isFollowUp: boolean;
}

export function PendingRow({ room, pending, isFollowUp }: PendingRowProps) {
  const user = me.value;
  if (!user) return null;
  const { timeline, app } = words.value;
  const { state, error, clientId } = pending;
  return (
    <li class={`msg pending${isFollowUp ? ' follow' : ''}`} data-pending={clientId}>
      {isFollowUp ? (
        <span class="onway">
          <OnItsWay state={state} />
        </span>
      ) : (
        <Avatar userId={user.id} name={user.fullName} />
      )}
      <div>
        <p class={isFollowUp ? 'sr' : 'by'}>
          <b>{user.fullName}</b>
          {!isFollowUp && <OnItsWay state={state} isInWords />}
        </p>
        {pending.replyToId && <Quote room={room} messageId={pending.replyToId} />}
        {pending.text !== '' && <Markdown text={pending.text} lang={language.value} />}
        <MessageDocuments roomId={room.id} documents={pending.documents} />
        {state === 'failed' && (
          <>
            <p class="undelivered" role="alert">
              <Icon name="warn" class="sm" />
              <span>
                {error?.code === 'no_reply' ? timeline.notSent : timeline.notSentBecause(describeError(error))}
              </span>
              <button class="link" type="button" onClick={() => retry(clientId)}>
                {app.tryAgain}
              </button>
              <button class="link" type="button" onClick={() => discard(clientId)}>
                {timeline.discard}
              </button>
            </p>
            <p class="help">{timeline.neverTwice}</p>
          </>
        )}
      </div>
    </li>
  );
}

/** Stands where the time will be, so that nothing moves when the message has arrived. */
function OnItsWay({ state, isInWords = false }: { state: PendingMessage['state']; isInWords?: boolean }) {
  if (state === 'failed') return null;
  const { sending, willBeSent } = words.value.timeline;
  const text = state === 'waiting' ? willBeSent : sending;
  return (
    <span class={state === 'sending' ? 'edited late' : 'edited'} title={text}>
      <Icon name="clock" class="sm" />
      <span class={isInWords ? undefined : 'sr'}>{text}</span>
    </span>
  );
}
