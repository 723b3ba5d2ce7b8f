// One tool of a server: what it does, who may use it in which room, and a way to try it.
import { useSignal } from '@preact/signals';
import { useId } from 'preact/hooks';
import type { ServerTool } from '../../src/protocol/mcp-models.ts';
import { TOOL_POLICIES, type ToolPolicy } from '../../src/protocol/names.ts';
import { call } from '../lib/api.ts';
import { desk } from '../lib/desk-words.ts';
import { rooms } from '../state/rooms.ts';
import { closeDialog } from '../state/ui.ts';
import { Alert, fieldText, useAction } from './field.tsx';
import { Icon } from './icon.tsx';
import { lazy } from './lazy.tsx';

const TryTool = lazy(async () => (await import('../views/try-tool-dialog.tsx')).TryToolDialog, closeDialog);

interface DeskToolProps {
  tool: ServerTool;
  isThere: boolean;
  onChange: (tool: ServerTool) => void;
}

type Chosen = ToolPolicy | 'default';

export function DeskTool({ tool, isThere, onChange }: DeskToolProps) {
  const text = desk.value;
  const id = useId();
  const isOpen = useSignal(false);
  const isTrying = useSignal(false);
  return (
    <li>
      <div class="tool-head">
        <button
          class="tool-name mono grow cut"
          type="button"
          aria-expanded={isOpen.value}
          aria-controls={id}
          onClick={() => {
            isOpen.value = !isOpen.value;
          }}
        >
          <Icon name={isOpen.value ? 'down' : 'right'} class="sm" />
          {tool.name}
        </button>
        <span class={`tag${tool.policy === 'ask' ? ' accent' : ''}`}>{text.policy(tool.policy)}</span>
      </div>
      <div id={id} hidden={!isOpen.value} class="tool-body">
        <p lang="en">{tool.description || text.noDescription}</p>
        <p class="meta">{tool.reads ? text.reads : text.writes}</p>
        {isOpen.value && <Rules tool={tool} onChange={onChange} />}
        <button
          class="btn sm"
          type="button"
          aria-disabled={!isThere}
          aria-label={text.of(text.tryTool, tool.name)}
          onClick={() => {
            isTrying.value = isThere;
          }}
        >
          <Icon name="wrench" class="sm" />
          {text.tryTool}
        </button>
      </div>
      {isTrying.value && (
        <TryTool
          tool={tool}
          onClose={() => {
            isTrying.value = false;
          }}
        />
      )}
    </li>
  );
}

function Rules({ tool, onChange }: Omit<DeskToolProps, 'isThere'>) {
  const text = desk.value;
  const action = useAction();
  const set = (policy: Chosen, roomId?: string) =>
    void action.run(async () => {
      const { server, name } = tool;
      const body = { server, tool: name, policy, ...(roomId === undefined ? {} : { roomId }) };
      onChange(await call('mcpSetPolicy', { body }));
    });
  return (
    <div class="rules">
      <Rule
        label={text.everywhere}
        value={tool.decidedBy === undefined ? 'default' : tool.policy}
        byDefault={text.byFile(tool.filePolicy)}
        note={tool.decidedBy === undefined ? undefined : text.decidedBy(tool.decidedBy)}
        onChoose={set}
      />
      {tool.rooms.map((rule) => (
        <Rule
          key={rule.roomId}
          label={text.inRoom(rule.roomName)}
          value={rule.policy}
          byDefault={text.asElsewhere}
          note={text.decidedBy(rule.decidedBy)}
          onChoose={(policy) => set(policy, rule.roomId)}
        />
      ))}
      <AnotherRoom tool={tool} onSet={set} />
      {tool.allowedIn.map((allowed) => (
        <p key={allowed.roomId} class="meta">
          {text.allowedIn(allowed.roomName, allowed.by)}
        </p>
      ))}
      {action.error && <Alert>{action.error}</Alert>}
    </div>
  );
}

interface RuleProps {
  label: string;
  value: Chosen;
  byDefault: string;
  note: string | undefined;
  onChoose: (policy: Chosen) => void;
}

function Rule({ label, value, byDefault, note, onChoose }: RuleProps) {
  const id = useId();
  return (
    <div>
      <label class="lbl" for={id}>
        {label}
      </label>
      <div class="field">
        <select id={id} value={value} onChange={(event) => onChoose(event.currentTarget.value as Chosen)}>
          <option value="default">{byDefault}</option>
          {TOOL_POLICIES.map((policy) => (
            <option key={policy} value={policy}>
              {desk.value.policy(policy)}
            </option>
          ))}
        </select>
      </div>
      {note && <p class="help">{note}</p>}
    </div>
  );
}

/** Of rooms that one is in: administrators are not told of others. */
function AnotherRoom({ tool, onSet }: { tool: ServerTool; onSet: (policy: Chosen, roomId: string) => void }) {
  const text = desk.value;
  const id = useId();
  const isOpen = useSignal(false);
  const others = (rooms.value ?? []).filter(
    (room) => room.kind === 'group' && !tool.rooms.some(({ roomId }) => roomId === room.id),
  );
  if (others.length === 0) return null;
  if (!isOpen.value) {
    return (
      <button
        class="link"
        type="button"
        onClick={() => {
          isOpen.value = true;
        }}
      >
        {text.addRoom}
      </button>
    );
  }
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    isOpen.value = false;
    onSet(fieldText(form, 'policy') as Chosen, fieldText(form, 'room'));
  };
  return (
    <form class="another-room" onSubmit={submit}>
      <div>
        <label class="lbl" for={`${id}-room`}>
          {text.chooseRoom}
        </label>
        <div class="field">
          <select id={`${id}-room`} name="room">
            {others.map((room) => (
              <option key={room.id} value={room.id}>
                {room.name}
              </option>
            ))}
          </select>
        </div>
      </div>
      <div>
        <label class="lbl" for={`${id}-policy`}>
          {text.rule}
        </label>
        <div class="field">
          <select id={`${id}-policy`} name="policy">
            {TOOL_POLICIES.map((policy) => (
              <option key={policy} value={policy}>
                {text.policy(policy)}
              </option>
            ))}
          </select>
        </div>
      </div>
      <button class="btn" type="submit">
        {text.setRule}
      </button>
    </form>
  );
}
