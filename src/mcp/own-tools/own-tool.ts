// What a tool of our own MCP server is. Adding one is one file in this folder that exports `tool`; docs/adding-a-tool.md shows a whole one.
import type { z } from 'zod';
import type { Actor, App } from '../../context.ts';
import type { ApiKeyScope } from '../../protocol/names.ts';

/** What tools may ask for. Sending stands above this slice on the ladder, so it is handed in. */
export type OwnToolApp = Pick<
  App,
  'db' | 'limits' | 'log' | 'files' | 'jobs' | 'broadcast' | 'readings' | 'embedder' | 'vectors'
> & {
  version: string;
  /** Says something in a room as a program of this person. @throws AppError as `sendMessage` does */
  postMessage(
    actor: Actor,
    input: { roomId: string; text: string; clientId: string; replyToId?: string },
  ): Promise<{ id: string; seq: number }>;
  /** One of the files that a person may bring at once. @returns gives the place back @throws AppError busy (too_many_files) */
  enterUpload(userId: string): () => void;
};

export interface OwnToolContext {
  app: OwnToolApp;
  /** Tools act with this person's rights; each operation checks them in its first line. */
  actor: Actor;
  /** Fires when the caller went away or gave up. */
  signal: AbortSignal;
}

export interface OwnTool<Input extends z.ZodObject = z.ZodObject, Output extends z.ZodObject = z.ZodObject> {
  /** `verb_noun`, as models see it. */
  name: string;
  /** As people see it. */
  title: string;
  description: string;
  /** What an API key needs to call it; a tool that only reads is announced so. */
  scope: ApiKeyScope;
  /** For tools that write: whether the same call again changes nothing more. Default false. */
  isIdempotent?: boolean;
  input: Input;
  output: Output;
  /** @throws AppError: its sentence is told to the caller; anything else is logged and not told */
  run(context: OwnToolContext, input: z.output<Input>): Promise<z.input<Output>>;
}

/** Keeps the types of input and output together. */
export const defineTool = <Input extends z.ZodObject, Output extends z.ZodObject>(
  tool: OwnTool<Input, Output>,
): OwnTool => tool as unknown as OwnTool;
