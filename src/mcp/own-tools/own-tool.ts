// What a tool of ours is: one function for other agents (our MCP server) and, where it says so, for the assistant in a room.
// Adding one is one file in this folder that exports `tool`; docs/adding-a-tool.md shows a whole one.
import type { z } from 'zod';
import type { Actor, App } from '../../context.ts';
import type { PassageHit } from '../../protocol/document-models.ts';
import type { Step } from '../../protocol/models.ts';
import type { ApiKeyScope } from '../../protocol/names.ts';

/** What tools that the assistant uses too may ask for. */
export type RoomToolApp = Pick<App, 'db' | 'limits' | 'log' | 'embedder' | 'vectors' | 'memoryEngine'>;

/** What tools may ask for. Sending stands above this slice on the ladder, so it is handed in. */
export type OwnToolApp = RoomToolApp &
  Pick<App, 'files' | 'jobs' | 'broadcast' | 'readings'> & {
    version: string;
    /** Says something in a room as a program of this person. @throws AppError as `sendMessage` does */
    postMessage(
      actor: Actor,
      input: { roomId: string; text: string; clientId: string; replyToId?: string },
    ): Promise<{ id: string; seq: number }>;
    /** One of the files that a person may bring at once. @returns gives the place back @throws AppError busy (too_many_files) */
    enterUpload(userId: string): () => void;
  };

/** The room in which the assistant answers. */
export interface RoomOfCall {
  id: string;
  timeZone: string;
  /** The message that is being answered. */
  questionId: string;
  /** What the model may be given of one result, in characters. */
  mostUnits: number;
}

export interface OwnToolContext<Asked = OwnToolApp> {
  app: Asked;
  /** Tools act with this person's rights; each operation checks them in its first line. */
  actor: Actor;
  /** Fires when the caller went away or gave up. */
  signal: AbortSignal;
  /** Set when the assistant calls it, and then nothing of another room may come of it. */
  room?: RoomOfCall;
}

/** What the model is told of an output, and people of what was done. */
export interface Told {
  /** Passages become lines under numbers by which the answer can cite them; the step says how many there were. */
  searched?: { passages: PassageHit[]; documents: number; keywordsOnly: boolean };
  /** The same for whole pages. */
  read?: {
    document: { id: string; name: string };
    pages: { number: number; label?: string | undefined; text: string }[];
    ofPages: number;
  };
  /** After them, or alone. */
  text?: string;
  /** What people see behind the step. */
  summary?: string;
  found?: number;
}

/** How the assistant uses a tool, in this process and in one room. */
export interface InRoom<Input, Output, RoomInput extends z.ZodObject = z.ZodObject> {
  kind: Exclude<Step['kind'], 'approval'>;
  /** For the model that answers; the other description is for agents that know nothing of the room. */
  description: string;
  /** What the model may say; where it is, it does not. */
  input: RoomInput;
  /** Offered where there are documents, and what it finds can be cited; markers in every other result are taken out. */
  isAboutDocuments?: true;
  /** Offered where something is remembered. */
  isAboutMemories?: true;
  /** For tools that write: without it, whoever asked has to allow each call. */
  isHarmless?: true;
  call(input: z.output<RoomInput>, room: RoomOfCall): Input;
  tell(output: Output, room: RoomOfCall): Told;
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

/** A tool that the assistant has as well. */
export interface RoomTool<Input extends z.ZodObject = z.ZodObject, Output extends z.ZodObject = z.ZodObject>
  extends Omit<OwnTool<Input, Output>, 'run'> {
  inRoom: InRoom<z.input<Input>, z.output<Output>>;
  run(context: OwnToolContext<RoomToolApp>, input: z.output<Input>): Promise<z.input<Output>>;
}

/** Keeps the types of input and output together. */
export const defineTool = <Input extends z.ZodObject, Output extends z.ZodObject>(
  tool: OwnTool<Input, Output>,
): OwnTool => tool as unknown as OwnTool;

/** The same for one that the assistant has as well. */
export const defineRoomTool = <Input extends z.ZodObject, Output extends z.ZodObject, RoomInput extends z.ZodObject>(
  tool: Omit<RoomTool<Input, Output>, 'inRoom'> & { inRoom: InRoom<z.input<Input>, z.output<Output>, RoomInput> },
): RoomTool => tool as unknown as RoomTool;

export const isRoomTool = (tool: OwnTool | RoomTool): tool is RoomTool => 'inRoom' in tool;
