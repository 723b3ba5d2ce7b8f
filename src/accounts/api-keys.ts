// Personal API keys: made, shown once, listed, revoked, and who asks with one. A key acts as its person, within its scopes.
import { randomBytes } from 'node:crypto';
import type { Actor, App } from '../context.ts';
import { AppError, notFound } from '../lib/errors.ts';
import { hashSecret, newId } from '../lib/ids.ts';
import { toIso } from '../lib/time.ts';
import type { ApiKey, CreatedApiKey } from '../protocol/models.ts';
import { API_KEY_SCOPES, type ApiKeyScope } from '../protocol/names.ts';
import {
  type ApiKeyRow,
  findKeyHolder,
  insertApiKey,
  listApiKeyRows,
  revokeApiKeyRow,
  touchApiKey,
} from './api-key-store.ts';
import { unauthenticated } from './tokens.ts';

/** Tells a key from a token at a glance, for people and for programs that look for leaked secrets. */
const KEY_PATTERN = /^pw_[A-Za-z0-9_-]{43}$/;
/** What is shown of a key afterwards: `pw_` and six characters. */
const PREFIX_UNITS = 9;
const DAY_MS = 24 * 60 * 60_000;
/** Keys are "last used" to this precision, so that asking does not write each time. */
const USED_PRECISION_MS = 60_000;

export const isApiKey = (token: string): boolean => token.startsWith('pw_');

/**
 * For the caller, who must have signed in themselves: a key makes no keys.
 * @returns the key for the only time: what is stored is its hash
 * @throws AppError forbidden (api_key_scope), conflict (too_many_api_keys)
 */
export async function createApiKey(
  app: Pick<App, 'db' | 'limits'>,
  actor: Actor,
  input: { name: string; scopes: readonly ApiKeyScope[]; expiresInDays?: number | undefined },
): Promise<CreatedApiKey> {
  requireNoKey(actor);
  const maximum = app.limits.apiKeysPerPerson;
  if ((await listApiKeyRows(app.db, actor.tenantId, actor.userId)).length >= maximum) {
    throw new AppError('conflict', `You have ${maximum} API keys, and cannot have more. Revoke one first.`, {
      reason: 'too_many_api_keys',
      maximum,
    });
  }
  const key = `pw_${randomBytes(32).toString('base64url')}`;
  const now = Date.now();
  const row: ApiKeyRow = {
    id: newId(),
    tenant_id: actor.tenantId,
    user_id: actor.userId,
    name: input.name,
    prefix: key.slice(0, PREFIX_UNITS),
    key_hash: hashSecret(key),
    scopes: JSON.stringify(withImplied(input.scopes)),
    created_at: now,
    expires_at: input.expiresInDays === undefined ? null : now + input.expiresInDays * DAY_MS,
    last_used_at: null,
    revoked_at: null,
  };
  await insertApiKey(app.db, row);
  return { ...toApiKey(row), key };
}

/** The caller's own, the newest first. @throws AppError forbidden (api_key_scope) */
export async function listApiKeys(app: Pick<App, 'db'>, actor: Actor): Promise<ApiKey[]> {
  requireNoKey(actor);
  return (await listApiKeyRows(app.db, actor.tenantId, actor.userId)).map(toApiKey);
}

/** One of the caller's own; its sockets close within a second. @throws AppError forbidden (api_key_scope), not_found */
export async function revokeApiKey(app: Pick<App, 'db' | 'bus'>, actor: Actor, keyId: string): Promise<void> {
  requireNoKey(actor);
  if (!(await revokeApiKeyRow(app.db, actor.tenantId, actor.userId, keyId, Date.now()))) throw notFound('API key');
  app.bus.publish('session:ended', { userId: actor.userId, sessionIds: [keyId] });
}

/** @throws AppError unauthenticated with reason token_invalid (unknown, revoked), token_expired or session_ended (account disabled) */
export async function authenticateApiKey(app: Pick<App, 'db'>, key: string): Promise<Actor> {
  if (!KEY_PATTERN.test(key)) throw unauthenticated('token_invalid');
  const holder = await findKeyHolder(app.db, hashSecret(key));
  if (!holder || holder.key.revoked_at !== null) throw unauthenticated('token_invalid');
  if (holder.disabledAt !== null) throw unauthenticated('session_ended');
  const now = Date.now();
  const { id, tenant_id: tenantId, user_id: userId, expires_at: expiresAt, last_used_at: lastUsedAt } = holder.key;
  if (expiresAt !== null && expiresAt <= now) throw unauthenticated('token_expired');
  if (lastUsedAt === null || now - lastUsedAt > USED_PRECISION_MS) await touchApiKey(app.db, tenantId, id, now);
  return {
    kind: 'person',
    userId,
    tenantId,
    sessionId: id,
    name: holder.name,
    role: holder.role,
    expiresAt: expiresAt ?? Number.POSITIVE_INFINITY,
    apiKey: { name: holder.key.name, scopes: JSON.parse(holder.key.scopes) },
  };
}

/** Whoever signed in may do everything that is theirs; a key only what it was made for. @throws AppError forbidden (api_key_scope) */
export function requireScope(actor: Pick<Actor, 'apiKey'> | undefined, needed: ApiKeyScope | 'none'): void {
  if (!actor?.apiKey) return;
  if (needed !== 'none' && withImplied(actor.apiKey.scopes).includes(needed)) return;
  const message =
    needed === 'none'
      ? 'This takes a person who signed in; an API key may not do it.'
      : `This API key was not made for this: it lacks the scope "${needed}".`;
  throw new AppError('forbidden', message, { reason: 'api_key_scope', ...(needed === 'none' ? {} : { needed }) });
}

/** Whoever changes something is answered with what stands there, so `write` includes `read`. */
const withImplied = (scopes: readonly ApiKeyScope[]): readonly ApiKeyScope[] =>
  scopes.includes('write') ? API_KEY_SCOPES : scopes.includes('read') ? ['read'] : [];

const requireNoKey = (actor: Actor): void => requireScope(actor, 'none');

const toApiKey = (row: ApiKeyRow): ApiKey => ({
  id: row.id,
  name: row.name,
  prefix: row.prefix,
  scopes: JSON.parse(row.scopes),
  createdAt: toIso(row.created_at),
  ...(row.expires_at === null ? {} : { expiresAt: toIso(row.expires_at) }),
  ...(row.last_used_at === null ? {} : { lastUsedAt: toIso(row.last_used_at) }),
});
