// How a turn that did not complete is told to people: one human sentence, keyed so that each reader sees it in their language.
import { ModelError, type ModelErrorKind } from '../engines/llm/language-model.ts';
import { AppError } from '../lib/errors.ts';
import type { WireError } from '../protocol/errors.ts';
import type { SystemNote } from '../protocol/models.ts';
import type { ErrorCode, Reason } from '../protocol/names.ts';

const BY_MODEL_ERROR: Record<Exclude<ModelErrorKind, 'aborted'>, Reason> = {
  unreachable: 'model_unreachable',
  auth: 'model_auth',
  rate_limited: 'model_rate_limited',
  bad_request: 'model_bad_request',
  context_too_long: 'model_context_too_long',
  stalled: 'model_stalled',
  cut_off: 'model_cut_off',
};

const SENTENCES: Partial<Record<Reason, (params: SystemNote['params']) => string>> = {
  model_unreachable: () => 'The language model cannot be reached. Your question is kept; try again in a moment.',
  model_auth: () => 'The language model refused our key. An administrator has to check LLM_API_KEY.',
  model_rate_limited: () =>
    'The language model has too many requests right now. Your question is kept; try again in a minute.',
  model_bad_request: () => 'The language model refused this request. An administrator finds the reason in the log.',
  model_context_too_long: () => 'This was too long for the language model. Ask about a smaller part.',
  model_stalled: ({ seconds }) =>
    `The model stopped replying after ${seconds ?? 0} seconds. This answer is not complete; do not quote it yet.`,
  model_cut_off: () => 'The connection to the model was cut. This answer is not complete; do not quote it yet.',
  turn_timeout: ({ seconds }) =>
    `The answer took longer than ${seconds ?? 0} seconds and was ended. It is not complete; do not quote it yet.`,
  turn_failed: () => 'The answer could not be finished. Your question is kept; try again.',
  server_stopping: () => 'The server was stopped while this answer was being written. It is not complete.',
  server_restarted: () => 'The server restarted while this answer was being written. It is not complete.',
};

export interface Failure {
  error: WireError;
  note: SystemNote;
}

/** @param params numbers and words that the sentence needs, e.g. `seconds` */
export function describeFailure(
  reason: Reason,
  params: SystemNote['params'] = {},
  code: ErrorCode = 'unavailable',
): Failure {
  const sentence = SENTENCES[reason] ?? SENTENCES.turn_failed;
  const message = sentence?.(params) ?? 'The answer could not be finished.';
  return { error: { code, message, details: { reason, ...params } }, note: { key: `turn.${reason}`, params } };
}

/** What went wrong, from whatever the turn threw. Unknown errors say nothing of their inside. */
export function failureOf(error: unknown): Failure {
  if (error instanceof ModelError && error.kind !== 'aborted') {
    return describeFailure(BY_MODEL_ERROR[error.kind], error.seconds === undefined ? {} : { seconds: error.seconds });
  }
  if (error instanceof AppError && error.details?.reason) return describeFailure(error.details.reason, {}, error.code);
  return describeFailure('turn_failed', {}, 'internal');
}
