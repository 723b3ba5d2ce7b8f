// How accounts are made: the first one, and those that are invited.
import { isUniqueViolation } from '../../database/errors.ts';
import type { App, DbOrTrx, Trx } from '../context.ts';
import { AppError } from '../lib/errors.ts';
import { hashSecret, newId, newSecret } from '../lib/ids.ts';
import type { User } from '../protocol/models.ts';
import type { Language } from '../protocol/names.ts';
import {
  deleteSetting,
  findAnyUserByEmail,
  findSetting,
  insertSetting,
  insertUser,
  listHandlesLike,
  toUser,
  type UserRow,
} from './account-store.ts';
import { handleStem, makeHandle, requireFreeName } from './names.ts';
import type { Passwords } from './passwords.ts';
import { DEFAULT_TENANT_ID } from './tenants.ts';
import type { Throttles } from './throttles.ts';

export interface NewAccount {
  /** Lower-cased. */
  email: string;
  password: string;
  fullName: string;
  inviteCode?: string;
  setupCode?: string;
  language?: Language;
}

export interface Registrar {
  address: string;
  isLoopback: boolean;
}

/** How invitations are honoured; they belong to rooms, which know accounts and not the other way round. */
export interface Invitations {
  /** @throws AppError forbidden (invitation_invalid) when the code leads nowhere */
  require(code: string): Promise<void>;
  /** Makes the account and takes the invitation in one transaction. @throws the same, and what `createUser` throws */
  join(code: string, createUser: (trx: Trx, tenantId: string) => Promise<UserRow>): Promise<UserRow>;
}

type Needs = Pick<App, 'db' | 'config'> & { passwords: Passwords; throttles: Throttles };

/** Two people of the same name, or two first accounts at once: whoever came second is tried again. */
const ATTEMPTS = 3;
const DEFAULT_LANGUAGE: Language = 'id';

/**
 * Everybody may ask. The first account becomes the administrator, with the set-up code where one is needed; afterwards REGISTRATION
 * decides. With an invite code the account and its place in the room are made in one transaction. Does not sign in.
 * @throws AppError forbidden (setup_code_needed, registration_closed, invitation_needed, invitation_invalid), invalid (name_reserved),
 *   conflict (email_taken, room_full), rate_limited, busy
 */
export async function register(
  app: Needs,
  registrar: Registrar,
  input: NewAccount,
  invitations: Invitations,
): Promise<User> {
  await requireMayRegister(app, input, invitations);
  requireFreeName(input.fullName);
  await app.throttles.countRegistration(registrar.address, registrar.isLoopback);
  await requireFreeEmail(app.db, input.email);
  const passwordHash = await app.passwords.hash(input.password);

  for (let attempt = 1; ; attempt++) {
    try {
      return toUser(await makeAccount(app, input, passwordHash, invitations));
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      await requireFreeEmail(app.db, input.email);
      if (attempt === ATTEMPTS) throw error;
    }
  }
}

async function makeAccount(
  app: Needs,
  input: NewAccount,
  passwordHash: string,
  invitations: Invitations,
): Promise<UserRow> {
  const isFirst = await requireMayRegister(app, input, invitations);
  if (isFirst) {
    return app.db.transaction().execute(async (trx) => {
      const user = await insertAccount(trx, DEFAULT_TENANT_ID, input, passwordHash, 'admin');
      // Of two first accounts at once the second fails here, and comes back as an ordinary one.
      await insertSetting(trx, DEFAULT_TENANT_ID, 'bootstrap', user.id);
      await deleteSetting(trx, DEFAULT_TENANT_ID, 'setup_code');
      return user;
    });
  }
  if (input.inviteCode === undefined) {
    return app.db.transaction().execute((trx) => insertAccount(trx, DEFAULT_TENANT_ID, input, passwordHash, 'member'));
  }
  return invitations.join(input.inviteCode, (trx, tenantId) =>
    insertAccount(trx, tenantId, input, passwordHash, 'member'),
  );
}

/** @returns whether this is the first account */
async function requireMayRegister(app: Needs, input: NewAccount, invitations: Invitations): Promise<boolean> {
  if (!(await hasAccounts(app.db))) {
    await requireSetupCode(app, input.setupCode);
    return true;
  }
  const { registration } = app.config;
  if (registration === 'closed') {
    throw new AppError('forbidden', 'Registration is closed here.', { reason: 'registration_closed' });
  }
  if (input.inviteCode !== undefined) await invitations.require(input.inviteCode);
  else if (registration === 'invite') {
    throw new AppError('forbidden', 'Registration needs an invitation', { reason: 'invitation_needed' });
  }
  return false;
}

async function insertAccount(
  trx: Trx,
  tenantId: string,
  input: NewAccount,
  passwordHash: string,
  role: UserRow['role'],
): Promise<UserRow> {
  const taken = new Set(await listHandlesLike(trx, tenantId, handleStem(input.fullName)));
  const user: UserRow = {
    id: newId(),
    tenant_id: tenantId,
    email: input.email,
    full_name: input.fullName,
    handle: makeHandle(input.fullName, (handle) => taken.has(handle)),
    password_hash: passwordHash,
    role,
    language: input.language ?? DEFAULT_LANGUAGE,
    created_at: Date.now(),
    disabled_at: null,
  };
  await insertUser(trx, user);
  return user;
}

async function requireFreeEmail(db: DbOrTrx, email: string): Promise<void> {
  if (!(await findAnyUserByEmail(db, email))) return;
  throw new AppError('conflict', 'There is an account with this e-mail address already. Sign in instead.', {
    reason: 'email_taken',
  });
}

const hasAccounts = async (db: DbOrTrx): Promise<boolean> =>
  (await findSetting(db, DEFAULT_TENANT_ID, 'bootstrap')) !== undefined;

async function requireSetupCode(app: Pick<App, 'db' | 'config'>, code: string | undefined): Promise<void> {
  if (!isReachedByOthers(app.config)) return;
  const expected = await findSetting(app.db, DEFAULT_TENANT_ID, 'setup_code');
  if (code !== undefined && expected !== undefined && hashSecret(code.trim()) === expected) return;
  const sentence =
    code === undefined
      ? 'The first account needs the set-up code that the server printed in its log when it started.'
      : 'This is not the set-up code that the server printed in its log when it last started.';
  throw new AppError('forbidden', sentence, { reason: 'setup_code_needed' });
}

/** Whoever comes first becomes the administrator: on a machine that others reach, that must be its operator. */
const isReachedByOthers = ({ host, environment }: Pick<App['config'], 'host' | 'environment'>): boolean =>
  environment === 'production' || !/^(127(\.\d+){3}|localhost|::1|\[::1\])$/i.test(host);

/**
 * Makes the one-time code for the first account, to be shown to the operator at start; an earlier one stops working.
 * @returns absent when there is an account already, or none is needed
 */
export async function createSetupCode(app: Pick<App, 'db' | 'config'>): Promise<string | undefined> {
  if (!isReachedByOthers(app.config) || (await hasAccounts(app.db))) return undefined;
  const code = newSecret();
  await app.db.transaction().execute(async (trx) => {
    await deleteSetting(trx, DEFAULT_TENANT_ID, 'setup_code');
    await insertSetting(trx, DEFAULT_TENANT_ID, 'setup_code', hashSecret(code));
  });
  return code;
}

export interface SetupState {
  firstRun: boolean;
  setupCodeNeeded: boolean;
  registration: 'open' | 'invite' | 'closed';
  assistant: { model: string; offline: boolean };
}

/** What the first page needs to know; everybody may. */
export async function readSetupState(app: Pick<App, 'db' | 'config' | 'model'>): Promise<SetupState> {
  const firstRun = !(await hasAccounts(app.db));
  return {
    firstRun,
    setupCodeNeeded: firstRun && isReachedByOthers(app.config),
    registration: app.config.registration,
    assistant: { model: app.model.model, offline: app.model.id === 'offline' },
  };
}
