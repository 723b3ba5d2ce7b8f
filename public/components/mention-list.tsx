// Completing an @ inside the composer, so that the list never covers the answer.
import { useSignal } from '@preact/signals';
import type { Document } from '../../src/protocol/document-models.ts';
import { ASSISTANT_ID, ASSISTANT_NAME } from '../../src/protocol/names.ts';
import { words } from '../lib/i18n.ts';
import { LIBRARY, shelfOf } from '../state/documents.ts';
import type { OpenRoom } from '../state/open-room.ts';
import { refer } from '../state/references.ts';
import { me } from '../state/session.ts';
import { Avatar } from './avatar.tsx';
import { documentIcon } from './document-face.ts';
import { Icon, Mark } from './icon.tsx';

interface Candidate {
  id: string;
  name: string;
  handle: string;
  /** It goes along with the message instead of being called. */
  document?: Document;
}

const MOST_SHOWN = 5;
const BEFORE_CARET = /(^|[^\p{L}\p{N}_@./-])@([\p{L}\p{N}._-]{0,60})$/u;

export interface MentionCompletion {
  isOpen: boolean;
  candidates: readonly Candidate[];
  active: number;
  activeId: string | undefined;
  update(): void;
  /** Puts an @ where the caret is and opens the list. */
  begin(): void;
  choose(candidate: Candidate): void;
  /** @returns whether the key was meant for the list */
  handleKey(event: KeyboardEvent): boolean;
}

export function useMentionCompletion(
  room: OpenRoom,
  field: { current: HTMLTextAreaElement | null },
): MentionCompletion {
  const query = useSignal<string | undefined>(undefined);
  const active = useSignal(0);
  const wanted = query.value;
  const candidates = wanted === undefined ? [] : findCandidates(room, wanted);
  const isOpen = candidates.length > 0;
  const current = Math.min(active.value, candidates.length - 1);

  const update = () => {
    const element = field.current;
    if (!element) return;
    const caret = element.selectionStart;
    const before = element.value.slice(Math.max(0, caret - 80), caret);
    const next = element.selectionEnd === caret ? BEFORE_CARET.exec(before)?.[2] : undefined;
    if (next !== query.peek()) active.value = 0;
    query.value = next;
  };
  const replaceBeforeCaret = (length: number, text: string) => {
    const element = field.current;
    if (!element) return;
    element.focus();
    element.setRangeText(text, element.selectionStart - length, element.selectionStart, 'end');
    element.dispatchEvent(new InputEvent('input', { bubbles: true }));
  };
  const choose = ({ handle, document }: Candidate) => {
    replaceBeforeCaret((query.peek()?.length ?? 0) + 1, `${document ? '' : '@'}${handle} `);
    if (document) refer(room.id, document);
    query.value = undefined;
  };
  return {
    isOpen,
    candidates,
    active: current,
    activeId: candidates[current] && `mention-${candidates[current].id}`,
    update,
    begin() {
      const element = field.current;
      const before = element?.value.slice(0, element.selectionStart) ?? '';
      if (query.peek() === undefined) replaceBeforeCaret(0, /(^|\s)$/.test(before) ? '@' : ' @');
      else element?.focus();
    },
    choose,
    handleKey(event) {
      if (!isOpen) return false;
      const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
      const picked = candidates[current];
      if (step !== 0 && !event.altKey) active.value = (current + step + candidates.length) % candidates.length;
      else if ((event.key === 'Tab' || event.key === 'Enter') && !event.shiftKey && picked) choose(picked);
      else if (event.key === 'Escape') query.value = undefined;
      else return false;
      event.preventDefault();
      event.stopPropagation();
      return true;
    },
  };
}

function findCandidates(room: OpenRoom, query: string): Candidate[] {
  const assistant =
    room.room.value?.assistant.trigger === 'off'
      ? []
      : [{ id: ASSISTANT_ID, name: ASSISTANT_NAME, handle: ASSISTANT_NAME }];
  const people = room.members.value
    .filter((member) => member.handle && member.userId !== me.value?.id)
    .map((member) => ({ id: member.userId, name: member.name, handle: member.handle ?? '' }));
  const documents = [room.id, LIBRARY].flatMap((place) =>
    (shelfOf(place).items.value ?? []).map((one) => ({ id: one.id, name: one.name, handle: one.name, document: one })),
  );
  const text = query.toLowerCase();
  const rank = ({ name, handle }: Candidate) => {
    const words = [handle, name, ...name.split(/[\s_-]+/)].map((word) => word.toLowerCase());
    if (words.some((word) => word.startsWith(text))) return 0;
    return words.some((word) => word.includes(text)) ? 1 : 2;
  };
  return [...assistant, ...people, ...documents]
    .map((candidate) => ({ candidate, rank: rank(candidate) }))
    .filter((one) => one.rank < 2)
    .sort((a, b) => a.rank - b.rank)
    .slice(0, MOST_SHOWN)
    .map((one) => one.candidate);
}

function CandidateFace({ candidate: { id, name, document } }: { candidate: Candidate }) {
  if (document) return <Icon name={documentIcon(document)} />;
  return id === ASSISTANT_ID ? <Mark /> : <Avatar userId={id} name={name} small />;
}

export function MentionList({ completion }: { completion: MentionCompletion }) {
  if (!completion.isOpen) return null;
  return (
    <div class="hint">
      <div role="listbox" id="mentions" aria-label={words.value.composer.mentionList}>
        {completion.candidates.map((candidate, place) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the field holds the focus and handles the keys of its list
          // biome-ignore lint/a11y/useFocusableInteractive: as above; the active option is told by aria-activedescendant
          <div
            key={candidate.id}
            role="option"
            id={`mention-${candidate.id}`}
            aria-selected={place === completion.active}
            onPointerDown={(event) => event.preventDefault()}
            onClick={() => completion.choose(candidate)}
          >
            <CandidateFace candidate={candidate} />
            <span class="cut">{candidate.name}</span>
          </div>
        ))}
      </div>
      <kbd>Tab</kbd>
    </div>
  );
}
