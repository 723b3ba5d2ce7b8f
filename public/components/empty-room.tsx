// A room without messages: the starts that work today, each a real action.
import { words } from '../lib/i18n.ts';
import type { OpenRoom } from '../state/open-room.ts';
import { send } from '../state/outbox.ts';
import { showDialog } from '../state/ui.ts';
import { FileChooser } from './attach.tsx';
import { Icon, type IconName } from './icon.tsx';
import { attachFiles } from './use-attachments.ts';

export function EmptyRoom({ room }: { room: OpenRoom }) {
  const { empty } = words.value;
  const isPersonal = room.room.value?.kind === 'personal';
  if (room.room.value?.archivedAt) {
    return (
      <li class="empty">
        <h2>{empty.archivedTitle}</h2>
        <p>{empty.archivedText}</p>
      </li>
    );
  }
  const canWrite = room.role.value !== 'viewer';
  const isLead = room.role.value === 'lead';
  const canAsk = canWrite && room.room.value?.assistant.trigger !== 'off';
  const ask = () => send(room.id, { text: empty.question, assistant: 'ask' });
  return (
    <li class="empty">
      <h2>{isPersonal ? empty.personalTitle : empty.title}</h2>
      <p>{isPersonal ? empty.personalText : empty.text}</p>
      <div class="starts">
        {canWrite && (
          <FileChooser onFiles={(files) => void attachFiles(room, files)}>
            {(open) => (
              <Start
                icon="file"
                title={isPersonal ? empty.personalUpload : empty.upload}
                help={empty.uploadHelp}
                onClick={open}
              />
            )}
          </FileChooser>
        )}
        {isLead && !isPersonal && (
          <Start
            icon="people"
            title={empty.invite}
            help={empty.inviteHelp}
            onClick={() => showDialog({ name: 'members' })}
          />
        )}
        {isLead && !room.room.value?.brief && (
          <Start
            icon="brief"
            title={isPersonal ? empty.personalBrief : empty.brief}
            help={isPersonal ? empty.personalBriefHelp : empty.briefHelp}
            onClick={() => showDialog({ name: 'settings', focus: 'brief' })}
          />
        )}
        {canAsk && (
          <Start icon="ask" title={empty.ask} help={isPersonal ? empty.personalAskHelp : empty.askHelp} onClick={ask} />
        )}
      </div>
    </li>
  );
}

interface StartProps {
  icon: IconName;
  title: string;
  help: string;
  onClick: () => void;
}

export function Start({ icon, title, help, onClick }: StartProps) {
  return (
    <button type="button" onClick={onClick}>
      <Icon name={icon} />
      <span>
        <b>{title}</b>
        <span>{help}</span>
      </span>
    </button>
  );
}
