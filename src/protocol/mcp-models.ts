// The shapes of the operations desk: tool servers, their tools, and the calls that were made.
import { z } from 'zod';
import { id, time } from './models.ts';
import {
  BREAKER_STATES,
  TOOL_CALL_OUTCOMES,
  TOOL_POLICIES,
  TOOL_SERVER_PROBLEMS,
  TOOL_SERVER_STATES,
} from './names.ts';

const policy = z.enum(TOOL_POLICIES);

export const toolServer = z
  .object({
    name: z.string(),
    url: z.string().optional().describe('Without its query and without what came from the environment'),
    command: z.string().optional(),
    desired: z.enum(['connected', 'stopped']),
    changedBy: z.string().optional().describe('Who last connected or shut it down'),
    state: z.enum(TOOL_SERVER_STATES),
    since: time.describe('Since when it is there, or away'),
    attempts: z.int().describe('Failed ones since it was last there'),
    nextAttemptAt: time.optional(),
    breaker: z.enum(BREAKER_STATES).describe('`open`: it failed five times in a row, and calls are refused at once'),
    lastError: z.string().optional().describe('One English sentence; clients translate by `problem`'),
    problem: z.enum(TOOL_SERVER_PROBLEMS).optional(),
    tools: z.int().describe('How many; the last ones known while it is away'),
    isStale: z.boolean().describe('The tools are those of before it went away'),
    leftOut: z.array(z.object({ name: z.string(), why: z.string() })).describe('Tools nothing can be done with'),
    callsRunning: z.int(),
    latencyMs: z.number().optional(),
    latencies: z
      .array(z.object({ at: time, ms: z.number().optional() }))
      .describe('Over the last hour, oldest first; without ms there was no reply'),
    transport: z.enum(['http', 'sse', 'stdio']).optional(),
    protocol: z.string().optional().describe('The revision spoken, e.g. 2025-11-25'),
    program: z.string().optional().describe('Name and version by its own account'),
    roomsTold: z.int().describe('Rooms that were told that it is gone'),
    log: z.array(
      z.object({
        at: time,
        kind: z.enum(['connected', 'failed', 'lost', 'stopped']),
        text: z.string(),
        tookMs: z.number().optional(),
      }),
    ),
  })
  .meta({ id: 'ToolServer' });
export type ToolServer = z.infer<typeof toolServer>;

/** What members of a room may know of a tool: that the assistant can use it here for whoever asks. */
export const roomTool = z
  .object({
    server: z.string(),
    name: z.string(),
    title: z.string().optional(),
    description: z.string().describe("The server's words, cleaned of what nobody sees"),
    reads: z.boolean().describe('It changes nothing, by the account of its server'),
    asks: z.boolean().describe('You are asked before it runs'),
  })
  .meta({ id: 'RoomTool' });
export type RoomTool = z.infer<typeof roomTool>;

export const serverTool = z
  .object({
    server: z.string(),
    name: z.string().describe('As the server calls it'),
    modelName: z.string().describe('As the model calls it'),
    title: z.string().optional(),
    description: z.string(),
    inputSchema: z.record(z.string(), z.unknown()),
    reads: z.boolean().describe('It changes nothing, by the account of its server'),
    isStale: z.boolean(),
    policy: policy.describe('In rooms of which nothing else is said'),
    filePolicy: policy.describe('What the operator’s file says, or leaves to the careful choice'),
    decidedBy: z.string().optional().describe('The administrator whose word `policy` is'),
    rooms: z.array(z.object({ roomId: id, roomName: z.string(), policy, decidedBy: z.string() })),
    allowedIn: z
      .array(z.object({ roomId: id, roomName: z.string(), by: z.string(), at: time }))
      .describe('Rooms whose lead allowed it for the whole room'),
  })
  .meta({ id: 'ServerTool' });
export type ServerTool = z.infer<typeof serverTool>;

export const toolCall = z
  .object({
    id,
    at: time,
    server: z.string(),
    tool: z.string(),
    room: z.object({ id, name: z.string() }).optional().describe('Absent when an administrator tried the tool'),
    askedBy: z.object({ id, name: z.string() }),
    turnId: id.optional(),
    outcome: z.enum(TOOL_CALL_OUTCOMES),
    detail: z.string().optional(),
    allowed: z.enum(['once', 'room']).optional().describe('By the person who asked, or for the whole room'),
    tookMs: z.int(),
  })
  .meta({ id: 'ToolCall' });
export type ToolCall = z.infer<typeof toolCall>;
