// The tools of servers as one question in one room may use them, and how such a call is made and noted.
import { createHash } from 'node:crypto';
import { findUser } from '../accounts/account-store.ts';
import type { Actor, App } from '../context.ts';
import { newId } from '../lib/ids.ts';
import type { RoomTool } from '../protocol/mcp-models.ts';
import type { ToolCallOutcome } from '../protocol/names.ts';
import { requireMember } from '../rooms/access.ts';
import { findMember } from '../rooms/member-store.ts';
import { type CallEnd, callTool } from './call-tool.ts';
import type { CatalogueTool } from './catalogue.ts';
import { insertCall, listApprovals, listPolicies, pruneCalls, saveApproval } from './mcp-store.ts';
import { decide, mayUseServer, type Place } from './policy.ts';
import { type ToolAnswer, toAnswer } from './results.ts';
import type { ServerLink } from './server-link.ts';

export interface OfferedTool {
  server: string;
  tool: CatalogueTool;
  /** For the model. */
  modelName: string;
  /** For people: server and tool. */
  label: string;
  description: string;
  policy: 'free' | 'ask';
  /** It only reads, as somebody vouched: it runs also after the turn has read what strangers wrote. */
  isHarmless: boolean;
  /** A lead allowed it for the whole room, as it is described now. */
  isAllowedHere: boolean;
  hasPrivateResults: boolean;
}

export interface Asker {
  tenantId: string;
  userId: string;
  name: string;
}

/** Of the descriptions and schemas of all tools of one answer: some 8,000 tokens. */
const MOST_UNITS = 32_000;
/** A server that is away keeps its tools for a while: it may be back when they are called. */
const OFFERS_IN = new Set(['connected', 'connecting', 'waiting']);

/** In stable order, by name; at most as many as a turn takes. */
export async function offerTools(
  app: Pick<App, 'db' | 'limits' | 'toolServers'>,
  asker: Asker,
  room: Place,
): Promise<OfferedTool[]> {
  const links = [...app.toolServers.links.values()].filter(
    (link) => OFFERS_IN.has(link.status().state) && link.catalogue().tools.length > 0,
  );
  if (links.length === 0) return [];
  const roles = await rolesOf(app, asker, room);
  const usable = links.filter(({ server }) => mayUseServer(server, room, roles));
  if (usable.length === 0) return [];
  const [policies, approvals] = await Promise.all([
    listPolicies(app.db, asker.tenantId, { roomIds: ['', room.id] }),
    listApprovals(app.db, asker.tenantId, room.id),
  ]);
  const offered = usable.flatMap(({ server, catalogue }) =>
    catalogue().tools.flatMap((tool): OfferedTool[] => {
      const isOfTool = (row: { server: string; tool: string }) => row.server === server.name && row.tool === tool.name;
      const rules = policies.filter(isOfTool).map((row) => ({ roomId: row.room_id, policy: row.policy }));
      const { policy, isHarmless } = decide(server, tool, rules, room.id);
      if (policy === 'off') return [];
      return [
        {
          server: server.name,
          tool,
          modelName: app.toolServers.modelNameOf(server.name, tool.name),
          label: `${server.name}.${tool.name}`,
          description: describe(server.name, tool),
          policy,
          isHarmless,
          isAllowedHere: approvals.some((row) => isOfTool(row) && row.definition === tool.definition),
          hasPrivateResults: server.hasPrivateResults,
        },
      ];
    }),
  );
  const sorted = offered.sort((a, b) => (a.modelName < b.modelName ? -1 : 1)).slice(0, app.limits.mcpToolsPerTurn);
  return withinBudget(sorted);
}

/** For people: what the assistant may use here when they ask. @throws AppError not_found */
export async function listRoomTools(
  app: Pick<App, 'db' | 'limits' | 'toolServers'>,
  actor: Actor,
  roomId: string,
): Promise<RoomTool[]> {
  const { room } = await requireMember(app, actor, roomId, 'read');
  const offered = await offerTools(app, actor, room);
  return offered.map(({ server, tool, policy, isAllowedHere }) => ({
    server,
    name: tool.name,
    ...(tool.title === undefined ? {} : { title: tool.title }),
    description: tool.description,
    reads: tool.reads,
    asks: policy === 'ask' && !isAllowedHere,
  }));
}

/** All of them together may not crowd out what the answer is about. */
function withinBudget(offered: OfferedTool[]): OfferedTool[] {
  let units = 0;
  return offered.filter(({ description, tool }) => {
    units += description.length + JSON.stringify(tool.inputSchema).length;
    return units <= MOST_UNITS;
  });
}

async function rolesOf(app: Pick<App, 'db'>, asker: Asker, room: Place): Promise<string[]> {
  const [member, user] = await Promise.all([
    findMember(app.db, asker.tenantId, room.id, asker.userId),
    findUser(app.db, asker.tenantId, asker.userId),
  ]);
  if (!member || !user) return [];
  return [member.role, ...(user.role === 'admin' ? ['admin'] : [])];
}

/** The words are the server's: said so, so that they are not taken for ours. */
const describe = (server: string, tool: CatalogueTool): string =>
  `Tool of the server "${server}", which describes it so: ${tool.description || tool.title || tool.name}`;

export interface MadeCall {
  asker: Asker;
  /** Absent when an administrator tries the tool. */
  roomId?: string;
  turnId?: string;
  allowed?: 'once' | 'room';
  signal: AbortSignal;
  onProgress?: (text: string) => void;
}

/** Calls a tool, and notes that it was called and how that ended. Never throws. */
export async function callOfferedTool(
  app: Pick<App, 'db' | 'limits' | 'log' | 'metrics' | 'toolServers'>,
  offered: Pick<OfferedTool, 'server' | 'tool'>,
  args: Record<string, unknown>,
  call: MadeCall,
): Promise<ToolAnswer & { outcome: ToolCallOutcome; tookMs: number }> {
  const startedAt = Date.now();
  const link = app.toolServers.links.get(offered.server);
  const end = link
    ? (changedSince(link, offered.tool) ?? (await callTool(link, app.limits, offered.tool, args, call)))
    : ({ outcome: 'not_sent', message: 'There is no such tool server.' } as const);
  const answer = toAnswer(end, app.limits.toolResultUnits);
  const tookMs = Date.now() - startedAt;
  noteCall(app, offered, args, call, { end, units: answer.text.length, startedAt, tookMs });
  return { ...answer, outcome: end.outcome, tookMs };
}

/** What the model was told of a tool, and a person allowed, has to be what the tool still is. */
function changedSince(link: ServerLink, tool: CatalogueTool): CallEnd | undefined {
  const { tools, isStale } = link.catalogue();
  const now = tools.find(({ name }) => name === tool.name);
  if (now?.definition === tool.definition || (isStale && !now)) return undefined;
  const message = now
    ? 'The server has changed what it says of this tool since this answer began. The next question will see it as it is now.'
    : 'The server no longer offers this tool.';
  return { outcome: 'refused', message };
}

/** A lead allows a tool for the whole room, as it is described now. */
export async function rememberApproval(
  app: Pick<App, 'db'>,
  asker: Asker,
  roomId: string,
  { server, tool }: Pick<OfferedTool, 'server' | 'tool'>,
): Promise<void> {
  await saveApproval(app.db, {
    tenant_id: asker.tenantId,
    room_id: roomId,
    server,
    tool: tool.name,
    definition: tool.definition,
    decided_by_name: asker.name,
    decided_at: Date.now(),
  });
}

/** Somebody said no, or nothing in time: noted like a call, although none was made. */
export function noteDeclined(
  app: Pick<App, 'db' | 'limits' | 'log' | 'metrics' | 'toolServers'>,
  offered: Pick<OfferedTool, 'server' | 'tool'>,
  args: Record<string, unknown>,
  call: Omit<MadeCall, 'signal'>,
  message: string,
): void {
  noteCall(app, offered, args, call, {
    end: { outcome: 'declined', message },
    units: 0,
    startedAt: Date.now(),
    tookMs: 0,
  });
}

function noteCall(
  app: Pick<App, 'db' | 'limits' | 'log' | 'metrics' | 'toolServers'>,
  { server, tool }: Pick<OfferedTool, 'server' | 'tool'>,
  args: Record<string, unknown>,
  { asker, roomId, turnId, allowed }: Omit<MadeCall, 'signal'>,
  made: { end: CallEnd; units: number; startedAt: number; tookMs: number },
): void {
  const { end } = made;
  app.metrics.toolCalled(server, end.outcome, made.tookMs / 1_000);
  const row = {
    id: newId(),
    tenant_id: asker.tenantId,
    server,
    tool: tool.name,
    room_id: roomId ?? null,
    turn_id: turnId ?? null,
    user_id: asker.userId,
    user_name: asker.name,
    outcome: end.outcome,
    detail: 'message' in end ? end.message.slice(0, 255).toWellFormed() : null,
    allowed: allowed ?? null,
    args_hash: createHash('sha256').update(JSON.stringify(args)).digest('hex'),
    result_units: made.units,
    started_at: made.startedAt,
    took_ms: made.tookMs,
  };
  // One call in 256, by chance: the oldest are forgotten beyond the bound.
  const isTimeToForget = row.id.endsWith('00');
  insertCall(app.db, row)
    .then(() => (isTimeToForget ? pruneCalls(app.db, asker.tenantId, app.limits.mcpCallsKept) : undefined))
    .then(() => app.toolServers.links.get(server)?.noticeCall())
    .catch((error) => app.log.warn('A tool call could not be noted', { server, error }));
}
