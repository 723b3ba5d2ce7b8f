// Who is here: first run, signed out, signed in. Everything that changes it goes through these functions.
import { signal } from '@preact/signals';
import type { RouteResult } from '../../src/protocol/api.ts';
import type { User } from '../../src/protocol/models.ts';
import type { Language } from '../../src/protocol/names.ts';
import { call } from '../lib/api.ts';
import { ApiError } from '../lib/api-error.ts';
import { language, setLanguage } from '../lib/i18n.ts';
import { readStored, writeStored } from '../lib/storage.ts';

export type Phase = 'starting' | 'unreachable' | 'first-run' | 'signed-out' | 'signed-in';

export const phase = signal<Phase>('starting');
export const me = signal<User | undefined>(undefined);
export const setup = signal<RouteResult<'authSetup'> | undefined>(undefined);
/** The session ended without the person asking for it: the sign-in page says so. */
export const wasSignedOut = signal(false);

/** Who was here when the server was last heard, as this device keeps it. */
export interface Remembered {
  user: User;
  setup: RouteResult<'authSetup'>;
}

/** Finds out who is here. `ready`: not told before. `remember`: asked when the server cannot be reached. */
export async function startSession(
  ready?: Promise<void>,
  remember?: () => Promise<Remembered | undefined>,
): Promise<void> {
  try {
    const asked = call('authSetup');
    asked.catch(() => undefined);
    // Asking without ever having signed in here would only leave a refusal in the browser's log.
    const user = readStored('signedIn', false) ? call('me') : undefined;
    user?.catch(() => undefined);
    await ready;
    setup.value = await asked;
    if (setup.value.firstRun) {
      phase.value = 'first-run';
      return;
    }
    if (user) await enter(await user);
    else phase.value = 'signed-out';
  } catch (error) {
    const code = error instanceof ApiError ? error.code : 'internal';
    const known = code === 'unreachable' && readStored('signedIn', false) ? await remember?.() : undefined;
    if (known) {
      await ready?.catch(() => undefined);
      setup.value = known.setup;
      await enter(known.user);
    } else phase.value = code === 'unauthenticated' ? 'signed-out' : 'unreachable';
  }
}

/** Looks again at what another page or a new server may have changed: who one is, the language, which model answers. */
export async function refreshSession(): Promise<void> {
  const userId = me.peek()?.id;
  const [now, user] = await Promise.allSettled([call('authSetup'), call('me')]);
  if (phase.peek() !== 'signed-in' || me.peek()?.id !== userId) return;
  if (now.status === 'fulfilled') setup.value = now.value;
  if (user.status === 'rejected') return;
  me.value = user.value;
  if (user.value.language !== language.peek()) await changeLanguage(user.value.language);
}

/** @throws ApiError */
export async function signIn(email: string, password: string): Promise<void> {
  await call('login', { body: { email, password } });
  await enter(await call('me'));
}

export interface Registration {
  fullName: string;
  email: string;
  password: string;
  setupCode?: string;
  inviteCode?: string;
}

/** Makes the account and signs it in. @throws ApiError */
export async function register(registration: Registration): Promise<void> {
  await call('register', { body: { ...registration, language: language.value } });
  await signIn(registration.email, registration.password);
}

/** @throws ApiError */
export async function updateMe(change: { fullName?: string; language?: Language }): Promise<void> {
  const user = await call('updateMe', { body: change });
  me.value = user;
  await setLanguage(user.language);
}

/** Ends this session here, and on the server when it can be reached. */
export async function signOut(): Promise<void> {
  await call('logout').catch(() => undefined);
  leave(false);
}

/** The server ended the session. */
export function sessionEnded(): void {
  if (phase.value === 'signed-in') leave(true);
}

/** Words that cannot be loaded now are no reason to stay outside. */
const changeLanguage = (next: Language): Promise<void> => setLanguage(next).catch(() => undefined);

async function enter(user: User): Promise<void> {
  writeStored('signedIn', true);
  if (user.language !== language.peek()) await changeLanguage(user.language);
  me.value = user;
  wasSignedOut.value = false;
  phase.value = 'signed-in';
}

function leave(unasked: boolean): void {
  writeStored('signedIn', undefined);
  wasSignedOut.value = unasked;
  phase.value = 'signed-out';
  me.value = undefined;
}
