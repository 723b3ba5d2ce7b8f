// Before the rooms: first run, sign-in, an invite link, and a server that cannot be reached. One card, two halves.
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import type { RouteResult } from '../../src/protocol/api.ts';
import { LANGUAGES } from '../../src/protocol/names.ts';
import { Alert, Field, fieldText, PASSWORD_LENGTH, PasswordField, useAction } from '../components/field.tsx';
import { Icon, Mark } from '../components/icon.tsx';
import { call } from '../lib/api.ts';
import { ApiError } from '../lib/api-error.ts';
import { formatMoment, language, setLanguage, words } from '../lib/i18n.ts';
import { isThisComputer } from '../lib/loopback.ts';
import { go, roomPath } from '../lib/router.ts';
import { createGroupRoom } from '../state/rooms.ts';
import { me, phase, register, setup, signIn, startSession, wasSignedOut } from '../state/session.ts';

const RETRY_MS = 5_000;

/** The two halves; `say` is what stands on the coloured side. */
function Card({ say, children }: { say: ComponentChildren; children: ComponentChildren }) {
  return (
    <main class="entrance">
      <div class="first">
        <div class="say">
          <Brand />
          {say}
        </div>
        <div class="do">{children}</div>
      </div>
      <LanguageSwitch />
    </main>
  );
}

function Brand() {
  return (
    <p class="brand">
      <Mark />
      <span>
        <b>ProjectWise</b>, {words.value.start.whatItIs}
      </span>
    </p>
  );
}

function LanguageSwitch() {
  const names = { en: 'English', id: 'Bahasa Indonesia' };
  return (
    <fieldset class="languages">
      <legend class="sr">{words.value.profile.language}</legend>
      {LANGUAGES.map((code) => (
        <button
          key={code}
          class="btn quiet sm"
          type="button"
          lang={code}
          aria-pressed={language.value === code}
          onClick={() => void setLanguage(code).catch(() => undefined)}
        >
          {names[code]}
        </button>
      ))}
    </fieldset>
  );
}

export function Unreachable() {
  const { start, app } = words.value;
  const retry = useAction();
  useEffect(() => {
    const timer = setInterval(() => void startSession(), RETRY_MS);
    return () => clearInterval(timer);
  }, []);
  return (
    <Card
      say={
        <>
          <h1>{start.offlineTitle}</h1>
          <p>{start.offlineText}</p>
        </>
      }
    >
      <button
        class="btn primary"
        type="button"
        aria-disabled={retry.isBusy}
        onClick={() => retry.run(() => startSession())}
      >
        <Icon name="again" />
        {app.tryAgain}
      </button>
    </Card>
  );
}

export function FirstRun() {
  const { start } = words.value;
  const here = isThisComputer() ? start.here.computer : start.here.server;
  const assistant = setup.value?.assistant;
  const say = (
    <>
      <h1>{start.firstTitle}</h1>
      <p>{assistant && !assistant.offline ? start.firstTextModel(here, assistant.model) : start.firstText(here)}</p>
      <p class="row meta ready">
        <span class="dot ok" />
        {start.ready}
      </p>
    </>
  );
  return (
    <Card say={say}>
      <RegisterForm
        title={start.createFirst}
        button={start.createFirstButton}
        note={start.becomesAdministrator}
        needsSetupCode={setup.value?.setupCodeNeeded ?? false}
        onDone={async () => go(roomPath(await createGroupRoom(start.firstRoomName)), true)}
      />
    </Card>
  );
}

export function SignIn() {
  const { start } = words.value;
  const say = (
    <>
      <h1>{start.signInTitle}</h1>
      <p>{start.signInText}</p>
    </>
  );
  return (
    <Card say={say}>
      <SignInOrRegister />
    </Card>
  );
}

/** Signing in, and where registration is open a new account. */
function SignInOrRegister({ onDone }: { onDone?: () => Promise<void> }) {
  const { start } = words.value;
  const isOpen = setup.value?.registration === 'open';
  const isNew = useSignal(false);
  const done = onDone ? { onDone } : {};
  return (
    <>
      {isNew.value ? (
        <RegisterForm title={start.createAccount} button={start.createAccount} {...done} />
      ) : (
        <SignInForm note={isOpen ? undefined : start.noAccount} {...done} />
      )}
      {isOpen && (
        <button
          class="link"
          type="button"
          onClick={() => {
            isNew.value = !isNew.value;
          }}
        >
          {isNew.value ? start.haveAccount : start.createAccount}
        </button>
      )}
    </>
  );
}

export function InviteLanding({ code }: { code: string }) {
  const { start } = words.value;
  const invite = useSignal<RouteResult<'previewInvite'> | 'gone' | undefined>(undefined);
  const hasAccount = useSignal(false);
  const accept = useAction();
  useEffect(() => {
    call('previewInvite', { params: { code } })
      .then((found) => {
        invite.value = found;
      })
      .catch((error) => {
        const isGone =
          error instanceof ApiError && (error.code === 'not_found' || error.reason === 'invitation_invalid');
        if (isGone) invite.value = 'gone';
        else phase.value = 'unreachable';
      });
  }, [code]);
  const preview = invite.value;
  if (preview === undefined) return <main class="entrance" aria-busy="true" />;
  if (preview === 'gone') return <InviteGone />;

  const join = async () => {
    const room = await call('acceptInvite', { params: { code } });
    go(roomPath(room.id), true);
  };
  const say = (
    <>
      <p>{start.invitedTo(preview.invitedBy)}</p>
      <h1>{preview.roomName}</h1>
      <p>{start.inviteRole[preview.role]}</p>
      <p class="meta ready">{start.inviteEnds(formatMoment(preview.expiresAt))}</p>
    </>
  );
  if (phase.value === 'signed-in') {
    return (
      <Card say={say}>
        <p>{start.signedInAs(me.value?.fullName ?? '')}</p>
        {accept.error && <Alert>{accept.error}</Alert>}
        <button class="btn primary" type="button" aria-disabled={accept.isBusy} onClick={() => accept.run(join)}>
          {start.joinRoom}
        </button>
      </Card>
    );
  }
  return (
    <Card say={say}>
      {hasAccount.value ? (
        <SignInForm onDone={join} />
      ) : (
        <RegisterForm
          title={start.createAccount}
          button={start.joinAndCreate}
          inviteCode={code}
          onDone={async () => go(roomPath(preview.roomId), true)}
        />
      )}
      <button
        class="link"
        type="button"
        onClick={() => {
          hasAccount.value = !hasAccount.value;
        }}
      >
        {hasAccount.value ? start.createAccount : start.haveAccount}
      </button>
    </Card>
  );
}

function InviteGone() {
  const { start } = words.value;
  const say = (
    <>
      <h1>{start.inviteInvalid}</h1>
      <p>{start.inviteInvalidText}</p>
    </>
  );
  return (
    <Card say={say}>
      {phase.value === 'signed-in' ? (
        <a class="btn primary" href="/main">
          {start.toRooms}
        </a>
      ) : (
        <SignInOrRegister onDone={async () => go('/main', true)} />
      )}
    </Card>
  );
}

function SignInForm({ note, onDone }: { note?: string | undefined; onDone?: () => Promise<void> }) {
  const { start } = words.value;
  const action = useAction();
  const missing = useSignal<{ email?: string; password?: string }>({});
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const email = fieldText(form, 'email');
    const password = passwordOf(form);
    missing.value = {
      ...(email.includes('@') ? {} : { email: start.errors.email }),
      ...(password ? {} : { password: start.errors.passwordEmpty }),
    };
    if (focusFirstError(form, missing.value)) return;
    void action.run(async () => {
      await signIn(email, password);
      await onDone?.();
    });
  };
  return (
    <form noValidate onSubmit={submit}>
      <h2>{start.signIn}</h2>
      {wasSignedOut.value && <p class="note warn">{start.signedOut}</p>}
      <Field label={start.email} name="email" type="email" autocomplete="username" error={missing.value.email} />
      <PasswordField
        label={start.password}
        name="password"
        autocomplete="current-password"
        error={missing.value.password}
      />
      {action.error && <Alert>{action.error}</Alert>}
      <button class="btn primary" type="submit" aria-disabled={action.isBusy}>
        {start.signIn}
      </button>
      {note && <p class="help">{note}</p>}
    </form>
  );
}

interface RegisterFormProps {
  title: string;
  button: string;
  note?: string;
  needsSetupCode?: boolean;
  inviteCode?: string;
  onDone?: () => Promise<void>;
}

type RegisterErrors = Partial<Record<'fullName' | 'email' | 'password' | 'setupCode', string>>;

function RegisterForm({ title, button, note, needsSetupCode, inviteCode, onDone }: RegisterFormProps) {
  const { start } = words.value;
  const action = useAction();
  const missing = useSignal<RegisterErrors>({});
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const fullName = fieldText(form, 'fullName');
    const email = fieldText(form, 'email');
    const password = passwordOf(form);
    const setupCode = fieldText(form, 'setupCode');
    missing.value = {
      ...(fullName ? {} : { fullName: start.errors.fullName }),
      ...(/^[^@\s]+@[^@\s]+$/.test(email) ? {} : { email: start.errors.email }),
      ...(password.length >= PASSWORD_LENGTH ? {} : { password: start.errors.password }),
      ...(needsSetupCode && !setupCode ? { setupCode: start.errors.setupCode } : {}),
    };
    if (focusFirstError(form, missing.value)) return;
    void action.run(async () => {
      await register({
        fullName,
        email,
        password,
        ...(setupCode ? { setupCode } : {}),
        ...(inviteCode ? { inviteCode } : {}),
      });
      await onDone?.();
    });
  };
  return (
    <form noValidate onSubmit={submit}>
      <h2>{title}</h2>
      <Field label={start.fullName} name="fullName" autocomplete="name" error={missing.value.fullName} />
      <Field label={start.email} name="email" type="email" autocomplete="username" error={missing.value.email} />
      <PasswordField
        label={start.password}
        name="password"
        autocomplete="new-password"
        help={start.passwordHelp}
        error={missing.value.password}
      />
      {needsSetupCode && (
        <Field label={start.setupCode} name="setupCode" help={start.setupCodeHelp} error={missing.value.setupCode} />
      )}
      {action.error && <Alert>{action.error}</Alert>}
      <button class="btn primary" type="submit" aria-disabled={action.isBusy}>
        {button}
      </button>
      {note && <p class="help">{note}</p>}
    </form>
  );
}

/** Exactly as typed: spaces belong to a passphrase. */
function passwordOf(form: HTMLFormElement): string {
  const value = new FormData(form).get('password');
  return typeof value === 'string' ? value : '';
}

/** @returns whether there is one */
function focusFirstError(form: HTMLFormElement, errors: Record<string, string>): boolean {
  const first = Object.keys(errors)[0];
  if (!first) return false;
  form.querySelector<HTMLInputElement>(`[name="${first}"]`)?.focus();
  return true;
}
