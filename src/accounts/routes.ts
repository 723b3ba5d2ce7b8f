// REST of accounts: one line from each declared route to its operation, and the cookie beside the tokens.
import type { App } from '../context.ts';
import type { RouteHandlers } from '../http/route-handler.ts';
import { joinWithNewAccount, requireInviteForRegistration } from '../rooms/invites.ts';
import { announceMember } from '../rooms/members.ts';
import {
  changePassword,
  createTicket,
  endSession,
  type Guards,
  listSessions,
  login,
  logout,
  readMe,
  updateMe,
} from './accounts.ts';
import { createApiKey, listApiKeys, revokeApiKey } from './api-keys.ts';
import { endedSessionCookie, sessionCookie } from './cookies.ts';
import { createPasswords } from './passwords.ts';
import { type Invitations, readSetupState, register } from './registration.ts';
import { createThrottles } from './throttles.ts';

type AccountRoutes = Pick<
  RouteHandlers,
  | 'authSetup'
  | 'register'
  | 'login'
  | 'me'
  | 'updateMe'
  | 'changePassword'
  | 'logout'
  | 'createTicket'
  | 'listSessions'
  | 'endSession'
  | 'listApiKeys'
  | 'createApiKey'
  | 'revokeApiKey'
>;

export function accountHandlers(app: App): AccountRoutes {
  const guards: Guards = {
    passwords: createPasswords(app.config.passwordCost),
    throttles: createThrottles(app.limits),
  };
  const guarded = () => ({ ...app, ...guards });
  const invitations: Invitations = {
    require: (code) => requireInviteForRegistration(app, code),
    join: (code, createUser) => joinWithNewAccount(app, code, createUser),
  };

  return {
    authSetup: () => readSetupState(app),
    register: ({ body, http }) => register(guarded(), http, body, invitations),
    async login({ body, http }) {
      const signedIn = await login(guarded(), http, body);
      http.setCookie(sessionCookie(signedIn.cookieToken, signedIn.cookieLifetimeS, http.secure));
      return { access_token: signedIn.bearerToken, token_type: 'bearer', expires_in: signedIn.bearerLifetimeS };
    },
    me: ({ actor }) => readMe(app, actor),
    async updateMe({ actor, body }) {
      const user = await updateMe(app, actor, body);
      if (body.fullName !== undefined) await announceMember(app, actor);
      return user;
    },
    async changePassword({ actor, body, http }) {
      await changePassword(guarded(), actor, { ...body, address: http.address });
      return null;
    },
    async logout({ actor, http }) {
      await logout(app, actor);
      if (http.credential === 'cookie') http.setCookie(endedSessionCookie(http.secure));
      return null;
    },
    createTicket: ({ actor }) => createTicket(app, actor),
    listSessions: async ({ actor }) => ({ items: await listSessions(app, actor) }),
    async endSession({ actor, params }) {
      await endSession(app, actor, params.sessionId);
      return null;
    },
    listApiKeys: async ({ actor }) => ({ items: await listApiKeys(app, actor) }),
    createApiKey: ({ actor, body }) => createApiKey(app, actor, body),
    async revokeApiKey({ actor, params }) {
      await revokeApiKey(app, actor, params.keyId);
      return null;
    },
  };
}
