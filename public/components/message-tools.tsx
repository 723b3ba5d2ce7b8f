// The tools of the message under the pointer or the focus, and the same as a sheet for fingers.
import type { Message } from '../../src/protocol/models.ts';
import { words } from '../lib/i18n.ts';
import {
  askAgain,
  copyLink,
  copyMarkdown,
  copyMessage,
  pinMessage,
  type Rights,
  rightsOver,
} from '../state/message-actions.ts';
import type { OpenRoom } from '../state/open-room.ts';
import { me } from '../state/session.ts';
import { closeDialog, composerMode, showDialog } from '../state/ui.ts';
import { Dialog } from './dialog.tsx';
import { Icon, type IconName } from './icon.tsx';
import { MenuItem, Popover } from './popover.tsx';
import { ReactionChoices, ReactionPicker } from './reactions.tsx';

interface Action {
  icon: IconName;
  label: string;
  danger?: boolean;
  run: () => void;
}

export function startReply(message: Message): void {
  composerMode.value = { kind: 'reply', message };
  document.getElementById('composer')?.focus();
}

export function startEdit(message: Message): void {
  composerMode.value = { kind: 'edit', message };
  document.getElementById('composer')?.focus();
}

function actionsFor(message: Message, rights: Rights): Action[] {
  const text = words.value.actions;
  const actions: Action[] = [];
  if (message.text) {
    actions.push({ icon: 'copy', label: text.copyText, run: () => void copyMessage(message) });
    actions.push({ icon: 'hash', label: text.copyMarkdown, run: () => void copyMarkdown(message) });
  }
  if (message.status !== 'deleted') {
    actions.push({ icon: 'link', label: text.copyLink, run: () => void copyLink(message) });
  }
  if (message.text && rights.isWritten) {
    actions.push({ icon: 'forward', label: text.forward, run: () => showDialog({ name: 'forward', message }) });
  }
  if (rights.canWrite) {
    const isPinned = message.pinned !== undefined;
    const run = () => void pinMessage(message, !isPinned);
    actions.push({ icon: 'pin', label: isPinned ? text.unpin : text.pin, run });
  }
  if (rights.canAskAgain) actions.push({ icon: 'again', label: text.askAgain, run: () => void askAgain(message) });
  if (rights.canEdit) actions.push({ icon: 'edit', label: text.edit, run: () => startEdit(message) });
  if (rights.canDelete) {
    const run = () => showDialog({ name: 'delete-message', message });
    actions.push({ icon: 'remove', label: text.delete, danger: true, run });
  }
  return actions;
}

/** The letters of the list of shortcuts, where the reader may do what they stand for. */
export function actionOfKey(room: OpenRoom, message: Message, key: string, row: Element): (() => void) | undefined {
  const rights = rightsOver(room, message, me.peek()?.id ?? '');
  if (message.status === 'deleted') return undefined;
  if (key === 'l') return () => void copyLink(message);
  if (key === 'f' && message.text && rights.isWritten) return () => showDialog({ name: 'forward', message });
  if (key === 'e' && rights.canEdit) return () => startEdit(message);
  if (!rights.canWrite) return undefined;
  if (key === 'r') return () => startReply(message);
  if (key === 'p') return () => void pinMessage(message, message.pinned === undefined);
  if (key === '+') return () => row.querySelector<HTMLElement>('.tools [popovertarget]')?.click();
  return undefined;
}

export function MessageTools({ room, message }: { room: OpenRoom; message: Message }) {
  const rights = rightsOver(room, message, me.value?.id ?? '');
  const actions = actionsFor(message, rights);
  if (!rights.canWrite && actions.length === 0) return null;
  const { reply, label } = words.value.actions;
  return (
    <div class="tools" role="toolbar" aria-label={label}>
      {rights.canWrite && <ReactionPicker message={message} />}
      {rights.canWrite && (
        <button
          class="btn quiet icon sm"
          type="button"
          aria-label={reply}
          title={reply}
          onClick={() => startReply(message)}
        >
          <Icon name="reply" />
        </button>
      )}
      {actions.length > 0 && (
        <Popover icon="more" label={words.value.app.more}>
          {(close) =>
            actions.map((action) => (
              <MenuItem
                key={action.label}
                icon={action.icon}
                danger={action.danger ?? false}
                onClick={() => {
                  close();
                  action.run();
                }}
              >
                {action.label}
              </MenuItem>
            ))
          }
        </Popover>
      )}
    </div>
  );
}

/** Opened by a long press. */
export function MessageSheet({ room, message }: { room: OpenRoom; message: Message }) {
  const rights = rightsOver(room, message, me.value?.id ?? '');
  const actions = actionsFor(message, rights);
  const { reply, label } = words.value.actions;
  if (rights.canWrite) actions.unshift({ icon: 'reply', label: reply, run: () => startReply(message) });
  return (
    <Dialog title={label} onClose={closeDialog} class="sheet">
      {rights.canWrite && <ReactionChoices message={message} onDone={closeDialog} />}
      <div class="sheet-actions">
        {actions.map((action) => (
          <button
            key={action.label}
            class={action.danger ? 'menu-item danger' : 'menu-item'}
            type="button"
            onClick={() => {
              closeDialog();
              action.run();
            }}
          >
            <Icon name={action.icon} />
            {action.label}
          </button>
        ))}
      </div>
    </Dialog>
  );
}
