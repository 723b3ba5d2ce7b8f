// Tools of other servers, in the shape of the assistant's own.
import { z } from 'zod';
import type { Actor, App } from '../../context.ts';
import { firstLine } from '../../mcp/results.ts';
import { callOfferedTool, noteDeclined, type OfferedTool, offerTools, rememberApproval } from '../../mcp/room-tools.ts';
import type { AssistantTool, ToolContext } from './tool.ts';

const anything = z.record(z.string(), z.unknown());

/** Those that this question in this room may use, as they are now: what changes while it is answered is for the next one. */
export async function serverTools(
  app: Pick<App, 'db' | 'limits' | 'log' | 'toolServers'>,
  asker: Actor,
  room: { id: string; slug: string; kind: 'group' | 'personal' },
): Promise<AssistantTool[]> {
  const offered = await offerTools(app, asker, room).catch((error): OfferedTool[] => {
    app.log.warn('An answer goes on without the tools of servers', { roomId: room.id, error });
    return [];
  });
  return offered.map((tool) => toAssistantTool(tool, room.kind === 'group') as AssistantTool);
}

function toAssistantTool(offered: OfferedTool, isShared: boolean): AssistantTool<Record<string, unknown>> {
  const callOf = ({ actor, room, turnId, allowed }: ToolContext) => ({
    asker: actor,
    roomId: room.id,
    turnId,
    ...(allowed ? { allowed } : {}),
  });
  return {
    name: offered.modelName,
    label: offered.label,
    description: offered.description,
    kind: 'tool',
    input: anything,
    inputSchema: offered.tool.inputSchema,
    hasOwnDeadline: true,
    needsApproval: (strangers) => {
      if (strangers === 'here' && !offered.isHarmless) return true;
      // An earlier answer may pass on what a document told it; only a person's own word for this tool and room outweighs that.
      if (strangers === 'quoted' && !offered.isHarmless && !offered.isAllowedHere) return true;
      return offered.policy === 'ask' && !offered.isAllowedHere;
    },
    isPrivate: offered.hasPrivateResults && isShared,
    async onAllowedHere(context) {
      await rememberApproval(context.app, context.actor, context.room.id, offered);
    },
    onDeclined(context, args, why) {
      noteDeclined(context.app, offered, args, callOf(context), why);
    },
    async run(context, args) {
      const { signal, progress } = context;
      const isHeldBack = offered.hasPrivateResults && isShared;
      // What it says on the way is as private as what it finds.
      const call = { ...callOf(context), signal, ...(progress && !isHeldBack ? { onProgress: progress } : {}) };
      const { text, images, isError } = await callOfferedTool(context.app, offered, args, call);
      const summary = isHeldBack ? undefined : firstLine(text);
      return { text, images, isError, ...(summary ? { summary } : {}) };
    },
  };
}
