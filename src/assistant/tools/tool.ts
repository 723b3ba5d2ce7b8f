// What a tool of the assistant is. Adding one is one file beside this and one line in run-tool.ts.
import type { z } from 'zod';
import type { Actor, App } from '../../context.ts';
import type { DocumentsHere } from '../documents-here.ts';
import type { SearchApp } from '../find-passages.ts';

export interface ToolContext {
  app: Pick<App, 'db' | 'limits' | 'log'> & SearchApp;
  /** Tools act with the rights of the person who asked. */
  actor: Actor;
  room: { id: string; timeZone: string };
  /** Of the room, for what steps say. */
  language: string;
  /** Absent where there are none; then their tools are not offered. */
  documents?: DocumentsHere;
  questionId: string;
  signal: AbortSignal;
}

/** `summary` and how much was `found` is what the step line shows; `text` is what the model reads. */
export interface ToolOutcome {
  text: string;
  summary?: string;
  found?: number;
}

export interface AssistantTool<Input = never> {
  name: string;
  description: string;
  kind: 'search' | 'memory' | 'tool';
  input: z.ZodType<Input>;
  run(context: ToolContext, input: Input): Promise<ToolOutcome>;
}
