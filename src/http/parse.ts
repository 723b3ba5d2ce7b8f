// The input of a declared route: path, query and body, each held to its schema and its size.
import type { z } from 'zod';
import { AppError } from '../lib/errors.ts';
import type { RouteDeclaration } from '../protocol/declare.ts';
import type { HttpContext } from './http-context.ts';

export interface ParsedInput {
  params: unknown;
  query: unknown;
  body: unknown;
}

type Place = 'path' | 'query' | 'body';
export interface Issue {
  in: Place;
  path: string;
  message: string;
}

/** @throws AppError invalid with every issue, or too_large */
export async function parseInput(route: RouteDeclaration, c: HttpContext, bodyBytes: number): Promise<ParsedInput> {
  const issues: Issue[] = [];
  const params = parsePart('path', route.params, c.req.param(), issues);
  const query = parsePart('query', route.query, c.req.query(), issues);
  const body = route.body && parsePart('body', route.body, await readJson(c, bodyBytes), issues);
  refuseIssues(issues);
  return { params, query, body };
}

/** @throws AppError invalid with all of them, if there are any */
export function refuseIssues(issues: readonly Issue[]): void {
  if (issues.length === 0) return;
  const [first] = issues;
  const more = issues.length > 1 ? ` (and ${issues.length - 1} more)` : '';
  throw new AppError('invalid', `${first!.path === '' ? `The ${first!.in}` : first!.path}: ${first!.message}${more}`, {
    issues,
  });
}

/** Adds what is wrong to `issues`. */
export function parsePart(place: Place, schema: z.ZodType | undefined, value: unknown, issues: Issue[]): unknown {
  const parsed = schema?.safeParse(value);
  for (const { path, message } of parsed?.error?.issues ?? [])
    issues.push({ in: place, path: path.join('.'), message });
  return parsed?.data;
}

async function readJson(c: HttpContext, bodyBytes: number): Promise<unknown> {
  const type = c.req.header('content-type')?.split(';', 1)[0]?.trim().toLowerCase();
  const bytes = await readBody(c, bodyBytes);
  if (bytes.byteLength > 0 && type !== 'application/json') {
    throw new AppError('invalid', `Send the body as application/json, not as ${type ?? 'something unnamed'}.`, {
      accepted: ['application/json'],
    });
  }
  // No body at all is told field by field, like an empty object.
  if (bytes.byteLength === 0) return {};
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw new AppError('invalid', 'The body is no valid JSON.', { reason: 'malformed_json' }, { cause: error });
  }
}

/** Never holds more than the limit, whether or not the client said beforehand how much it would send. */
async function readBody(c: HttpContext, bodyBytes: number): Promise<Uint8Array> {
  const tooLarge = (): AppError =>
    new AppError('too_large', `The body may have at most ${bodyBytes} bytes.`, {
      reason: 'body_too_large',
      maxBytes: bodyBytes,
    });
  if (Number(c.req.header('content-length') ?? 0) > bodyBytes) throw tooLarge();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of c.req.raw.body ?? []) {
    length += chunk.byteLength;
    if (length > bodyBytes) throw tooLarge();
    chunks.push(chunk);
  }
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
}
