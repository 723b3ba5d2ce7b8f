// "People only" or "Ask ProjectWise", per message; what is chosen at first follows the room's trigger and the text.
import { ASSISTANT_NAME, QUOTED_LINE_PATTERN, type Trigger } from '../../src/protocol/names.ts';
import { words } from '../lib/i18n.ts';

export type Addressee = 'people' | 'ask' | 'decides';

const ASSISTANT_MENTION = new RegExp(`(^|[^\\p{L}\\p{N}_@./-])@${ASSISTANT_NAME}(?![\\p{L}\\p{N}_])`, 'iu');

const QUOTED_LINES = new RegExp(QUOTED_LINE_PATTERN, 'gm');

export const mentionsAssistant = (text: string) => ASSISTANT_MENTION.test(text.replace(QUOTED_LINES, ''));

/** What happens with a message when nothing is chosen. */
export function expectedAddressee(trigger: Trigger, namesAssistant: boolean): Addressee {
  if (trigger === 'always' || namesAssistant) return 'ask';
  return trigger === 'auto' ? 'decides' : 'people';
}

interface AddresseeChoiceProps {
  trigger: Trigger;
  value: Addressee;
  onChoose: (next: Addressee) => void;
  /** Chosen with the pointer: the writing goes on. With the keyboard the focus stays, so that one can go on choosing. */
  onDone: () => void;
}

export function AddresseeChoice({ trigger, value, onChoose, onDone }: AddresseeChoiceProps) {
  const { composer } = words.value;
  const labels: Record<Addressee, string> = {
    people: composer.peopleOnly,
    decides: composer.decides,
    ask: composer.ask,
  };
  const offered: Addressee[] = trigger === 'auto' ? ['people', 'decides', 'ask'] : ['people', 'ask'];
  return (
    <fieldset class="seg">
      <legend class="sr">{composer.who}</legend>
      {offered.map((one) => (
        <label key={one}>
          <input
            type="radio"
            name="addressee"
            checked={value === one}
            onChange={() => onChoose(one)}
            // The keys of a radio group click as well, at no place.
            onClick={(event) => event.detail > 0 && onDone()}
          />
          <span>{labels[one]}</span>
        </label>
      ))}
    </fieldset>
  );
}
