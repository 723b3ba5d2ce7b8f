// One part of what an answer was given: in a line what it is and what of it was cut, and on demand every piece of it.
import type { ComponentChildren } from 'preact';
import type { AnswerContext, ContextItem, ContextPart } from '../../src/protocol/context-models.ts';
import { firstName } from '../components/answer.tsx';
import { useAction } from '../components/field.tsx';
import { call } from '../lib/api.ts';
import { formatDate, formatMoment, formatNumber, words } from '../lib/i18n.ts';
import { memoryWords } from '../lib/memory-words.ts';
import { plainWords } from '../lib/plain-text.ts';
import { pagePath, roomPath } from '../lib/router.ts';
import { jumpToMessage } from '../state/jump.ts';
import { noteMemory } from '../state/memories.ts';
import type { OpenRoom } from '../state/open-room.ts';
import { openPageFromLink } from '../state/pages.ts';
import { closePanel } from '../state/panels.ts';
import { me } from '../state/session.ts';
import { isPhone } from '../state/ui.ts';

export function partName(part: ContextPart): string {
  const { part: names } = memoryWords.value.why;
  const count = part.items.length + (part.hidden ?? 0);
  switch (part.kind) {
    case 'memories':
    case 'messages':
    case 'documents':
      return names[part.kind](count);
    case 'tools':
      return names.tools(count, part.items.filter(({ calls }) => calls).length);
    case 'passages': {
      const documents = new Set(part.items.map(({ passage }) => passage?.documentId)).size;
      return count === 0 ? names.noPassages : names.passages(count, documents);
    }
    case 'question':
      return names.question(firstName(part.items[0]?.saidBy ?? ''));
    default:
      return names[part.kind];
  }
}

interface PartProps {
  room: OpenRoom;
  context: AnswerContext;
  part: ContextPart;
}

export function PartDetails({ room, context, part }: PartProps) {
  const { why } = memoryWords.value;
  return (
    <div class="sub">
      <Inside room={room} part={part} />
      {part.items.length === 1 && part.items[0]?.cutTokens && part.kind !== 'passages' ? (
        <p class="cut-note">{why.cut(formatNumber(part.items[0].cutTokens))}</p>
      ) : null}
      <LeftOut context={context} part={part} />
      {part.hidden ? <p>{why.hidden(part.hidden)}</p> : null}
    </div>
  );
}

function Inside({ room, part }: Omit<PartProps, 'context'>) {
  const { why } = memoryWords.value;
  const [first] = part.items;
  switch (part.kind) {
    case 'rules':
    case 'persona':
      return (
        <>
          <p>{why.rulesHelp}</p>
          <Texts items={part.items} />
        </>
      );
    case 'brief':
    case 'summary':
      return <Texts items={part.items} />;
    case 'passages':
      return <Passages room={room} items={part.items} />;
    case 'messages':
      return (
        <>
          {first?.saidAt && <p>{why.from(formatMoment(first.saidAt))}</p>}
          <Fold label={why.showAll(part.items.length)} isNeeded={part.items.length > 0}>
            <ul class="given">
              {part.items.map((item) => (
                <li key={item.ref}>
                  <Said room={room} item={item} messageId={item.ref} />
                </li>
              ))}
            </ul>
          </Fold>
        </>
      );
    case 'tools':
      return <Tools items={part.items} />;
    case 'documents':
      return <p>{part.items.map((item) => item.text ?? why.deleted).join(', ')}</p>;
    case 'memories':
      return (
        <ul class="given">
          {part.items.map((item) => (
            <li key={item.ref}>
              <Said room={room} item={item} messageId={item.memory?.messageId}>
                <UseAgain room={room} item={item} />
              </Said>
            </li>
          ))}
        </ul>
      );
    default:
      return first ? <p>{first.text === undefined ? <State item={first} /> : `“${plainWords(first.text)}”`}</p> : null;
  }
}

/** Shorter texts are shown without being asked for. */
const SHORT_UNITS = 200;

/** Only what is there can be unfolded; what has changed says so at once. */
function Texts({ items }: { items: readonly ContextItem[] }) {
  const { why } = memoryWords.value;
  const texts = items.flatMap(({ text }) => text ?? []);
  const gone = items.find(({ text }) => text === undefined);
  const isShort = texts.join('').length <= SHORT_UNITS;
  return (
    <>
      {gone && (
        <p>
          <State item={gone} />
        </p>
      )}
      {isShort ? (
        <Words texts={texts} />
      ) : (
        <Fold label={why.showText} isNeeded={texts.length > 0}>
          <Words texts={texts} />
        </Fold>
      )}
    </>
  );
}

const Words = ({ texts }: { texts: readonly string[] }) => (
  <>
    {texts.map((text) => (
      <p key={text} class="given-text">
        {text}
      </p>
    ))}
  </>
);

function Fold({ label, isNeeded, children }: { label: string; isNeeded: boolean; children: ComponentChildren }) {
  if (!isNeeded) return null;
  return (
    <details>
      <summary>{label}</summary>
      {children}
    </details>
  );
}

/** Whose words they are, leading to where they were said, and what became of them. */
function Said({
  room,
  item,
  messageId,
  children,
}: {
  room: OpenRoom;
  item: ContextItem;
  messageId: string | undefined;
  children?: ComponentChildren;
}) {
  const { why } = memoryWords.value;
  const by = item.saidBy && why.saidBy(firstName(item.saidBy), item.saidAt ? formatMoment(item.saidAt) : '');
  const open = () => {
    if (isPhone()) closePanel();
    if (messageId) void jumpToMessage(room, messageId);
  };
  return (
    <>
      {item.text !== undefined && <p class="given-words">{plainWords(item.text)}</p>}
      <p class="row wrap">
        {by &&
          (messageId && item.state !== 'deleted' ? (
            <button class="link" type="button" onClick={open}>
              {by}
            </button>
          ) : (
            <span>{by}</span>
          ))}
        <State item={item} />
        {children}
      </p>
    </>
  );
}

/** Whether later answers are given it too. */
function UseAgain({ room, item }: { room: OpenRoom; item: ContextItem }) {
  const { why } = memoryWords.value;
  const action = useAction();
  if (!item.memory) return null;
  const mayChange =
    item.memory.scope === 'person' ||
    (item.memory.scope === 'tenant' ? me.value?.role === 'admin' : room.role.value !== 'viewer');
  const { isUsed } = item.memory;
  const change = () =>
    action.run(async () => {
      noteMemory(await call('updateMemory', { params: { memoryId: item.ref }, body: { used: !isUsed } }));
    });
  return (
    <>
      {!isUsed && <span class="gone-note">{why.notUsed}</span>}
      {mayChange && (
        <button class="link" type="button" onClick={change}>
          {isUsed ? why.dontUse : why.useAgain}
        </button>
      )}
      {action.error && <span role="alert">{action.error}</span>}
    </>
  );
}

function State({ item }: { item: ContextItem }) {
  const { why } = memoryWords.value;
  if (item.state === 'forgotten') {
    return <span class="gone-note">{item.stateAt ? why.forgotten(formatDate(item.stateAt)) : why.forgottenSince}</span>;
  }
  if (item.state === 'deleted') return <span class="gone-note">{why.deleted}</span>;
  if (item.state === 'changed') return <span class="gone-note">{why.changed}</span>;
  return null;
}

/** Those that the answer cites first, as they stand in its sources; the others are unfolded. */
function Passages({ room, items }: { room: OpenRoom; items: readonly ContextItem[] }) {
  const { why } = memoryWords.value;
  const cited = items.filter(({ passage }) => passage?.cited);
  const others = items.filter(({ passage }) => !passage?.cited);
  return (
    <>
      {cited.map((item) => (
        <PassageQuote key={item.ref} room={room} item={item} />
      ))}
      <Fold
        label={cited.length > 0 ? why.notCited(others.length) : why.showAll(others.length)}
        isNeeded={others.length > 0}
      >
        {others.map((item) => (
          <PassageQuote key={item.ref} room={room} item={item} />
        ))}
      </Fold>
    </>
  );
}

function PassageQuote({ room, item }: { room: OpenRoom; item: ContextItem }) {
  const { why } = memoryWords.value;
  const { answer } = words.value;
  const { passage } = item;
  if (!passage) return null;
  const page = { documentId: passage.documentId, page: passage.page };
  const place = `${passage.documentName} ${answer.page(passage.page)}`;
  return (
    <div class="given-passage">
      <span class={item.state === 'deleted' ? 'cite gone' : 'cite'} aria-hidden="true">
        {passage.marker.replace(/[[\]]/g, '')}
      </span>
      <div>
        {item.text !== undefined && <q>{plainWords(item.text)}</q>}
        <p class="row wrap">
          {item.state === 'deleted' ? (
            <span>{place}</span>
          ) : (
            <a class="link" href={pagePath(page, roomPath(room.id))} onClick={(event) => openPageFromLink(event, page)}>
              {place}
            </a>
          )}
          <State item={item} />
        </p>
        {item.cutTokens ? <p class="cut-note">{why.cut(formatNumber(item.cutTokens))}</p> : null}
      </div>
    </div>
  );
}

function Tools({ items }: { items: readonly ContextItem[] }) {
  const { why } = memoryWords.value;
  const used = items.filter(({ calls }) => calls);
  return (
    <>
      {used.map(({ ref, calls }) => (
        <p key={ref}>
          <code>{ref}</code> {why.calls(calls ?? 0)}
        </p>
      ))}
      <Fold label={why.showAll(items.length)} isNeeded={items.length > used.length}>
        <p class="tool-names">
          {items.map(({ ref }) => (
            <code key={ref}>{ref}</code>
          ))}
        </p>
      </Fold>
    </>
  );
}

/** How much of this part was not given, and why. */
function LeftOut({ context, part }: Omit<PartProps, 'room'>) {
  const { why } = memoryWords.value;
  if (!part.leftOut) return null;
  const { count, reason } = part.leftOut;
  const isSummarised = context.parts.some(({ kind }) => kind === 'summary');
  if (part.kind === 'messages') {
    return <p class="cut-note">{(reason === 'window' ? why.tooFarBack : why.older)(count, isSummarised)}</p>;
  }
  const { passages, documents, memories, other } = why.noShare;
  const says = { passages, documents, memories }[part.kind as 'passages'] ?? other;
  return <p class="cut-note">{says(count)}</p>;
}
