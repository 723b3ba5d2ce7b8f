// Who is in the room, with which role; adding by email; invite links.
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
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
import { isThisComputer } from '../lib/loopback.ts';
import { moreWords } from '../lib/more-words.ts';
import { copyText } from '../state/message-actions.ts';
import type { OpenRoom } from '../state/open-room.ts';
import { describeError } from '../state/sentences.ts';
import { me } from '../state/session.ts';
import { closeDialog } from '../state/ui.ts';

export function MembersDialog({ room }: { room: OpenRoom }) {
  const { members: text } = moreWords.value;
  const isLead = room.role.value === 'lead' && !room.room.value?.archivedAt;
  const invites = useInvites(room, isLead);
  return (
    <Dialog title={text.title(room.room.value?.name ?? '')} onClose={closeDialog} class="wide">
      {isLead ? <AddMember room={room} /> : <p class="help">{text.onlyLead}</p>}
      <RoleMeanings />
      <MemberList room={room} isLead={isLead} invites={invites} />
      {isLead && <InviteLinks room={room} invites={invites} />}
    </Dialog>
  );
}

/** What each role may do, for all the places below and above where one is chosen. */
function RoleMeanings() {
  const { roles, roleHelp } = moreWords.value.members;
  return (
    <ul id={ROLE_MEANINGS} class="help role-meanings">
      {ROOM_ROLES.map((role) => (
        <li key={role}>
          <b>{roles[role]}:</b> {roleHelp[role]}
        </li>
      ))}
    </ul>
  );
}

const ROLE_MEANINGS = 'role-meanings';

/** The open invite links of a room; nothing is loaded for those who may not see them. */
function useInvites(room: OpenRoom, isLead: boolean) {
  const links = useSignal<readonly InviteListItem[] | undefined>(undefined);
  const failure = useSignal<unknown>(undefined);
  const params = { roomId: room.id };
  const load = async () => {
    try {
      links.value = (await call('listInvites', { params })).items;
      failure.value = undefined;
    } catch (error) {
      failure.value = error;
    }
  };
  useEffect(() => {
    if (isLead) void load();
  }, [room.id, isLead]);
  return {
    links: links.value ?? [],
    isLoaded: links.value !== undefined,
    failure: failure.value,
    load,
    /** @throws ApiError */
    async withdraw(inviteIds: readonly string[]): Promise<void> {
      for (const inviteId of inviteIds) await call('revokeInvite', { params: { ...params, inviteId } });
      await load();
    },
  };
}

type Invites = ReturnType<typeof useInvites>;

function RoleSelect({ label, value, onChange }: RoleSelectProps) {
  const { roles } = moreWords.value.members;
  return (
    <div class="field role">
      <select
        name="role"
        aria-label={label}
        aria-describedby={ROLE_MEANINGS}
        value={value}
        onChange={(event) => onChange?.(event.currentTarget.value as RoomRole)}
      >
        {ROOM_ROLES.map((role) => (
          <option key={role} value={role}>
            {roles[role]}
          </option>
        ))}
      </select>
    </div>
  );
}

interface RoleSelectProps {
  label: string;
  value: RoomRole;
  onChange?: (role: RoomRole) => void;
}

function AddMember({ room }: { room: OpenRoom }) {
  const { members: text } = moreWords.value;
  const { start } = words.value;
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

interface MemberListProps {
  room: OpenRoom;
  isLead: boolean;
  invites: Invites;
}

function MemberList({ room, isLead, invites }: MemberListProps) {
  /** By the role each had at first, so that no row moves away from the hand that changes it. */
  const ranks = useRef(new Map<string, number>()).current;
  for (const { userId, role } of room.members.value) if (!ranks.has(userId)) ranks.set(userId, ROLE_ORDER[role]);
  const rank = (member: Member) => ranks.get(member.userId) ?? 0;
  const sorted = room.members.value.toSorted((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
  return (
    <ul class="people">
      {sorted.map((member) => (
        <MemberRow key={member.userId} room={room} member={member} isLead={isLead} invites={invites} />
      ))}
    </ul>
  );
}

function MemberRow({ room, member, isLead, invites }: MemberListProps & { member: Member }) {
  const { members: text } = moreWords.value;
  const { app } = words.value;
  const action = useAction();
  const isAsked = useSignal(false);
  const isSaved = useSignal(false);
  const isMe = member.userId === me.value?.id;
  const params = { roomId: room.id, userId: member.userId };
  const changeRole = async (role: RoomRole) => {
    isSaved.value = false;
    isSaved.value = await action.run(() => call('updateMember', { params, body: { role } }));
  };
  return (
    <li>
      <Avatar userId={member.userId} name={member.name} presence={member.presence} />
      <span class="grow">
        <b class="cut">{member.name}</b> {isMe && <span class="meta">({text.you})</span>}
        <span class="meta block">
          {member.handle && `@${member.handle}, `}
          {text.presence[member.presence ?? 'offline']}
        </span>
        {action.error && !isAsked.value && (
          <span class="bad" role="alert">
            {action.error}
          </span>
        )}
      </span>
      {isLead && (
        <span class="meta" role="status">
          {isSaved.value && app.saved}
        </span>
      )}
      {isLead ? (
        <RoleSelect label={text.roleOf(member.name)} value={member.role} onChange={changeRole} />
      ) : (
        <span class="tag">{text.roles[member.role]}</span>
      )}
      {isLead && (
        <span class="row-end">
          {!isMe && (
            <button
              class="btn quiet icon sm"
              type="button"
              aria-label={text.removeName(member.name)}
              title={text.removeName(member.name)}
              aria-expanded={isAsked.value}
              onClick={() => {
                isAsked.value = !isAsked.value;
              }}
            >
              <Icon name="close" />
            </button>
          )}
        </span>
      )}
      {isAsked.value && (
        <RemoveMember
          member={member}
          invites={invites}
          error={action.error}
          onCancel={() => {
            isAsked.value = false;
            action.clear();
          }}
          onRemove={(inviteIds) =>
            action.run(async () => {
              // The links first: nobody comes back through one in between.
              if (inviteIds.length > 0) await invites.withdraw(inviteIds);
              await call('removeMember', { params });
            })
          }
        />
      )}
    </li>
  );
}

interface RemoveMemberProps {
  member: Member;
  invites: Invites;
  error: string | undefined;
  onCancel: () => void;
  onRemove: (inviteIds: string[]) => void;
}

function RemoveMember({ member, invites, error, onCancel, onRemove }: RemoveMemberProps) {
  const { members: text } = moreWords.value;
  const { app } = words.value;
  const withdraws = useSignal(true);
  const group = useRef<HTMLFieldSetElement>(null);
  const open = invites.links.length;
  useEffect(() => group.current?.focus(), []);
  return (
    <fieldset ref={group} class="confirm boxed stacked" tabIndex={-1} aria-label={text.removeTitle(member.name)}>
      <p>
        <b>{text.removeTitle(member.name)}</b> {text.removeText}
      </p>
      {open > 0 && (
        <label class="check">
          <input
            type="checkbox"
            checked={withdraws.value}
            onChange={(event) => {
              withdraws.value = event.currentTarget.checked;
            }}
          />
          <span>
            {text.removeLinks(open)}
            <span class="help block">{text.removeLinksHelp}</span>
          </span>
        </label>
      )}
      {error && <Alert>{error}</Alert>}
      <div class="row">
        <button
          class="btn sm danger solid"
          type="button"
          onClick={() => onRemove(withdraws.value ? invites.links.map((link) => link.id) : [])}
        >
          {text.remove}
        </button>
        <button class="btn sm quiet" type="button" onClick={onCancel}>
          {app.cancel}
        </button>
      </div>
    </fieldset>
  );
}

function InviteLinks({ room, invites }: { room: OpenRoom; invites: Invites }) {
  const { members: text } = moreWords.value;
  const { app } = words.value;
  const fresh = useSignal<Invite | undefined>(undefined);
  const role = useSignal<RoomRole>('member');
  const action = useAction();
  const { links } = invites;
  // Withdrawn, here or with a person who was removed: it is not offered for copying any more.
  const shown = links.some((link) => link.id === fresh.value?.id) ? fresh.value : undefined;
  const create = () =>
    action.run(async () => {
      fresh.value = await call('createInvite', { params: { roomId: room.id }, body: { role: role.peek() } });
      await invites.load();
    });
  return (
    <section class="links" aria-label={text.linkTitle}>
      <div class="row">
        <h3 class="grow">{text.linkTitle}</h3>
        <RoleSelect
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
      {shown && <FreshLink invite={shown} />}
      {links.length > 0 && isThisComputer() && (
        <p class="note quiet">
          <Icon name="info" />
          <span>{text.onlyThisComputer(location.host)}</span>
        </p>
      )}
      {action.error && <Alert>{action.error}</Alert>}
      {invites.failure !== undefined && (
        <p class="help bad">
          {text.loadFailed} {describeError(invites.failure)}{' '}
          <button class="link" type="button" onClick={invites.load}>
            {app.tryAgain}
          </button>
        </p>
      )}
      {invites.isLoaded && links.length === 0 && <p class="help">{text.noLinks}</p>}
      <ul class="people">
        {links.map((link) => {
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
                onClick={() => action.run(() => invites.withdraw([link.id]))}
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
  const { members: text } = moreWords.value;
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
