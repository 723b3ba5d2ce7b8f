// Who is in the room, with which role; adding by email; invite links.
import { useSignal } from '@preact/signals';
import { useEffect, useId } from 'preact/hooks';
import type { Invite, InviteListItem, Member } from '../../src/protocol/models.ts';
import { ROOM_ROLES, type RoomRole } from '../../src/protocol/names.ts';
import { Avatar } from '../components/avatar.tsx';
import { CopyButton } from '../components/copy-button.tsx';
import { Dialog } from '../components/dialog.tsx';
import { Alert, Field, fieldText, useAction } from '../components/field.tsx';
import { Icon } from '../components/icon.tsx';
import { call } from '../lib/api.ts';
import { ApiError } from '../lib/api-error.ts';
import { formatMoment, words } from '../lib/i18n.ts';
import { copyText } from '../state/message-actions.ts';
import type { OpenRoom } from '../state/open-room.ts';
import { describeError } from '../state/sentences.ts';
import { me } from '../state/session.ts';
import { closeDialog } from '../state/ui.ts';

export function MembersDialog({ room }: { room: OpenRoom }) {
  const { members: text } = words.value;
  const isLead = room.role.value === 'lead' && !room.room.value?.archivedAt;
  return (
    <Dialog title={text.title(room.room.value?.name ?? '')} onClose={closeDialog} class="wide">
      {isLead ? <AddMember room={room} /> : <p class="help">{text.onlyLead}</p>}
      <MemberList room={room} isLead={isLead} />
      {isLead && <InviteLinks room={room} />}
    </Dialog>
  );
}

function RoleSelect({ id, label, value, onChange }: RoleSelectProps) {
  const { roles, roleHelp } = words.value.members;
  return (
    <div class="field role">
      <select
        id={id}
        name="role"
        aria-label={label}
        value={value}
        onChange={(event) => onChange?.(event.currentTarget.value as RoomRole)}
      >
        {ROOM_ROLES.map((role) => (
          <option key={role} value={role} title={roleHelp[role]}>
            {roles[role]}
          </option>
        ))}
      </select>
    </div>
  );
}

interface RoleSelectProps {
  id?: string;
  label: string;
  value: RoomRole;
  onChange?: (role: RoomRole) => void;
}

function AddMember({ room }: { room: OpenRoom }) {
  const { members: text, start } = words.value;
  const action = useAction();
  const emailError = useSignal<string | undefined>(undefined);
  const role = useSignal<RoomRole>('member');
  const isUnknown = action.failure instanceof ApiError && action.failure.code === 'not_found';
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const email = fieldText(form, 'email');
    emailError.value = email.includes('@') ? undefined : start.errors.email;
    if (emailError.value) return;
    const body = { email, role: role.peek() };
    if (await action.run(() => call('addMember', { params: { roomId: room.id }, body }))) form.reset();
  };
  return (
    <form class="add-member" noValidate onSubmit={submit}>
      <Field
        label={text.add}
        name="email"
        type="email"
        placeholder={text.emailPlaceholder}
        error={emailError.value ?? (isUnknown ? text.notFound : action.error)}
        help={text.addHelp}
        onInput={action.clear}
      />
      <RoleSelect
        label={text.role}
        value={role.value}
        onChange={(next) => {
          role.value = next;
        }}
      />
      <button class="btn" type="submit" aria-disabled={action.isBusy}>
        {text.addButton}
      </button>
    </form>
  );
}

const ROLE_ORDER: Record<RoomRole, number> = { lead: 0, member: 1, viewer: 2 };

function MemberList({ room, isLead }: { room: OpenRoom; isLead: boolean }) {
  const sorted = room.members.value.toSorted(
    (a, b) => ROLE_ORDER[a.role] - ROLE_ORDER[b.role] || a.name.localeCompare(b.name),
  );
  return (
    <ul class="people">
      {sorted.map((member) => (
        <MemberRow key={member.userId} room={room} member={member} isLead={isLead} />
      ))}
    </ul>
  );
}

function MemberRow({ room, member, isLead }: { room: OpenRoom; member: Member; isLead: boolean }) {
  const { members: text, app } = words.value;
  const action = useAction();
  const isAsked = useSignal(false);
  const isMe = member.userId === me.value?.id;
  const params = { roomId: room.id, userId: member.userId };
  return (
    <li>
      <Avatar userId={member.userId} name={member.name} presence={member.presence} />
      <span class="grow">
        <b class="cut">{member.name}</b> {isMe && <span class="meta">({text.you})</span>}
        <span class="meta block">
          {member.handle && `@${member.handle}, `}
          {text.presence[member.presence ?? 'offline']}
        </span>
        {action.error && (
          <span class="bad" role="alert">
            {action.error}
          </span>
        )}
      </span>
      {isAsked.value ? (
        <span class="row">
          <span class="sr" role="alert">
            {text.removeTitle(member.name)} {text.removeText}
          </span>
          <button
            class="btn sm danger solid"
            type="button"
            onClick={() => action.run(() => call('removeMember', { params }))}
          >
            {text.remove}
          </button>
          <button
            class="btn sm quiet"
            type="button"
            onClick={() => {
              isAsked.value = false;
            }}
          >
            {app.cancel}
          </button>
        </span>
      ) : isLead ? (
        <span class="row">
          <RoleSelect
            label={text.roleOf(member.name)}
            value={member.role}
            onChange={(role) => action.run(() => call('updateMember', { params, body: { role } }))}
          />
          {!isMe && (
            <button
              class="btn quiet icon sm"
              type="button"
              aria-label={text.removeName(member.name)}
              title={text.removeName(member.name)}
              onClick={() => {
                isAsked.value = true;
              }}
            >
              <Icon name="close" />
            </button>
          )}
        </span>
      ) : (
        <span class="tag">{text.roles[member.role]}</span>
      )}
    </li>
  );
}

function InviteLinks({ room }: { room: OpenRoom }) {
  const { members: text, app } = words.value;
  const links = useSignal<readonly InviteListItem[] | undefined>(undefined);
  const loadFailure = useSignal<unknown>(undefined);
  const fresh = useSignal<Invite | undefined>(undefined);
  const role = useSignal<RoomRole>('member');
  const action = useAction();
  const roleId = useId();
  const params = { roomId: room.id };
  const load = async () => {
    try {
      links.value = (await call('listInvites', { params })).items;
      loadFailure.value = undefined;
    } catch (error) {
      loadFailure.value = error;
    }
  };
  useEffect(() => {
    void load();
  }, [room.id]);
  const create = () =>
    action.run(async () => {
      fresh.value = await call('createInvite', { params, body: { role: role.peek() } });
      await load();
    });
  const withdraw = (inviteId: string) =>
    action.run(async () => {
      await call('revokeInvite', { params: { ...params, inviteId } });
      if (fresh.peek()?.id === inviteId) fresh.value = undefined;
      await load();
    });
  return (
    <section class="links" aria-label={text.linkTitle}>
      <div class="row">
        <h3 class="grow">{text.linkTitle}</h3>
        <label class="sr" for={roleId}>
          {text.role}
        </label>
        <RoleSelect
          id={roleId}
          label={text.role}
          value={role.value}
          onChange={(next) => {
            role.value = next;
          }}
        />
        <button class="btn" type="button" aria-disabled={action.isBusy} onClick={create}>
          <Icon name="link" />
          {text.createLink}
        </button>
      </div>
      {fresh.value && <FreshLink invite={fresh.value} />}
      {action.error && <Alert>{action.error}</Alert>}
      {loadFailure.value !== undefined && (
        <p class="help bad">
          {text.loadFailed} {describeError(loadFailure.value)}{' '}
          <button class="link" type="button" onClick={load}>
            {app.tryAgain}
          </button>
        </p>
      )}
      {links.value?.length === 0 && <p class="help">{text.noLinks}</p>}
      <ul class="people">
        {links.value?.map((link) => {
          const ends = formatMoment(link.expiresAt);
          return (
            <li key={link.id}>
              <Icon name="link" />
              <span class="grow">
                <b>{text.linkFor[link.role]}</b>
                <span class="meta block">{text.linkEnds(ends, link.maxUses - link.uses, link.maxUses)}</span>
              </span>
              <button
                class="btn quiet sm"
                type="button"
                aria-label={text.withdrawLink(text.linkFor[link.role], ends)}
                onClick={() => withdraw(link.id)}
              >
                {text.withdraw}
              </button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

/** Shown once: the server keeps only a hash of the code. */
function FreshLink({ invite }: { invite: Invite }) {
  const { members: text } = words.value;
  // The server may not know under which address people reach it; this page does.
  const address = `${location.origin}/invite/${invite.code}`;
  return (
    <div class="fresh-link" role="status">
      <div class="row">
        <label class="field grow">
          <span class="sr">{text.linkField}</span>
          <input readOnly value={address} onFocus={(event) => event.currentTarget.select()} />
        </label>
        <CopyButton class="btn primary" label={text.copyLink} onCopy={() => copyText(address)} />
      </div>
      <p class="help">{text.linkOnce}</p>
    </div>
  );
}
