// Your settings: name, language, appearance, password, where you are signed in.
import { type Signal, useSignal } from '@preact/signals';
import { useEffect, useId } from 'preact/hooks';
import type { Session } from '../../src/protocol/models.ts';
import { LANGUAGES, type Language, MAX_NAME_UNITS } from '../../src/protocol/names.ts';
import { DeviceNotifications } from '../components/device-notifications.tsx';
import { Dialog } from '../components/dialog.tsx';
import { Alert, Field, fieldText, PASSWORD_LENGTH, PasswordField, useAction } from '../components/field.tsx';
import { Icon } from '../components/icon.tsx';
import { call } from '../lib/api.ts';
import { ApiError } from '../lib/api-error.ts';
import { formatMoment, words } from '../lib/i18n.ts';
import { setTheme, type Theme, theme } from '../lib/theme.ts';
import { readsAloud, setReadsAloud } from '../state/announcer.ts';
import { describeError } from '../state/sentences.ts';
import { me, signOut, updateMe } from '../state/session.ts';
import { closeDialog } from '../state/ui.ts';
import { ApiKeys } from './api-keys.tsx';

const LANGUAGE_NAMES: Record<Language, string> = { en: 'English', id: 'Bahasa Indonesia' };
const THEMES: Theme[] = ['system', 'light', 'dark'];

export function ProfileDialog() {
  const { profile } = words.value;
  const sessionsChanged = useSignal(0);
  const footer = (
    <button class="btn" type="button" onClick={() => signOut()}>
      <Icon name="signOut" />
      {profile.signOut}
    </button>
  );
  return (
    <Dialog title={profile.title} onClose={closeDialog} footer={footer} class="wide">
      <div class="stacked">
        <NameForm />
        <Preferences />
        <DeviceNotifications />
        <PasswordForm onChanged={() => sessionsChanged.value++} />
        <Sessions changed={sessionsChanged} />
        <ApiKeys />
      </div>
    </Dialog>
  );
}

function NameForm() {
  const { profile, app, start } = words.value;
  const user = me.value;
  const action = useAction();
  const isSaved = useSignal(false);
  const nameError = useSignal<string | undefined>(undefined);
  if (!user) return null;
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const fullName = fieldText(event.currentTarget as HTMLFormElement, 'fullName');
    nameError.value = fullName ? undefined : start.errors.fullName;
    if (fullName) isSaved.value = await action.run(() => updateMe({ fullName }));
  };
  return (
    <form class="inline-form" noValidate onSubmit={submit}>
      <Field
        label={profile.name}
        name="fullName"
        value={user.fullName}
        autocomplete="name"
        maxLength={MAX_NAME_UNITS}
        error={nameError.value ?? action.error}
        help={`${user.email}. ${profile.handle} @${user.handle}.`}
        onInput={() => {
          isSaved.value = false;
        }}
      />
      <button class="btn" type="submit" aria-disabled={action.isBusy}>
        {isSaved.value ? app.saved : app.save}
      </button>
    </form>
  );
}

function Preferences() {
  const { profile } = words.value;
  const languageId = useId();
  const action = useAction();
  return (
    <>
      <div class="pair">
        <div>
          <label class="lbl" for={languageId}>
            {profile.language}
          </label>
          <div class="field">
            <select
              id={languageId}
              value={me.value?.language}
              onChange={(event) => {
                const language = event.currentTarget.value as Language;
                void action.run(() => updateMe({ language }));
              }}
            >
              {LANGUAGES.map((code) => (
                <option key={code} value={code}>
                  {LANGUAGE_NAMES[code]}
                </option>
              ))}
            </select>
          </div>
        </div>
        <fieldset>
          <legend class="lbl">{profile.theme}</legend>
          <div class="seg">
            {THEMES.map((one) => (
              <label key={one}>
                <input type="radio" name="theme" checked={theme.value === one} onChange={() => setTheme(one)} />
                <span>{profile.themes[one]}</span>
              </label>
            ))}
          </div>
        </fieldset>
      </div>
      {action.error && <Alert>{action.error}</Alert>}
      <label class="check">
        <input
          type="checkbox"
          checked={readsAloud.value}
          onChange={(event) => setReadsAloud(event.currentTarget.checked)}
        />
        <span>
          {profile.readAloud}
          <span class="help block">{profile.readAloudHelp}</span>
        </span>
      </label>
    </>
  );
}

function PasswordForm({ onChanged }: { onChanged: () => void }) {
  const { profile, start } = words.value;
  const action = useAction();
  const isOpen = useSignal(false);
  const isChanged = useSignal(false);
  const missing = useSignal<{ current?: string; next?: string }>({});
  const isWrong = action.failure instanceof ApiError && action.failure.reason === 'wrong_password';
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const data = new FormData(form);
    const currentPassword = String(data.get('currentPassword') ?? '');
    const newPassword = String(data.get('newPassword') ?? '');
    missing.value = {
      ...(currentPassword ? {} : { current: profile.currentPasswordEmpty }),
      ...(newPassword.length >= PASSWORD_LENGTH ? {} : { next: start.errors.password }),
    };
    action.clear();
    if (missing.value.current || missing.value.next) {
      const first = missing.value.current ? 'currentPassword' : 'newPassword';
      form.querySelector<HTMLInputElement>(`[name="${first}"]`)?.focus();
      return;
    }
    isChanged.value = await action.run(() => call('changePassword', { body: { currentPassword, newPassword } }));
    if (!isChanged.value) {
      form.querySelector<HTMLInputElement>('[name="currentPassword"]')?.focus();
      return;
    }
    isOpen.value = false;
    onChanged();
  };
  if (!isOpen.value) {
    return (
      <div class="row">
        <button
          class="btn"
          type="button"
          onClick={() => {
            isOpen.value = true;
            isChanged.value = false;
          }}
        >
          {profile.changePassword}
        </button>
        {isChanged.value && <span role="status">{profile.passwordChanged}</span>}
      </div>
    );
  }
  return (
    <form class="stacked boxed" noValidate onSubmit={submit}>
      <PasswordField
        label={profile.currentPassword}
        name="currentPassword"
        autocomplete="current-password"
        error={missing.value.current ?? (isWrong ? profile.currentPasswordWrong : undefined)}
      />
      <PasswordField
        label={profile.newPassword}
        name="newPassword"
        autocomplete="new-password"
        help={start.passwordHelp}
        error={missing.value.next}
      />
      {action.error && !isWrong && <Alert>{action.error}</Alert>}
      <div>
        <button class="btn primary" type="submit" aria-disabled={action.isBusy}>
          {profile.changePassword}
        </button>
      </div>
    </form>
  );
}

function Sessions({ changed }: { changed: Signal<number> }) {
  const { profile, app } = words.value;
  const sessions = useSignal<readonly Session[] | undefined>(undefined);
  const failure = useSignal<unknown>(undefined);
  const load = async () => {
    try {
      const { items } = await call('listSessions');
      sessions.value = items.toSorted((a, b) => Number(b.current) - Number(a.current));
      failure.value = undefined;
    } catch (error) {
      failure.value = error;
    }
  };
  useEffect(() => {
    void load();
  }, [changed.value]);
  const end = async (sessionId: string) => {
    try {
      await call('endSession', { params: { sessionId } });
      await load();
    } catch (error) {
      failure.value = error;
    }
  };
  return (
    <section aria-label={profile.sessions}>
      <h3>{profile.sessions}</h3>
      {failure.value !== undefined && (
        <p class="help bad" role="alert">
          {profile.sessionsFailed} {describeError(failure.value)}{' '}
          <button class="link" type="button" onClick={load}>
            {app.tryAgain}
          </button>
        </p>
      )}
      <ul class="people">
        {sessions.value?.map((session) => {
          const device = deviceName(session.userAgent) ?? profile.unknownDevice;
          return (
            <li key={session.id}>
              <Icon name="device" />
              <span class="grow">
                <b>{session.current ? profile.thisSession : device}</b>
                <span class="meta block">
                  {session.current ? device : profile.lastSeen(formatMoment(session.lastSeenAt))}
                </span>
              </span>
              {!session.current && (
                <button
                  class="btn quiet sm"
                  type="button"
                  aria-label={profile.signOutOtherName(device)}
                  onClick={() => end(session.id)}
                >
                  {profile.signOutOther}
                </button>
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
}

/** Enough to recognise one's own device. */
function deviceName(userAgent: string): string | undefined {
  const browser = /Edg\//.test(userAgent)
    ? 'Edge'
    : /Firefox\//.test(userAgent)
      ? 'Firefox'
      : /Chrome\//.test(userAgent)
        ? 'Chrome'
        : /Safari\//.test(userAgent)
          ? 'Safari'
          : undefined;
  const system = /Android|iPhone|iPad|Windows|Mac OS X|Linux/.exec(userAgent)?.[0]?.replace('Mac OS X', 'macOS');
  return browser && (system ? `${browser}, ${system}` : browser);
}
