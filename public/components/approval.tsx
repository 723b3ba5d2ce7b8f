// A tool call that waits for the person who asked: what it would be called with, or what it found, and what to do about it.
import type { Step, Turn } from '../../src/protocol/models.ts';
import { words } from '../lib/i18n.ts';
import { decideStep, showStep } from '../state/message-actions.ts';
import type { OpenRoom } from '../state/open-room.ts';
import { Icon } from './icon.tsx';

interface ApprovalProps {
  room: OpenRoom;
  turn: Turn;
  step: Step;
  messageId: string;
}

export function Approval({ room, turn, step, messageId }: ApprovalProps) {
  const { answer } = words.value;
  const isShare = step.asks === 'share';
  const decide = (decision: 'once' | 'room' | 'no') => void decideStep(turn.id, messageId, step.id, decision);
  const button = (label: string, decision: 'once' | 'room' | 'no') => (
    <button class="btn sm" type="button" onClick={() => decide(decision)}>
      {label}
    </button>
  );
  return (
    <div class="note warn approval" role="alert">
      <Icon name="wrench" />
      <div class="grow">
        {isShare ? answer.shareText(step.name) : answer.approveText(step.name)}
        <Details args={step.args} />
        {!isShare && hasDetails(step) && (
          <p class="help">
            {step.isShown ? (
              answer.argsShown
            ) : (
              <button class="link" type="button" onClick={() => void showStep(turn.id, messageId, step.id)}>
                {answer.showArgs}
              </button>
            )}
          </p>
        )}
        <div class="acts">
          {button(isShare ? answer.share : answer.approve, 'once')}
          {!isShare && room.role.value === 'lead' && button(answer.approveRoom, 'room')}
          {button(isShare ? answer.keepPrivate : answer.decline, 'no')}
        </div>
      </div>
    </div>
  );
}

/** For everybody else: what it would be called with, once whoever decides has shown it. */
export function Watched({ turn, step }: Pick<ApprovalProps, 'turn' | 'step'>) {
  return (
    <div class="note quiet approval">
      <Icon name="wrench" />
      <div class="grow">
        {words.value.answer.watchText(step.name, turn.askedBy.name)}
        <Details args={step.args} />
      </div>
    </div>
  );
}

const hasDetails = ({ args }: Step): boolean => Object.keys(args ?? {}).length > 0;

/** Shown as text and nothing else: they were written by a model or by a stranger. */
function Details({ args }: Pick<Step, 'args'>) {
  const entries = Object.entries(args ?? {});
  if (entries.length === 0) return null;
  return (
    <dl class="args">
      {entries.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{typeof value === 'string' ? value : JSON.stringify(value)}</dd>
        </div>
      ))}
    </dl>
  );
}
