// What administrators do with tool servers: look, connect, shut down, decide about tools, try one.
import { requireAdministrator } from '../accounts/permissions.ts';
import type { Actor, App } from '../context.ts';
import { notFound } from '../lib/errors.ts';
import { settlesWithin } from '../lib/patience.ts';
import { toIso } from '../lib/time.ts';
import type { RouteBody, RouteQuery, RouteResult } from '../protocol/api.ts';
import type { ServerTool, ToolCall, ToolServer } from '../protocol/mcp-models.ts';
import { findRoom } from '../rooms/room-store.ts';
import type { CatalogueTool } from './catalogue.ts';
import {
  type ApprovalRow,
  countCallsSince,
  deleteApprovals,
  deletePolicy,
  listApprovals,
  listCalls as listCallRows,
  listPolicies,
  type PolicyRow,
  setPolicy as storePolicy,
} from './mcp-store.ts';
import { decide, policyOfFile } from './policy.ts';
import { callOfferedTool } from './room-tools.ts';
import type { ServerLink } from './server-link.ts';
import { describeServer } from './server-view.ts';

/** How long a request waits to be able to say how connecting went; it goes on afterwards. */
const SETTLES_MS = 3_000;
const DAY_MS = 24 * 60 * 60_000;

type DeskApp = Pick<App, 'toolServers'>;
type Servers = { servers: ToolServer[] };

export async function getStatus(app: DeskApp, actor: Actor): Promise<Servers> {
  requireAdministrator(actor);
  return describeAll(app);
}

const describeAll = (app: DeskApp): Servers => ({
  servers: [...app.toolServers.links.values()].map((link) => describeServer(app, link)),
});

/** @throws AppError not_found */
function chosen(app: DeskApp, server: string | undefined): ServerLink[] {
  if (server === undefined) return [...app.toolServers.links.values()];
  return [requireLink(app, server)];
}

function requireLink(app: DeskApp, server: string): ServerLink {
  const link = app.toolServers.links.get(server);
  if (!link) throw notFound('tool server');
  return link;
}

/** Wants it connected and, when it is not, connects it. @throws AppError forbidden, not_found */
export async function connectServers(
  app: DeskApp & Pick<App, 'log'>,
  actor: Actor,
  { server }: RouteQuery<'mcpConnect'>,
): Promise<Servers> {
  requireAdministrator(actor);
  const links = chosen(app, server).filter(({ server: { name }, status }) => {
    const isWanted = app.toolServers.wanted(name).desired === 'connected';
    return !isWanted || status().state !== 'connected';
  });
  return wantAll(app, actor, links, 'connected');
}

/** Connects anew, whatever its state. @throws AppError forbidden, not_found */
export async function reconnectServers(
  app: DeskApp & Pick<App, 'log'>,
  actor: Actor,
  { server }: RouteQuery<'mcpReconnect'>,
): Promise<Servers> {
  requireAdministrator(actor);
  return wantAll(app, actor, chosen(app, server), 'connected');
}

/** @throws AppError forbidden, not_found */
export async function shutDownServers(
  app: DeskApp & Pick<App, 'log'>,
  actor: Actor,
  { server }: RouteQuery<'mcpShutdown'>,
): Promise<Servers> {
  requireAdministrator(actor);
  return wantAll(app, actor, chosen(app, server), 'stopped');
}

async function wantAll(
  app: DeskApp & Pick<App, 'log'>,
  actor: Actor,
  links: ServerLink[],
  desired: 'connected' | 'stopped',
): Promise<Servers> {
  const names = links.map((link) => link.server.name);
  app.log.info('An administrator changes what is wanted of tool servers', { userId: actor.userId, names, desired });
  await settlesWithin(SETTLES_MS, Promise.all(names.map((name) => app.toolServers.want(name, desired, actor.name))));
  return describeAll(app);
}

export async function listTools(
  app: DeskApp & Pick<App, 'db'>,
  actor: Actor,
  { server }: RouteQuery<'mcpTools'>,
): Promise<{ items: ServerTool[] }> {
  requireAdministrator(actor);
  const links = chosen(app, server);
  const [policies, approvals] = await Promise.all([
    listPolicies(app.db, actor.tenantId),
    listApprovals(app.db, actor.tenantId),
  ]);
  const describe = await toolDescriber(app, actor, policies, approvals);
  return { items: links.flatMap((link) => link.catalogue().tools.map((tool) => describe(link, tool))) };
}

/** @throws AppError forbidden, not_found */
export async function setToolPolicy(
  app: DeskApp & Pick<App, 'db' | 'log'>,
  actor: Actor,
  input: RouteBody<'mcpSetPolicy'>,
): Promise<ServerTool> {
  requireAdministrator(actor);
  const link = requireLink(app, input.server);
  const tool = requireTool(link, input.tool);
  if (input.roomId !== undefined && !(await findRoom(app.db, actor.tenantId, input.roomId))) throw notFound('room');
  const key = { tenant_id: actor.tenantId, server: input.server, tool: input.tool, room_id: input.roomId ?? '' };
  if (input.policy === 'default') await deletePolicy(app.db, key);
  else {
    const decided = { policy: input.policy, decided_by_name: actor.name, decided_at: Date.now() };
    await storePolicy(app.db, { ...key, ...decided });
  }
  // A new word counts for what people allowed before, too.
  await deleteApprovals(app.db, { ...key, ...(input.roomId === undefined ? { room_id: undefined } : {}) });
  app.log.info('An administrator decided about a tool', { userId: actor.userId, ...input });
  const [policies, approvals] = await Promise.all([
    listPolicies(app.db, actor.tenantId, { server: input.server, tool: input.tool }),
    listApprovals(app.db, actor.tenantId),
  ]);
  return (await toolDescriber(app, actor, policies, approvals))(link, tool);
}

function requireTool(link: ServerLink, name: string): CatalogueTool {
  const tool = link.catalogue().tools.find((one) => one.name === name);
  if (!tool) throw notFound('tool');
  return tool;
}

/** @returns what tells of one tool; rooms are named as administrators may know them: by name only */
async function toolDescriber(
  app: DeskApp & Pick<App, 'db'>,
  actor: Actor,
  policies: PolicyRow[],
  approvals: ApprovalRow[],
): Promise<(link: ServerLink, tool: CatalogueTool) => ServerTool> {
  const roomIds = new Set([...policies, ...approvals].map((row) => row.room_id).filter((roomId) => roomId !== ''));
  const names = new Map<string, string>();
  for (const roomId of roomIds) names.set(roomId, (await findRoom(app.db, actor.tenantId, roomId))?.name ?? '');
  const nameOf = (roomId: string) => names.get(roomId) ?? '';
  return ({ server, catalogue }, tool) => {
    const isOfTool = (row: { server: string; tool: string }) => row.server === server.name && row.tool === tool.name;
    const rows = policies.filter((row) => isOfTool(row) && (row.room_id === '' || nameOf(row.room_id) !== ''));
    const everywhere = rows.find((row) => row.room_id === '');
    const rules = everywhere ? [{ roomId: '', policy: everywhere.policy }] : [];
    return {
      server: server.name,
      name: tool.name,
      modelName: app.toolServers.modelNameOf(server.name, tool.name),
      ...(tool.title ? { title: tool.title } : {}),
      description: tool.description,
      inputSchema: tool.inputSchema,
      reads: tool.reads,
      isStale: catalogue().isStale,
      policy: decide(server, tool, rules, '').policy,
      filePolicy: policyOfFile(server, tool),
      ...(everywhere ? { decidedBy: everywhere.decided_by_name } : {}),
      rooms: rows
        .filter((row) => row.room_id !== '')
        .map((row) => ({
          roomId: row.room_id,
          roomName: nameOf(row.room_id),
          policy: row.policy,
          decidedBy: row.decided_by_name,
        })),
      allowedIn: approvals
        .filter((row) => isOfTool(row) && row.definition === tool.definition && nameOf(row.room_id) !== '')
        .map((row) => ({
          roomId: row.room_id,
          roomName: nameOf(row.room_id),
          by: row.decided_by_name,
          at: toIso(row.decided_at),
        })),
    };
  };
}

/** Calls a tool outside of any room; noted like every call. @throws AppError forbidden, not_found */
export async function tryTool(
  app: DeskApp & Pick<App, 'db' | 'limits' | 'log' | 'metrics'>,
  actor: Actor,
  { server, tool, args }: RouteBody<'mcpTryTool'>,
  signal: AbortSignal,
): Promise<RouteResult<'mcpTryTool'>> {
  requireAdministrator(actor);
  const offered = { server, tool: requireTool(requireLink(app, server), tool) };
  const { outcome, text, images, tookMs } = await callOfferedTool(app, offered, args, { asker: actor, signal });
  return { outcome, text, images: images.length, tookMs };
}

export async function listCalls(
  app: Pick<App, 'db'>,
  actor: Actor,
  { server, failed, limit, cursor }: RouteQuery<'mcpCalls'>,
): Promise<RouteResult<'mcpCalls'>> {
  requireAdministrator(actor);
  const [rows, today] = await Promise.all([
    listCallRows(app.db, actor.tenantId, { server, isFailed: failed, beforeId: cursor, limit: limit + 1 }),
    countCallsSince(app.db, actor.tenantId, Date.now() - DAY_MS),
  ]);
  const shown = rows.slice(0, limit);
  const items = shown.map(
    (row): ToolCall => ({
      id: row.id,
      at: toIso(row.started_at),
      server: row.server,
      tool: row.tool,
      ...(row.room_id !== null && row.room_name !== null ? { room: { id: row.room_id, name: row.room_name } } : {}),
      askedBy: { id: row.user_id, name: row.user_name },
      ...(row.turn_id === null ? {} : { turnId: row.turn_id }),
      outcome: row.outcome as ToolCall['outcome'],
      ...(row.detail === null ? {} : { detail: row.detail }),
      ...(row.allowed === null ? {} : { allowed: row.allowed as 'once' | 'room' }),
      tookMs: row.took_ms,
    }),
  );
  const last = shown.at(-1);
  return { items, today, ...(rows.length > limit && last ? { nextCursor: last.id } : {}) };
}
