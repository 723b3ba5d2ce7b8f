// The one open dialog; each loads on first use.
import { lazy } from '../components/lazy.tsx';
import { MessageSheet } from '../components/message-tools.tsx';
import { openRoom } from '../state/app.ts';
import { closeDialog, dialog } from '../state/ui.ts';
import { DeleteMessageDialog } from './delete-message-dialog.tsx';

const NewRoomDialog = lazy(async () => (await import('./new-room-dialog.tsx')).NewRoomDialog, closeDialog);
const SettingsDialog = lazy(async () => (await import('./settings-dialog.tsx')).SettingsDialog, closeDialog);
const MembersDialog = lazy(async () => (await import('./members-dialog.tsx')).MembersDialog, closeDialog);
const ProfileDialog = lazy(async () => (await import('./profile-dialog.tsx')).ProfileDialog, closeDialog);

export function Dialogs() {
  const open = dialog.value;
  const room = openRoom.value;
  if (!open) return null;
  if (open.name === 'new-room') return <NewRoomDialog />;
  if (open.name === 'profile') return <ProfileDialog />;
  if (!room) return null;
  switch (open.name) {
    case 'settings':
      return <SettingsDialog room={room} focus={open.focus} />;
    case 'members':
      return <MembersDialog room={room} />;
    case 'delete-message':
      return <DeleteMessageDialog message={open.message} />;
    case 'message-actions':
      return <MessageSheet room={room} message={open.message} />;
  }
}
