// "Why this answer": one bar for the whole budget and one row for each part that the assistant was given, in the order of the prompt.
import { useComputed } from '@preact/signals';
import type { AnswerContext, AnswerTimings, ContextPart } from '../../src/protocol/context-models.ts';
import { BUILT_IN_MODEL } from '../../src/protocol/names.ts';
import { firstName } from '../components/answer.tsx';
import { CopyButton } from '../components/copy-button.tsx';
import { Icon } from '../components/icon.tsx';
import { PanelFrame, TabBody } from '../components/panel-frame.tsx';
import { formatNumber, formatSeconds, formatTime, words } from '../lib/i18n.ts';
import { memoryWords } from '../lib/memory-words.ts';
import { plainWords } from '../lib/plain-text.ts';
import { copyText } from '../state/message-actions.ts';
import type { OpenRoom } from '../state/open-room.ts';
import { describeError } from '../state/sentences.ts';
import { explained } from '../state/ui.ts';
import { useExplained } from '../state/why.ts';
import { PartDetails, partName } from './why-part.tsx';

const TITLE_UNITS = 60;
const LEADING_MENTIONS = /^(@[\p{L}\p{N}._-]+[\s,:]*)+/u;

/** The colour that tells where a part came from. */
export const COLOURS: Record<ContextPart['kind'], string> = {
  rules: 'rules',
  persona: 'rules',
  brief: 'room',
  memories: 'memory',
  summary: 'summary',
  messages: 'messages',
  tools: 'tools',
  documents: 'documents',
  passages: 'passages',
  question: 'question',
};

export function WhyPanel({ room }: { room: OpenRoom }) {
  const { why } = memoryWords.value;
  const newest = useComputed(() => newestAnswer(room));
  const messageId = explained.value ?? newest.value;
  return (
    <PanelFrame room={room} tab="why">
      <TabBody tab="why" label={why.region}>
        {messageId === undefined ? (
          <div class="panel-empty">
            <p>
              <b>{why.none}</b>
            </p>
            <p>{why.noneHelp}</p>
          </div>
        ) : (
          <Explanation key={messageId} room={room} messageId={messageId} />
        )}
      </TabBody>
    </PanelFrame>
  );
}

/** Drawn again when the window changes: an answer that ends while it is looked at is looked up again. */
function newestAnswer(room: OpenRoom): string | undefined {
  const { messages } = room.window.value;
  return messages.findLast((one) => one.questionId !== undefined && one.status !== 'deleted')?.id;
}

function Explanation({ room, messageId }: { room: OpenRoom; messageId: string }) {
  const { why } = memoryWords.value;
  const { app } = words.value;
  const isLive = useComputed(() => {
    void room.window.value;
    return room.find(messageId)?.status === 'streaming';
  });
  const shown = useExplained(messageId, isLive.value);
  if (shown.state === 'loading') return <PartsSkeleton />;
  if (shown.state === 'unknown') {
    return <p class="panel-note">{isLive.value ? why.stillWriting : why.unknown}</p>;
  }
  if (shown.state === 'failed') {
    return (
      <div class="panel-empty" role="alert">
        <p>
          <b>{why.failed}</b> {describeError(shown.error)}
        </p>
        <button class="btn sm" type="button" onClick={shown.retry}>
          <Icon name="again" class="sm" />
          {app.tryAgain}
        </button>
      </div>
    );
  }
  return <Given room={room} context={shown.context} isLive={isLive.value} />;
}

function Given({ room, context, isLive }: { room: OpenRoom; context: AnswerContext; isLive: boolean }) {
  const { why } = memoryWords.value;
  const { answer } = words.value;
  const question = context.parts.find(({ kind }) => kind === 'question')?.items[0]?.text ?? '';
  const most = Math.max(1, ...context.parts.map(({ tokens }) => tokens));
  return (
    <div class="pad">
      <div>
        {question && <h2>{why.title(shorten(plainWords(question).replace(LEADING_MENTIONS, '')))}</h2>}
        <p class="muted">{why.answerFor(firstName(context.askedBy.name), formatTime(context.createdAt))}</p>
        {isLive && <p class="muted">{why.stillWriting}</p>}
      </div>
      <Budget context={context} />
      <ol class="parts">
        {context.parts.map((part) => (
          <li key={part.kind}>
            <span class={`key from-${COLOURS[part.kind]}`} />
            <b>{partName(part)}</b>
            <span class="bar-p" aria-hidden="true">
              <i
                class={`from-${COLOURS[part.kind]}`}
                style={{ width: `${Math.max(1, (part.tokens / most) * 100)}%` }}
              />
            </span>
            <span class="n">
              {formatNumber(part.tokens)}
              <span class="sr"> {why.partTokens('')}</span>
            </span>
            <PartDetails room={room} context={context} part={part} />
          </li>
        ))}
      </ol>
      <Times timings={context.timings} />
      <div class="row wrap">
        <CopyButton class="btn sm" label={why.copyText} onCopy={() => copyText(asText(context))} />
        <span class="meta">
          {context.model === BUILT_IN_MODEL ? answer.builtIn : context.model && why.model(context.model)}
        </span>
      </div>
      {context.usage && (context.usage.inputTokens > 0 || context.usage.outputTokens > 0) && (
        <p class="meta num">
          {why.usage(formatNumber(context.usage.inputTokens), formatNumber(context.usage.outputTokens))}
        </p>
      )}
      <p class="meta">
        {why.hash} <code title={context.promptHash}>{context.promptHash.slice(0, 12)}</code>
      </p>
    </div>
  );
}

function Budget({ context }: { context: AnswerContext }) {
  const { why } = memoryWords.value;
  const whole = Math.max(context.budgetTokens ?? 0, context.tokens, 1);
  const used = formatNumber(context.tokens);
  const says = context.budgetTokens ? why.budget(used, formatNumber(context.budgetTokens)) : why.partTokens(used);
  const total = context.timings.totalMs;
  return (
    <div>
      <div class="budget" role="img" aria-label={says}>
        {context.parts
          .filter(({ tokens }) => tokens > 0)
          .map((part) => (
            <i
              key={part.kind}
              class={`from-${COLOURS[part.kind]}`}
              style={{ width: `${(part.tokens / whole) * 100}%` }}
              title={partName(part)}
            />
          ))}
      </div>
      <p class="row meta">
        <span class="num grow">{says}</span>
        {total !== undefined && <span class="num">{formatSeconds(total)}</span>}
      </p>
    </div>
  );
}

const STAGES = ['queuedMs', 'searchMs', 'recallMs', 'gatherMs', 'promptMs', 'firstTokenMs', 'totalMs'] as const;

function Times({ timings }: { timings: AnswerTimings }) {
  const { why } = memoryWords.value;
  const known = STAGES.flatMap((stage) => {
    const ms = timings[stage];
    return ms === undefined ? [] : [{ stage, ms }];
  });
  if (known.length === 0) return null;
  return (
    <div>
      <h2>{why.time}</h2>
      <dl class="times">
        {known.map(({ stage, ms }) => (
          <div key={stage}>
            <dt>{why.times[stage]}</dt>
            <dd class="num">{ms < 100 ? words.value.app.milliseconds(formatNumber(ms)) : formatSeconds(ms)}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

function PartsSkeleton() {
  return (
    <div class="pad skeleton" aria-hidden="true">
      {[64, 88, 100, 72, 90, 66, 84].map((width) => (
        <div key={width} class="sk line" style={{ width: `${width}%` }} />
      ))}
    </div>
  );
}

/** For a ticket or a mail: the parts with what they say. */
function asText(context: AnswerContext): string {
  const { why } = memoryWords.peek();
  const lines = context.parts.flatMap((part) => [
    `${partName(part)} (${why.partTokens(formatNumber(part.tokens))})`,
    ...part.items.map(({ ref, text, state, passage, saidBy }) => {
      const place = passage && `${passage.marker} ${passage.documentName}, ${passage.page}`;
      const head = [place, saidBy].filter(Boolean).join(' ');
      const said = state === 'given' ? (text ?? ref) : why[state === 'forgotten' ? 'forgottenSince' : state];
      return `  - ${head ? `${head}: ` : ''}${said.replace(/\s*\n\s*/g, ' ')}`;
    }),
  ]);
  return [
    why.budget(formatNumber(context.tokens), formatNumber(context.budgetTokens ?? 0)),
    ...lines,
    context.promptHash,
  ].join('\n');
}

const shorten = (text: string): string =>
  text.length > TITLE_UNITS ? `${text.slice(0, TITLE_UNITS).trimEnd()}…` : text;
