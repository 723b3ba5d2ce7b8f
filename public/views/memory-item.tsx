// One thing that is remembered: its words, who said it and where, what can be done with it, and what became of it.
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Memory, MemoryVersion } from '../../src/protocol/memory-models.ts';
import { firstName } from '../components/answer.tsx';
import { MemoryFailure, MemoryForm, useMemoryAct } from '../components/memory-form.tsx';
import { MenuItem, Popover } from '../components/popover.tsx';
import { Replaces } from '../components/remember.tsx';
import { call } from '../lib/api.ts';
import { formatMoment } from '../lib/i18n.ts';
import { memoryWords } from '../lib/memory-words.ts';
import { messagePath } from '../lib/router.ts';
import { jumpToMessage } from '../state/jump.ts';
import { keepProposal, rejecting, rejectMemory } from '../state/memories.ts';
import type { OpenRoom } from '../state/open-room.ts';
import { closePanel } from '../state/panels.ts';
import { describeError } from '../state/sentences.ts';
import { me } from '../state/session.ts';
import { isPhone, showDialog } from '../state/ui.ts';

interface Rights {
  change: boolean;
  forget: boolean;
}

/** As the server has it; what it refuses all the same it says. */
function rightsOver(room: OpenRoom | undefined, memory: Memory): Rights {
  const isAdministrator = me.value?.role === 'admin';
  if (memory.scope === 'person') return { change: true, forget: true };
  if (memory.scope === 'tenant') return { change: isAdministrator, forget: isAdministrator };
  const isLead = room?.role.value === 'lead';
  return {
    change: room !== undefined && room.role.value !== 'viewer' && room.room.value?.archivedAt === undefined,
    forget: isLead || memory.source.authorId === me.value?.id,
  };
}

export function MemoryItem({ room, memory }: { room: OpenRoom | undefined; memory: Memory }) {
  const { memory: text } = memoryWords.value;
  const isEditing = useSignal(false);
  const isHistoryOpen = useSignal(false);
  const act = useMemoryAct(memory);
  const rights = rightsOver(room, memory);
  const isProposed = memory.status === 'proposed';
  if (rejecting.value.has(memory.id)) {
    return (
      <li class="row" data-memory={memory.id}>
        <span class="grow meta">{text.willForget}</span>
        <button class="link" type="button" onClick={() => keepProposal(memory.id)}>
          {text.undo}
        </button>
      </li>
    );
  }
  const edit = () => {
    isEditing.value = true;
  };
  const save = async (changed: string) => {
    const isSaved = await act.run({ text: changed, ...(isProposed ? { status: 'accepted' as const } : {}) });
    if (isSaved) isEditing.value = false;
  };
  return (
    <li data-memory={memory.id}>
      {isEditing.value ? (
        <MemoryForm
          text={memory.text}
          label={isProposed ? text.saveAndAccept : text.save}
          onSave={save}
          onCancel={() => {
            isEditing.value = false;
          }}
        />
      ) : (
        <div class="fact-head">
          <p class={memory.status === 'superseded' || memory.status === 'rejected' ? 'words past' : 'words'}>
            {memory.text}
          </p>
          <Actions memory={memory} rights={rights} act={act} onEdit={edit} isHistoryOpen={isHistoryOpen} />
        </div>
      )}
      <Provenance room={room} memory={memory} />
      <Replaces memory={memory} />
      {isProposed && rights.change && !isEditing.value && (
        <div class="acts">
          <button class="btn primary sm" type="button" onClick={() => act.run({ status: 'accepted' })}>
            {text.accept}
          </button>
          <button class="btn sm" type="button" onClick={edit}>
            {text.edit}
          </button>
          <button class="btn quiet sm" type="button" onClick={() => rejectMemory(memory)}>
            {text.reject}
          </button>
        </div>
      )}
      <MemoryFailure id={memory.id} />
      {isHistoryOpen.value && <History memory={memory} />}
    </li>
  );
}

interface ActionsProps {
  memory: Memory;
  rights: Rights;
  act: ReturnType<typeof useMemoryAct>;
  onEdit: () => void;
  isHistoryOpen: { value: boolean };
}

function Actions({ memory, rights, act, onEdit, isHistoryOpen }: ActionsProps) {
  const { memory: text, why } = memoryWords.value;
  const isAccepted = memory.status === 'accepted';
  return (
    <Popover icon="more" label={text.actionsFor(memory.text)}>
      {(close) => {
        const item = (
          icon: Parameters<typeof MenuItem>[0]['icon'],
          label: string,
          run: () => unknown,
          danger = false,
        ) => (
          <MenuItem
            icon={icon}
            danger={danger}
            onClick={() => {
              close();
              void run();
            }}
          >
            {label}
          </MenuItem>
        );
        return (
          <>
            {rights.change && isAccepted && item('edit', text.edit, onEdit)}
            {rights.change &&
              memory.status === 'rejected' &&
              item('check', text.acceptAfterAll, () => act.run({ status: 'accepted' }))}
            {rights.change &&
              isAccepted &&
              item(memory.used ? 'minus' : 'check', memory.used ? why.dontUse : why.useAgain, () =>
                act.run({ used: !memory.used }),
              )}
            {item('clock', isHistoryOpen.value ? text.hideHistory : text.history, () => {
              isHistoryOpen.value = !isHistoryOpen.value;
            })}
            {rights.forget && item('remove', text.forget, () => showDialog({ name: 'forget-memory', memory }), true)}
          </>
        );
      }}
    </Popover>
  );
}

/** Who said it and when; leads to the message, as long as it is there. */
function Provenance({ room, memory }: { room: OpenRoom | undefined; memory: Memory }) {
  const { memory: text, why } = memoryWords.value;
  const { source } = memory;
  const by = why.saidBy(firstName(source.authorName), formatMoment(source.saidAt));
  const isThere = source.messageId !== undefined && !source.deleted;
  const open = () => {
    if (isPhone()) closePanel();
    if (room && source.messageId) void jumpToMessage(room, source.messageId);
  };
  return (
    <p class="meta row wrap">
      {memory.status === 'proposed' && <span class="tag memory">{text.proposed}</span>}
      {isThere && source.roomId === room?.id ? (
        <button class="link" type="button" onClick={open}>
          {by}
        </button>
      ) : isThere && !room && source.roomId && source.messageId ? (
        <a class="link" href={messagePath(source.roomId, source.messageId)}>
          {by}
        </a>
      ) : (
        <span>{by}</span>
      )}
      {memory.origin === 'written' && <span>{text.origin.written}</span>}
      {memory.origin === 'program' && <span>{text.origin.program}</span>}
      {source.deleted && <span class="warn">{text.sourceDeleted}</span>}
      {source.edited && <span class="warn">{text.sourceEdited}</span>}
      {!memory.used && <span>{why.notUsed}</span>}
      {memory.decidedBy && memory.status === 'accepted' && (
        <span>{text.acceptedBy(firstName(memory.decidedBy.name))}</span>
      )}
      {memory.decidedBy && memory.status === 'rejected' && (
        <span>{text.rejectedBy(firstName(memory.decidedBy.name))}</span>
      )}
    </p>
  );
}

function History({ memory }: { memory: Memory }) {
  const { memory: text } = memoryWords.value;
  const versions = useSignal<readonly MemoryVersion[] | undefined>(undefined);
  const failure = useSignal<unknown>(undefined);
  useEffect(() => {
    const asking = new AbortController();
    call('memoryHistory', { params: { memoryId: memory.id }, signal: asking.signal })
      .then(({ items }) => {
        versions.value = items;
      })
      .catch((error: unknown) => {
        if (!asking.signal.aborted) failure.value = error;
      });
    return () => asking.abort();
  }, [memory.id, memory.updatedAt]);
  if (failure.value !== undefined) {
    return (
      <p class="meta bad" role="alert">
        {describeError(failure.value)}
      </p>
    );
  }
  return (
    <ol class="versions" aria-label={text.history}>
      {versions.value?.map((version) => (
        <li key={version.number}>
          <span class="meta">
            {text.changes[version.change]}
            {version.by ? ` · ${firstName(version.by.name)}` : ''} · {formatMoment(version.at)}
          </span>
          {(version.change === 'edited' || version.change === 'proposed' || version.number === 1) && (
            <p>{version.text}</p>
          )}
        </li>
      ))}
    </ol>
  );
}
