// What a tool is to the answer that may call it: one of ours (own-tools.ts) or of a server (server-tools.ts).
import type { z } from 'zod';
import type { Actor, App } from '../../context.ts';
import type { StepCoverage } from '../../protocol/models.ts';
import type { DocumentsHere } from '../documents-here.ts';
import type { SearchApp } from '../find-passages.ts';

export interface ToolContext {
  app: Pick<App, 'db' | 'limits' | 'log' | 'model' | 'metrics' | 'toolServers' | 'memoryEngine'> & SearchApp;
  /** Tools act with the rights of the person who asked. */
  actor: Actor;
  room: { id: string; timeZone: string };
  /** Of the room, for what steps say. */
  language: string;
  /** Absent where there are none; then their tools are not offered. */
  documents?: DocumentsHere;
  questionId: string;
  turnId: string;
  signal: AbortSignal;
  /** How a person allowed this very call. */
  allowed?: 'once' | 'room';
  /** Shows people how far it has come. */
  progress?: (text: string) => void;
}

/** `summary`, how much was `found` and what was `covered` is what the step line shows; `text` is what the model reads. */
export interface ToolOutcome {
  text: string;
  summary?: string;
  found?: number;
  covered?: StepCoverage;
  images?: { mimeType: string; data: string }[];
  isError?: boolean;
}

/**
 * Where words of strangers may stand in a turn: `nowhere`; `quoted` in earlier answers that rest on documents or tools; `here`, in the
 * documents of the prompt or in the result of a call.
 */
export type Strangers = 'nowhere' | 'quoted' | 'here';

export interface AssistantTool<Input = never> {
  name: string;
  /** For people, where they know it by another name. */
  label?: string;
  description: string;
  kind: 'search' | 'memory' | 'tool';
  input: z.ZodType<Input>;
  /** JSON Schema for the model, where that of `input` says less. */
  inputSchema?: Record<string, unknown>;
  /** It ends by itself, whatever happens: not by the clock of the turn's other tools. */
  hasOwnDeadline?: boolean;
  /** Whether the person who asked has to allow a call. */
  needsApproval?(strangers: Strangers): boolean;
  /** The markers in its results are ours and name passages; in every other result they are put into round brackets. */
  citesPassages?: true;
  /** What it finds is shown to whoever asked before the room hears of it. */
  isPrivate?: boolean;
  /** It was allowed for the whole room. */
  onAllowedHere?(context: ToolContext): Promise<void>;
  onDeclined?(context: ToolContext, input: Record<string, unknown>, why: string): void;
  run(context: ToolContext, input: Input): Promise<ToolOutcome>;
}
