// The browser's session cookie.

export const SESSION_COOKIE = 'projectwise_session';

/** @param secure whether the browser came over https: then the cookie never travels without */
export const sessionCookie = (token: string, maxAgeS: number, secure: boolean): string =>
  `${SESSION_COOKIE}=${token}; Max-Age=${maxAgeS}; Path=/; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;

/** Makes the browser forget it. */
export const endedSessionCookie = (secure: boolean): string => sessionCookie('', 0, secure);

/** @returns the token in a Cookie header, absent when there is none */
export function findSessionToken(cookieHeader: string | undefined): string | undefined {
  for (const part of cookieHeader?.split(';') ?? []) {
    const [name, value] = part.split('=', 2);
    if (name?.trim() === SESSION_COOKIE && value?.trim()) return value.trim();
  }
  return undefined;
}
