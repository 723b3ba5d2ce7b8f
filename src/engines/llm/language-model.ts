// The port every language model engine implements: one streaming call, provider-neutral messages, one error type.

/** One piece of a message. `data` is base64 without a data-URL prefix. */
export type Part = { type: 'text'; text: string } | { type: 'image'; mimeType: string; data: string };

/** A tool call as the model made it. `argsError` says why `args` could not be read as a JSON object (then `args` is {}). */
export interface ToolCall {
  id: string;
  name: string;
  args: Record<string, unknown>;
  argsError?: string;
}

/** A message of the prompt. `replay` is opaque: what this engine needs back verbatim on the next hop of the same turn. */
export type ModelMessage =
  | { role: 'user'; parts: Part[] }
  | { role: 'assistant'; text: string; calls: ToolCall[]; replay?: { engine: string; model: string; data: unknown } }
  | { role: 'tool'; callId: string; name: string; parts: Part[]; isError: boolean };

/** A tool offered to the model. `inputSchema` is JSON Schema with `type: "object"`. */
export interface ToolSpec {
  name: string;
  description: string;
  inputSchema: Record<string, unknown>;
}

/** Tokens as the provider counted them. */
export interface Usage {
  inputTokens: number;
  outputTokens: number;
  cachedTokens?: number;
}

export interface ModelRequest {
  system?: string;
  messages: ModelMessage[];
  tools?: ToolSpec[];
  /** `none` keeps the tools declared but forbids calling them (the last hop must answer in words). */
  toolChoice?: 'auto' | 'none';
  maxTokens?: number;
  temperature?: number;
  /** What kind of work this is; the built-in responder needs to know, other engines ignore it. */
  purpose?: 'answer' | 'title' | 'summary' | 'should-answer' | 'memory';
  /** BCP 47 language of the room, `id` or `en`; only a hint. */
  language?: string;
}

/** `text` deltas concatenate to `done.text`. Every stream ends with exactly one `done`, or throws ModelError. */
export type ModelEvent =
  | { type: 'text'; delta: string }
  | { type: 'thinking'; delta: string }
  | { type: 'call-start'; id: string; name: string }
  | {
      type: 'done';
      stop: 'end' | 'tools' | 'length' | 'refusal' | 'other';
      text: string;
      calls: ToolCall[];
      /** Absent when the provider does not say. */
      usage?: Usage;
      replay?: unknown;
    };

export interface LanguageModel {
  /** Engine name for logs and health: `offline`, `openai-responses`, `openai-chat`. */
  readonly id: string;
  /** Model name as shown to people and stored with the answer. */
  readonly model: string;
  /** True when a real model is configured; the built-in responder says false (trigger `auto` then means `mention`). */
  readonly canJudge: boolean;
  /** True when image parts may be sent. */
  readonly acceptsImages: boolean;
  /**
   * Streams one reply. Retries (bounded) only before the first visible event. An abort ends it within a second.
   * @throws ModelError always this type; `kind: "aborted"` when `signal` fired
   */
  stream(request: ModelRequest, signal: AbortSignal): AsyncIterable<ModelEvent>;
  /** Cheap reachability for /health; never throws. */
  check?(): Promise<{ ok: boolean; detail?: string }>;
  close?(): Promise<void>;
}

/** Closed list of what can go wrong with a model. */
export type ModelErrorKind =
  | 'unreachable' // nothing answered (refused, DNS, TLS, 5xx before the first token)
  | 'auth' // the key was refused
  | 'rate_limited'
  | 'bad_request'
  | 'context_too_long'
  | 'stalled' // no event for timeoutMs
  | 'cut_off' // the stream ended without its end marker, after it had begun
  | 'aborted';

export class ModelError extends Error {
  readonly kind: ModelErrorKind;
  /** True when the same request may be sent again (nothing visible was produced). */
  readonly retryable: boolean;
  /** HTTP status of the provider, when there was one. */
  readonly status: number | undefined;
  /** For `stalled`: how long nothing came, in seconds. */
  readonly seconds: number | undefined;

  constructor(
    kind: ModelErrorKind,
    message: string,
    options: { retryable?: boolean; status?: number; seconds?: number; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.name = 'ModelError';
    this.kind = kind;
    this.retryable = options.retryable ?? false;
    this.status = options.status;
    this.seconds = options.seconds;
  }
}
