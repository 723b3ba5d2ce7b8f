// Signing in and out, and what people do with their own account.
import type { Actor, App } from '../context.ts';
import { AppError, notFound } from '../lib/errors.ts';
import { newId } from '../lib/ids.ts';
import { toIso } from '../lib/time.ts';
import type { Session, User } from '../protocol/models.ts';
import type { Language } from '../protocol/names.ts';
import { findAnyUserByEmail, findUser, toUser, updateUser } from './account-store.ts';
import { requireFreeName } from './names.ts';
import type { Passwords } from './passwords.ts';
import { endOtherSessions, endSession as endSessionRow, insertSession, listOpenSessions } from './session-store.ts';
import type { Throttles } from './throttles.ts';
import { signToken, type TokenUse, unauthenticated } from './tokens.ts';

/** What guards passwords, kept for the life of the app. */
export interface Guards {
  passwords: Passwords;
  throttles: Throttles;
}

export interface SignedIn {
  bearerToken: string;
  bearerLifetimeS: number;
  cookieToken: string;
  cookieLifetimeS: number;
}

const MAX_USER_AGENT_UNITS = 255;

/**
 * Everybody may try. A right password is never refused, however many wrong ones came before.
 * @param input.email lower-cased
 * @throws AppError unauthenticated (wrong_password) whether or not the account exists, rate_limited, busy
 */
export async function login(
  app: Pick<App, 'db' | 'config' | 'limits'> & Guards,
  client: { address: string; userAgent: string },
  input: { email: string; password: string },
): Promise<SignedIn> {
  const user = await findAnyUserByEmail(app.db, input.email);
  const isRight = await app.passwords.verify(input.password, user?.password_hash);
  if (!user || !isRight || user.disabled_at !== null) {
    await app.throttles.countFailedLogin(input.email, client.address);
    throw new AppError('unauthenticated', 'E-mail address or password is wrong.', { reason: 'wrong_password' });
  }
  await app.throttles.forgetFailedLogins(input.email, client.address);
  if (app.passwords.isOutdated(user.password_hash)) {
    await updateUser(app.db, user.tenant_id, user.id, { password_hash: await app.passwords.hash(input.password) });
  }
  const now = Date.now();
  const { tokenLifetimeS, cookieLifetimeS } = app.limits;
  const session = { userId: user.id, tenantId: user.tenant_id, sessionId: newId() };
  await insertSession(app.db, {
    id: session.sessionId,
    tenant_id: user.tenant_id,
    user_id: user.id,
    user_agent: client.userAgent.toWellFormed().replaceAll('\0', '').slice(0, MAX_USER_AGENT_UNITS),
    created_at: now,
    last_seen_at: now,
    expires_at: now + cookieLifetimeS * 1_000,
    ended_at: null,
  });
  return {
    bearerToken: await issueToken(app, session, 'bearer', tokenLifetimeS),
    bearerLifetimeS: tokenLifetimeS,
    cookieToken: await issueToken(app, session, 'cookie', cookieLifetimeS),
    cookieLifetimeS,
  };
}

const issueToken = (
  app: Pick<App, 'config'>,
  session: Pick<Actor, 'userId' | 'tenantId' | 'sessionId'>,
  use: TokenUse,
  lifetimeS: number,
  opensUntil?: number,
): Promise<string> => {
  const issuedAt = Math.floor(Date.now() / 1_000);
  const { userId, tenantId, sessionId } = session;
  const claims = { userId, tenantId, sessionId, use, issuedAt, expiresAt: issuedAt + lifetimeS };
  return signToken(app.config.secretKey, { ...claims, ...(opensUntil === undefined ? {} : { opensUntil }) });
};

/** Ends the session the caller came with; its sockets close within a second. */
export async function logout(app: Pick<App, 'db' | 'bus'>, actor: Actor): Promise<void> {
  if (await endSessionRow(app.db, actor.tenantId, actor.userId, actor.sessionId, Date.now())) {
    app.bus.publish('session:ended', { userId: actor.userId, sessionIds: [actor.sessionId] });
  }
}

export async function readMe(app: Pick<App, 'db'>, actor: Actor): Promise<User> {
  const user = await findUser(app.db, actor.tenantId, actor.userId);
  if (!user) throw unauthenticated('session_ended');
  return toUser(user);
}

/** The handle stays: messages mention it. @throws AppError invalid (name_reserved) */
export async function updateMe(
  app: Pick<App, 'db'>,
  actor: Actor,
  input: { fullName?: string; language?: Language },
): Promise<User> {
  if (input.fullName !== undefined) requireFreeName(input.fullName);
  await updateUser(app.db, actor.tenantId, actor.userId, {
    ...(input.fullName === undefined ? {} : { full_name: input.fullName }),
    ...(input.language === undefined ? {} : { language: input.language }),
  });
  return readMe(app, actor);
}

/**
 * Ends every other session of the caller.
 * @throws AppError forbidden (wrong_password), rate_limited, busy
 */
export async function changePassword(
  app: Pick<App, 'db' | 'bus'> & Guards,
  actor: Actor,
  input: { currentPassword: string; newPassword: string; address: string },
): Promise<void> {
  const user = await findUser(app.db, actor.tenantId, actor.userId);
  if (!user) throw unauthenticated('session_ended');
  if (!(await app.passwords.verify(input.currentPassword, user.password_hash))) {
    await app.throttles.countFailedLogin(user.email, input.address);
    throw new AppError('forbidden', 'The current password is wrong.', { reason: 'wrong_password' });
  }
  const passwordHash = await app.passwords.hash(input.newPassword);
  const sessionIds = await app.db.transaction().execute(async (trx) => {
    await updateUser(trx, actor.tenantId, actor.userId, { password_hash: passwordHash });
    return endOtherSessions(trx, actor.tenantId, actor.userId, actor.sessionId, Date.now());
  });
  if (sessionIds.length > 0) app.bus.publish('session:ended', { userId: actor.userId, sessionIds });
}

/**
 * A token for one minute, for clients that can only put one in a query string. It opens sockets and nothing else, and these are closed
 * when the caller's own credential runs out.
 */
export async function createTicket(
  app: Pick<App, 'config' | 'limits'>,
  actor: Actor,
): Promise<{ ticket: string; expiresAt: string }> {
  const lifetimeS = app.limits.ticketLifetimeS;
  const ticket = await issueToken(app, actor, 'ticket', lifetimeS, actor.expiresAt);
  return { ticket, expiresAt: toIso(Date.now() + lifetimeS * 1_000) };
}

/** Where the caller is signed in, the latest used first. */
export async function listSessions(app: Pick<App, 'db'>, actor: Actor): Promise<Session[]> {
  const rows = await listOpenSessions(app.db, actor.tenantId, actor.userId, Date.now());
  return rows.map((row) => ({
    id: row.id,
    createdAt: toIso(row.created_at),
    lastSeenAt: toIso(row.last_seen_at),
    expiresAt: toIso(row.expires_at),
    userAgent: row.user_agent,
    current: row.id === actor.sessionId,
  }));
}

/** Signs out one of the caller's own sessions. @throws AppError not_found */
export async function endSession(app: Pick<App, 'db' | 'bus'>, actor: Actor, sessionId: string): Promise<void> {
  if (!(await endSessionRow(app.db, actor.tenantId, actor.userId, sessionId, Date.now()))) throw notFound('session');
  app.bus.publish('session:ended', { userId: actor.userId, sessionIds: [sessionId] });
}
