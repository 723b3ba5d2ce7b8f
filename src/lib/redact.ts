// Makes anything fit for the log: errors become data, secrets, query strings and what people wrote are left out.

const SECRET_KEY =
  /pass(word|wd)|token|secret|authori[sz]ation|cookie|api[-_]?key|ticket|credential|(invite|setup)[-_]?code|^code$/i;
/** What people or models wrote: only its length may be known. */
const WRITTEN_KEY = /^(text|content|prompt|brief|quote|body)$/i;
const MAX_DEPTH = 6;
const MAX_STRING = 8_000;

/** Errors as `{name, message, code?, stack, cause?}`; cycles and great depth are cut; never throws. */
export function redact(fields: Record<string, unknown>): Record<string, unknown> {
  return plainObject(fields, 0, new Set());
}

/** Cuts query strings and passwords out of every address in a text. */
export const redactText = (text: string): string =>
  (text.length > MAX_STRING ? `${text.slice(0, MAX_STRING)}…` : text)
    .replace(/([a-z][a-z0-9+.-]*:\/\/)[^\s/@"'<>]*@/gi, '$1…@')
    .replace(/((?:[a-z][a-z0-9+.-]*:\/)?\/[^\s?"'<>]*)\?[^\s"'<>]*/gi, '$1?…');

function value(input: unknown, depth: number, seen: Set<object>): unknown {
  if (typeof input === 'string') return redactText(input);
  if (typeof input === 'bigint') return Number(input);
  if (typeof input === 'function' || typeof input === 'symbol') return `[${typeof input}]`;
  if (typeof input !== 'object' || input === null) return input;
  if (seen.has(input)) return '[circular]';
  if (depth >= MAX_DEPTH) return '[deep]';
  if (input instanceof Date) return Number.isNaN(input.getTime()) ? null : input.toISOString();
  if (ArrayBuffer.isView(input)) return `[${input.byteLength} bytes]`;
  seen.add(input);
  try {
    if (input instanceof Error) return errorFields(input, depth, seen);
    if (Array.isArray(input)) return input.slice(0, 100).map((item) => value(item, depth + 1, seen));
    return plainObject(input as Record<string, unknown>, depth, seen);
  } finally {
    seen.delete(input);
  }
}

function plainObject(input: Record<string, unknown>, depth: number, seen: Set<object>): Record<string, unknown> {
  const output: Record<string, unknown> = {};
  for (const [key, field] of Object.entries(input)) {
    const hideable = typeof field === 'string' || (typeof field === 'object' && field !== null);
    if (SECRET_KEY.test(key) && hideable) output[key] = '[hidden]';
    else if (WRITTEN_KEY.test(key) && typeof field === 'string') output[key] = `[${field.length} characters]`;
    else output[key] = value(field, depth + 1, seen);
  }
  return output;
}

function errorFields(error: Error, depth: number, seen: Set<object>): Record<string, unknown> {
  const { code, details, kind, status } = error as Error & Record<'code' | 'details' | 'kind' | 'status', unknown>;
  const output: Record<string, unknown> = { name: error.name, message: redactText(String(error.message)) };
  // Machine-readable codes of errors (ENOENT, not_found) are no secrets, unlike fields called `code`.
  for (const [key, field] of Object.entries({ code, kind, status })) {
    if (typeof field === 'string' || typeof field === 'number') output[key] = field;
  }
  if (details !== undefined) output.details = value(details, depth + 1, seen);
  if (error.cause !== undefined) output.cause = value(error.cause, depth + 1, seen);
  if (typeof error.stack === 'string') output.stack = redactText(error.stack);
  return output;
}
