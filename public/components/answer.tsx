// An answer: a sheet of paper that everybody sees being written. A delta never renders it; only its beginning and its end do.
import { useComputed } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Message, Turn } from '../../src/protocol/models.ts';
import { BUILT_IN_MODEL } from '../../src/protocol/names.ts';
import { formatExactly, formatTime, language, words } from '../lib/i18n.ts';
import { openedPage } from '../lib/router.ts';
import { createLiveMarkdown } from '../markdown/live.ts';
import { Markdown } from '../markdown/markdown.tsx';
import type { MarkdownOptions } from '../markdown/nodes.ts';
import { announce, readsAloud } from '../state/announcer.ts';
import { isOffline } from '../state/connection.ts';
import { askAgain, copyMessage, rightsOver, stopTurn } from '../state/message-actions.ts';
import type { OpenRoom } from '../state/open-room.ts';
import { explainAnswer } from '../state/panels.ts';
import { describeNote } from '../state/sentences.ts';
import { me } from '../state/session.ts';
import type { AnswerStream } from '../state/streams.ts';
import { activeMessage, explained, panel } from '../state/ui.ts';
import { CopyButton } from './copy-button.tsx';
import { Icon, Mark } from './icon.tsx';
import { ActionError, type MessageRowProps, useMentions } from './message.tsx';
import { PinMark } from './message-marks.tsx';
import { MessageTools } from './message-tools.tsx';
import { Quote } from './quote.tsx';
import { Reactions } from './reactions.tsx';
import { Sources, useCitations } from './sources.tsx';
import { StepLine } from './step-line.tsx';
import { useFocusHandover } from './use-focus-handover.ts';

type AnswerProps = Omit<MessageRowProps, 'isFollowUp'> & {
  turn: Turn | undefined;
  /** Something stands between the question and this answer: the answer says which question it is about. */
  isApart: boolean;
};

export function Answer({ room, message, turn, isOld, isApart }: AnswerProps) {
  const isActive = useComputed(() => activeMessage.value === message.id);
  const { answer, timeline } = words.value;
  const rights = rightsOver(room, message, me.value?.id ?? '');
  const isLive = message.status === 'streaming';
  const asker = firstName(message.askedBy?.name ?? '');
  const isBuiltIn = (turn?.model ?? message.model) === BUILT_IN_MODEL;

  const text = isLive ? message.text : room.readText(message);
  const canAskAgain = rights.canAskAgain && !isUnfinished(message);
  const hasFoot =
    !isLive && (message.text !== '' || canAskAgain || Boolean(message.questionId) || message.reactions.length > 0);

  if (message.status === 'deleted') {
    return (
      <li class="msg answer" data-message={message.id} tabIndex={-1}>
        <Mark />
        <div>
          <p class="gone">{timeline.answerDeleted}</p>
        </div>
      </li>
    );
  }
  return (
    <li
      class={`msg answer${isLive ? ' live' : ''}${isOld ? ' old' : ''}`}
      data-message={message.id}
      tabIndex={-1}
      aria-busy={isLive}
      aria-label={isLive ? answer.answering(asker) : answer.answeredFor(asker, formatTime(message.createdAt))}
    >
      <Mark />
      <div>
        <div class="head">
          <p class="by">
            <b>{isBuiltIn ? answer.builtIn : message.author.name}</b>
            {asker && <span class="meta">{answer.for(asker)}</span>}
            {message.retryOf && <span class="meta">{answer.again}</span>}
            {!isLive && (
              <time datetime={message.createdAt} title={formatExactly(message.createdAt)}>
                {formatTime(message.createdAt)}
              </time>
            )}
            <span class="grow" />
            {isLive && turn && rights.canStop && <StopButton turnId={turn.id} messageId={message.id} />}
          </p>
          <PinMark message={message} />
          {isApart && message.questionId && <Quote room={room} messageId={message.questionId} />}
          <StepLine room={room} message={message} turn={turn} isBuiltIn={isBuiltIn} />
        </div>
        {isLive && turn ? (
          <LiveText stream={room.stream(turn.id)} messageId={message.id} />
        ) : (
          <FinishedText room={room} message={message} text={text} />
        )}
        <Ending message={message} text={text} canAskAgain={rights.canAskAgain} />
        <Sources room={room} message={message} />
        {hasFoot && (
          <div class="foot">
            {message.questionId && <WhyButton messageId={message.id} />}
            {message.text && <CopyButton class="btn quiet sm" onCopy={() => copyMessage(message)} />}
            {canAskAgain && (
              <button class="btn quiet sm" type="button" onClick={() => askAgain(message)}>
                <Icon name="again" class="sm" />
                {answer.askAgain}
              </button>
            )}
            <Reactions room={room} message={message} canWrite={rights.canWrite} />
          </div>
        )}
        <ActionError messageId={message.id} />
      </div>
      {isActive.value && !isLive && <MessageTools room={room} message={message} />}
    </li>
  );
}

function WhyButton({ messageId }: { messageId: string }) {
  const isOpen = useComputed(() => panel.value === 'why' && !openedPage.value && explained.value === messageId);
  return (
    <button
      class="btn quiet sm"
      type="button"
      aria-expanded={isOpen.value}
      onClick={(event) => explainAnswer(messageId, event.currentTarget)}
    >
      <Icon name="why" class="sm" />
      {words.value.answer.why}
    </button>
  );
}

function StopButton({ turnId, messageId }: { turnId: string; messageId: string }) {
  const { answer } = words.value;
  const button = useRef<HTMLButtonElement>(null);
  useFocusHandover(button);
  return (
    <button
      ref={button}
      class="btn sm danger"
      type="button"
      disabled={isOffline()}
      onClick={() => stopTurn(turnId, messageId)}
    >
      <Icon name="stop" class="sm" />
      {answer.stop} <span class="sr">{answer.stopRest}</span>
    </button>
  );
}

/** The words while they arrive: drawn by hand, outside the component tree. */
function LiveText({ stream, messageId }: { stream: AnswerStream; messageId: string }) {
  const host = useRef<HTMLDivElement>(null);
  const isAway = isOffline();
  useLayoutEffect(() => {
    if (!host.current) return;
    const live = createLiveMarkdown(host.current, { lang: language.peek(), sources: SOURCES_AHEAD });
    if (stream.text) live.snapshot(stream.text);
    let spoken = stream.text.lastIndexOf('\n\n') + 1;
    const stop = stream.listen({
      onAppend(text) {
        live.push(text);
        const end = stream.text.lastIndexOf('\n\n');
        if (end > spoken) {
          if (readsAloud.peek()) announce(stream.text.slice(spoken, end), messageId);
          spoken = end + 2;
        }
      },
      onReset: (text) => live.snapshot(text),
    });
    return () => {
      stop();
      live.dispose();
    };
  }, [stream]);
  return <div class={isAway ? 'prose resting' : 'prose'} ref={host} />;
}

/** Where the sources of an answer are told at its end: until then its numbers stand in their place and lead nowhere. */
const SOURCES_AHEAD: MarkdownOptions['sources'] = { get: (marker) => ({ label: marker }) };

interface FinishedTextProps {
  room: OpenRoom;
  message: Message;
  text: string;
}

function FinishedText({ room, message, text }: FinishedTextProps) {
  const mentions = useMentions(message);
  const { sources, onCite } = useCitations(room.id, message);
  if (!text) return null;
  return (
    <Markdown
      text={text}
      lang={language.value}
      {...(mentions ? { mentions } : {})}
      {...(sources ? { sources, onCite } : {})}
    />
  );
}

const isUnfinished = (message: Message) =>
  message.status === 'failed' || message.status === 'interrupted' || message.status === 'stopped';

/** Why an answer is not complete: what happened, what it means, what to do. */
function Ending({ message, text, canAskAgain }: { message: Message; text: string; canAskAgain: boolean }) {
  const { answer, app } = words.value;
  if (!isUnfinished(message)) {
    if (!message.system) return null;
    return (
      <div class="note quiet">
        <Icon name="warn" />
        <div>{describeNote(message.system, '')}</div>
      </div>
    );
  }
  const again = canAskAgain && (
    <button class="btn sm" type="button" onClick={() => askAgain(message)}>
      <Icon name="again" class="sm" />
      {app.tryAgain}
    </button>
  );
  if (message.status === 'stopped') {
    return (
      <p class="ended">
        <span>
          <Icon name="stopped" class="sm" />
          {describeNote(message.system, `${answer.stopped}.`)} {answer.stoppedText}
        </span>
        {again}
      </p>
    );
  }
  const what = describeNote(message.system, message.status === 'interrupted' ? answer.interrupted : answer.empty);
  return (
    <div class="note">
      <Icon name="warn" />
      <div>
        <b>{what}</b> {text ? answer.incomplete : answer.nothingYet}{' '}
        {text.length > message.text.length && `${answer.endNotKept} `}
        {answer.questionKept}
        {again && <div class="acts">{again}</div>}
      </div>
    </div>
  );
}

export const firstName = (name: string) => name.split(' ')[0] ?? name;
