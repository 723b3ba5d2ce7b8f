// Who may have which tool used where, and whether somebody is asked first. Pure.
import type { ToolServerConfig } from '../config-mcp.ts';
import type { ToolPolicy } from '../protocol/names.ts';
import type { CatalogueTool } from './catalogue.ts';

export interface Place {
  id: string;
  slug: string;
}

/** What administrators said of one tool: `roomId` empty is every room. */
export interface PolicyRule {
  roomId: string;
  policy: ToolPolicy;
}

/** @param roles of whoever asks: their role in the room, and `admin` when they have that in the installation */
export function mayUseServer(server: ToolServerConfig, room: Place, roles: string[]): boolean {
  const isRoomNamed = server.rooms === '*' || server.rooms.includes(room.id) || server.rooms.includes(room.slug);
  return isRoomNamed && roles.some((role) => server.roles.includes(role));
}

/** What the operator's file says, and where it is silent the careful choice. */
export function policyOfFile(server: ToolServerConfig, tool: CatalogueTool): ToolPolicy {
  const written = server.tools[tool.name];
  if (written !== undefined) return written;
  if (!tool.reads) return server.writingTools;
  return server.isTrusted && !tool.reachesOut ? 'free' : 'ask';
}

export interface Decided {
  policy: ToolPolicy;
  /** Nothing but reading, as somebody has vouched: it also runs after the turn has read what strangers wrote. */
  isHarmless: boolean;
}

/** The word on the room counts before that on every room, and both before the file; but what the file switches off stays off. */
export function decide(server: ToolServerConfig, tool: CatalogueTool, rules: PolicyRule[], roomId: string): Decided {
  const ofFile = policyOfFile(server, tool);
  const rule = rules.find((one) => one.roomId === roomId) ?? rules.find((one) => one.roomId === '');
  const policy = server.tools[tool.name] === 'off' ? 'off' : (rule?.policy ?? ofFile);
  const isVouchedFor = server.isTrusted || policy === 'free';
  return { policy, isHarmless: tool.reads && !tool.reachesOut && isVouchedFor };
}
