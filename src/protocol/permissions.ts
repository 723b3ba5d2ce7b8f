// What a declaration may demand of its caller. Every route and every socket request names exactly one of these.

/**
 * - `public`: nobody needs to be signed in
 * - `account`: any signed-in account; the operation touches only what belongs to the caller
 * - `room:read`: a member of the room, any role · `room:write`: lead or member · `room:lead`: lead
 * - `message:read`: a member of the message's room, any role
 * - `document:read`: a member of the document's room; anybody of the tenant for its library · `document:write`: who uploaded it or leads
 *   its room, and may write there; in the library who uploaded it or an administrator
 * - `memory:read`: a member of the memory's room; the person whose it is; anybody of the tenant for one of the tenant · `memory:write`: who may
 *   write in that room; that person; an administrator · `memory:forget`: in a room who said or wrote it, or leads the room
 * - `admin`: administrator of the installation · `metrics`: administrator or METRICS_TOKEN
 *
 * Who is not a member of the room gets `not_found`, who is but may not gets `forbidden`.
 */
export const PERMISSIONS = [
  'public',
  'account',
  'room:read',
  'room:write',
  'room:lead',
  'message:read',
  'document:read',
  'document:write',
  'memory:read',
  'memory:write',
  'memory:forget',
  'admin',
  'metrics',
] as const;
export type Permission = (typeof PERMISSIONS)[number];
