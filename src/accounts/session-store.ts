// SQL of sessions: one row per sign-in; a token is worth what its session is worth.
import type { Selectable } from 'kysely';
import type { SessionsTable } from '../../database/schema.ts';
import type { DbOrTrx } from '../context.ts';

export type SessionRow = Selectable<SessionsTable>;

export async function insertSession(db: DbOrTrx, row: SessionRow): Promise<void> {
  await db.insertInto('sessions').values(row).execute();
}

export interface Caller {
  userId: string;
  name: string;
  role: 'admin' | 'member';
  disabledAt: number | null;
  lastSeenAt: number;
  expiresAt: number;
  endedAt: number | null;
}

/** The session together with its user, in one query. */
export async function findCaller(
  db: DbOrTrx,
  tenantId: string,
  sessionId: string,
  userId: string,
): Promise<Caller | undefined> {
  return db
    .selectFrom('sessions')
    .innerJoin('users', 'users.id', 'sessions.user_id')
    .select([
      'users.id as userId',
      'users.full_name as name',
      'users.role as role',
      'users.disabled_at as disabledAt',
      'sessions.last_seen_at as lastSeenAt',
      'sessions.expires_at as expiresAt',
      'sessions.ended_at as endedAt',
    ])
    .where('sessions.id', '=', sessionId)
    .where('sessions.user_id', '=', userId)
    .where('sessions.tenant_id', '=', tenantId)
    .where('users.tenant_id', '=', tenantId)
    .executeTakeFirst();
}

/** Moves `last_seen_at`, and with `expiresAt` the end of the session. */
export async function touchSession(
  db: DbOrTrx,
  tenantId: string,
  sessionId: string,
  times: { lastSeenAt: number; expiresAt?: number },
): Promise<void> {
  await db
    .updateTable('sessions')
    .set({
      last_seen_at: times.lastSeenAt,
      ...(times.expiresAt === undefined ? {} : { expires_at: times.expiresAt }),
    })
    .where('id', '=', sessionId)
    .where('tenant_id', '=', tenantId)
    .execute();
}

/** Those that neither ended nor expired, the latest used first. */
export async function listOpenSessions(
  db: DbOrTrx,
  tenantId: string,
  userId: string,
  now: number,
): Promise<SessionRow[]> {
  return db
    .selectFrom('sessions')
    .selectAll()
    .where('user_id', '=', userId)
    .where('tenant_id', '=', tenantId)
    .where('ended_at', 'is', null)
    .where('expires_at', '>', now)
    .orderBy('last_seen_at', 'desc')
    .limit(500)
    .execute();
}

/** @returns whether there was such an open session of this user */
export async function endSession(
  db: DbOrTrx,
  tenantId: string,
  userId: string,
  sessionId: string,
  now: number,
): Promise<boolean> {
  const result = await db
    .updateTable('sessions')
    .set({ ended_at: now })
    .where('id', '=', sessionId)
    .where('user_id', '=', userId)
    .where('tenant_id', '=', tenantId)
    .where('ended_at', 'is', null)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/** Ends all open sessions of the user but one. @returns their ids */
export async function endOtherSessions(
  db: DbOrTrx,
  tenantId: string,
  userId: string,
  keptSessionId: string,
  now: number,
): Promise<string[]> {
  const open = await db
    .selectFrom('sessions')
    .select('id')
    .where('user_id', '=', userId)
    .where('tenant_id', '=', tenantId)
    .where('id', '!=', keptSessionId)
    .where('ended_at', 'is', null)
    .execute();
  await db
    .updateTable('sessions')
    .set({ ended_at: now })
    .where('user_id', '=', userId)
    .where('tenant_id', '=', tenantId)
    .where('id', '!=', keptSessionId)
    .where('ended_at', 'is', null)
    .execute();
  return open.map((row) => row.id);
}
