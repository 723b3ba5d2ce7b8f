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

const Palette = lazy(async () => (await import('./palette.tsx')).Palette, closeDialog);
const ShortcutsDialog = lazy(async () => (await import('./shortcuts-dialog.tsx')).ShortcutsDialog, closeDialog);
const ForwardDialog = lazy(async () => (await import('./forward-dialog.tsx')).ForwardDialog, closeDialog);
const NotifyDialog = lazy(async () => (await import('./notify-dialog.tsx')).NotifyDialog, closeDialog);

const DocumentDetailsDialog = lazy(
  async () => (await import('./document-details-dialog.tsx')).DocumentDetailsDialog,
  closeDialog,
);
const UploadDetailsDialog = lazy(
  async () => (await import('./document-details-dialog.tsx')).UploadDetailsDialog,
  closeDialog,
);
const DeleteDocumentDialog = lazy(
  async () => (await import('./delete-document-dialog.tsx')).DeleteDocumentDialog,
  closeDialog,
);

const DiagramDialog = lazy(async () => (await import('./diagram-dialog.tsx')).DiagramDialog, closeDialog);

const ForgetMemoryDialog = lazy(
  async () => (await import('./forget-memory-dialog.tsx')).ForgetMemoryDialog,
  closeDialog,
);

export function Dialogs() {
  const open = dialog.value;
  const room = openRoom.value;
  if (!open) return null;
  if (open.name === 'palette') return <Palette />;
  if (open.name === 'shortcuts') return <ShortcutsDialog />;
  if (open.name === 'new-room') return <NewRoomDialog />;
  if (open.name === 'profile') return <ProfileDialog />;
  if (open.name === 'document-details') return <DocumentDetailsDialog document={open.document} />;
  if (open.name === 'upload-details') return <UploadDetailsDialog upload={open.upload} />;
  if (open.name === 'forget-memory') return <ForgetMemoryDialog memory={open.memory} />;
  if (open.name === 'delete-document') return <DeleteDocumentDialog document={open.document} />;
  if (open.name === 'diagram') return <DiagramDialog address={open.address} label={open.label} width={open.width} />;
  if (!room) return null;
  switch (open.name) {
    case 'settings':
      return <SettingsDialog room={room} focus={open.focus} />;
    case 'members':
      return <MembersDialog room={room} />;
    case 'notify':
      return <NotifyDialog room={room} />;
    case 'forward':
      return <ForwardDialog message={open.message} />;
    case 'delete-message':
      return <DeleteMessageDialog message={open.message} />;
    case 'message-actions':
      return <MessageSheet room={room} message={open.message} />;
  }
}
