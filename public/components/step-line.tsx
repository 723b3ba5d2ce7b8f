// One line about how an answer is made; its text changes in place and it keeps its height, so that no word ever moves.
import { useSignal } from '@preact/signals';
import { useId, useRef } from 'preact/hooks';
import type { Message, Step, Turn } from '../../src/protocol/models.ts';
import { formatNumber, words } from '../lib/i18n.ts';
import { link } from '../state/connection.ts';
import type { OpenRoom } from '../state/open-room.ts';
import { me } from '../state/session.ts';
import { Approval, Watched } from './approval.tsx';
import { Icon } from './icon.tsx';
import { place } from './popover.tsx';

interface StepLineProps {
  room: OpenRoom;
  message: Message;
  turn: Turn | undefined;
  isBuiltIn: boolean;
}

export function StepLine({ room, message, turn, isBuiltIn }: StepLineProps) {
  const steps = turn?.steps ?? message.steps ?? [];
  if (message.status === 'streaming') return <LiveSteps room={room} message={message} turn={turn} steps={steps} />;
  if (steps.length > 0) return <FoldedSteps steps={steps} />;
  if (isBuiltIn) {
    return (
      <div class="steps">
        <Icon name="plug" class="sm plain" />
        <span class="cut">{words.value.answer.builtInHelp}</span>
      </div>
    );
  }
  return (
    <div class="steps">
      {message.model && <span class="cut">{message.model}</span>}
      {message.usage && message.usage.outputTokens > 0 && (
        <span class="whole">{words.value.answer.tokens(formatNumber(message.usage.outputTokens))}</span>
      )}
    </div>
  );
}

function LiveSteps({ room, message, turn, steps }: Omit<StepLineProps, 'isBuiltIn'> & { steps: readonly Step[] }) {
  const { answer } = words.value;
  if (link.value.state === 'offline') {
    return (
      <div class="steps">
        <Icon name="offline" class="sm plain" />
        <span class="cut">{link.value.restarting ? answer.restarting : answer.restArrives}</span>
      </div>
    );
  }
  const done = steps.findLast((step) => step.status === 'done' || step.status === 'failed');
  const running = steps.findLast((step) => step.status === 'running');
  const asked = steps.find((step) => step.kind === 'approval' && step.status === 'waiting');
  const now = running ? describe(running) : asked ? answer.waitingForYou : answer.writing;
  return (
    <>
      <div class="steps">
        {done && (
          <span class="row was">
            <StatusIcon step={done} />
            <span class="cut">{describe(done)}</span>
          </span>
        )}
        {done && <span class="sep" />}
        <span class="row now">
          <span class="spin" />
          <span class="cut">{now}</span>
        </span>
      </div>
      {asked && turn && turn.askedBy.id === me.value?.id && (
        <Approval room={room} turn={turn} step={asked} messageId={message.id} />
      )}
      {asked?.args && turn && turn.askedBy.id !== me.value?.id && <Watched turn={turn} step={asked} />}
    </>
  );
}

const StatusIcon = ({ step }: { step: Step }) =>
  step.status === 'failed' ? <Icon name="warn" class="sm warned" /> : <Icon name="check" class="sm" />;

/** What was done, told in a layer of its own: neither the line nor the words below it move. */
function FoldedSteps({ steps }: { steps: readonly Step[] }) {
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const isOpen = useSignal(false);
  const first = steps[0];
  if (!first) return null;
  const summary = summarise(steps);
  const status = <StatusIcon step={first} />;
  // What the line already says is not said again below it.
  const isSaid = steps.every((step) => describe(step) === summary);
  if (isSaid && steps.every((step) => outcomeOf(step) === '')) {
    return (
      <div class="steps">
        {status}
        <span class="cut">{summary}</span>
      </div>
    );
  }
  return (
    <div class="steps">
      <button ref={button} type="button" popovertarget={id}>
        {status}
        <span class="cut">{summary}</span>
        <Icon name={isOpen.value ? 'down' : 'right'} class="sm" />
      </button>
      <ul
        id={id}
        class="popover step-list"
        popover="auto"
        aria-label={words.value.answer.steps}
        onToggle={(event) => {
          isOpen.value = event.newState === 'open';
          if (isOpen.value && button.current)
            place(event.currentTarget, button.current.getBoundingClientRect(), 'left');
        }}
      >
        {steps.map((step) => (
          <li key={step.id}>
            {isSaid ? outcomeOf(step) : describe(step)}
            {!isSaid && outcomeOf(step) && <span class="meta">{outcomeOf(step)}</span>}
          </li>
        ))}
      </ul>
    </div>
  );
}

/** What came of a step. */
function outcomeOf({ summary, found }: Step): string {
  if (found === undefined) return summary ?? '';
  const { step } = words.value;
  return summary ? step.foundFor(found, summary) : step.found(found);
}

const isAboutDocuments = ({ name }: Step) => name === 'search_documents' || name === 'read_document';

/** All of it in one line: what was done with documents is one thing, "Searched 4 documents, read 6 pages". */
function summarise(steps: readonly Step[]): string {
  const { step: text } = words.value;
  const about = steps.filter((step) => isAboutDocuments(step) && step.status === 'done' && step.covered);
  const others = steps.filter((step) => !about.includes(step));
  const [first, ...more] = about.length > 0 ? [describeCoverage(about), ...others] : others;
  if (first === undefined) return '';
  const said = typeof first === 'string' ? first : describe(first);
  return more.length > 0 ? text.several(said, more.length) : said;
}

function describeCoverage(steps: readonly Step[]): string {
  const { step: text } = words.value;
  const searches = steps.flatMap(({ covered }) => (covered && covered.ofPages === undefined ? [covered] : []));
  const readings = steps.flatMap(({ covered }) => (covered?.ofPages === undefined ? [] : [covered]));
  const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
  const read = sum(readings.map(({ pages }) => pages));
  if (searches.length === 0) return text.pagesDone(read, sum(readings.map(({ ofPages }) => ofPages ?? 0)));
  // One search often finds the pages of another again.
  const found = Math.max(...searches.map(({ pages }) => pages));
  return text.documentsDone(Math.max(...searches.map(({ documents }) => documents)), found + read);
}

function describe(step: Step): string {
  const { step: text } = words.value;
  if (step.kind === 'approval') {
    const isNo = step.status === 'failed';
    if (step.asks === 'share') return isNo ? text.keptPrivate(step.name) : text.shared(step.name);
    return isNo ? text.refused(step.name) : text.allowed(step.name);
  }
  const what = step.status === 'running' ? describeRunning(step) : describeDone(step);
  return step.status === 'failed' ? text.failed(what) : what;
}

function describeRunning(step: Step): string {
  const { step: text } = words.value;
  const { kind, name, covered } = step;
  if (covered?.ofPages) return text.pagesRunning(Math.min(covered.pages + 1, covered.ofPages), covered.ofPages);
  if (isAboutDocuments(step)) return text.documentsRunning;
  return kind === 'search' ? text.searchRunning : kind === 'memory' ? text.memoryRunning : text.toolRunning(name);
}

function describeDone(step: Step): string {
  const { step: text } = words.value;
  if (step.covered) return describeCoverage([step]);
  if (isAboutDocuments(step)) return text.documentsRunning;
  if (step.kind === 'search') return text.searchDone;
  return step.kind === 'memory' ? text.memoryDone : text.toolDone(step.name);
}
