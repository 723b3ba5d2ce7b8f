// The forms that values of the environment take: numbers, lists, addresses; each says what it wants in words.
import { resolve } from 'node:path';
import { z } from 'zod';
import type { FilesConfig, InProcess, LlmConfig } from './config.ts';

/** Timers of Node fire at once beyond this. */
export const MOST = 2_147_483_647;

export const whole = (least: number, most: number) => {
  const message = `must be a whole number from ${least} to ${most}`;
  return z
    .string()
    .regex(/^\d{1,15}$/, message)
    .transform(Number)
    .pipe(z.number().min(least, message).max(most, message));
};
export const oneOf = <const T extends string>(values: readonly T[], synonyms: Record<string, T> = {}) =>
  z.string().transform((text, context): T => {
    const lower = text.toLowerCase();
    const found = values.find((value) => value === lower) ?? synonyms[lower];
    if (found) return found;
    context.issues.push({ code: 'custom', input: text, message: `must be one of ${values.join(', ')}` });
    return z.NEVER;
  });
const refuse = (context: z.core.$RefinementCtx, message: string): never => {
  context.addIssue({ code: 'custom', message });
  return z.NEVER;
};
export const scheme = (url: string): string => /^([a-z][a-z0-9+.-]*):/i.exec(url)?.[1]?.toLowerCase() ?? '';
const isHttp = (url: string): boolean => /^https?:$/.test(URL.parse(url)?.protocol ?? '');
export const httpUrl = z.string().refine(isHttp, 'must be an http:// or https:// address');
export const urlOf = (own: string, alsoHttp: string) =>
  z.string().refine((url) => scheme(url) === own || isHttp(url), `must be ${own}: or ${alsoHttp}`);

/** `sqlite:file`, or as SQLAlchemy writes it: `sqlite:///relative`, `sqlite:////absolute`. */
export const databaseUrl = z.string().transform((url, context) => {
  const [kind] = scheme(url).split('+');
  const use = 'use sqlite:FILE, or leave DATABASE_URL empty';
  if (kind === 'postgres' || kind === 'postgresql')
    return refuse(context, `PostgreSQL is not available in this version; ${use}`);
  if (kind === 'mysql' || kind === 'mariadb') return refuse(context, `MySQL is not available in this version; ${use}`);
  if (kind !== 'sqlite') return refuse(context, `must begin with sqlite:, postgresql:// or mysql://`);
  const file = url.replace(/^[^:]*:(\/\/\/)?/, '').replace(/\?.*$/, '');
  if (file === '' || file === ':memory:')
    return refuse(context, 'must name a file, e.g. sqlite:database/data/projectwise.sqlite');
  return { engine: 'sqlite' as const, url, file: resolve(file) };
});

export const inProcessUrl = z.string().transform((url, context): InProcess => {
  if (scheme(url) === 'in-process') return { engine: 'in-process', url };
  if (/^rediss?$/.test(scheme(url))) return refuse(context, 'Redis is not available in this version; use in-process:');
  return refuse(context, 'must be in-process: or redis://…');
});

export const llmUrl = z.string().transform((url, context): Pick<LlmConfig, 'engine' | 'url'> => {
  if (scheme(url) === 'offline') return { engine: 'offline', url };
  if (isHttp(url)) return { engine: 'openai', url: url.replace(/\/+$/, '') };
  if (/^wss?$/.test(scheme(url))) {
    return refuse(
      context,
      'WebSocket language models are not available in this version; use offline: or an http(s) address',
    );
  }
  return refuse(context, 'must be offline:, or the http(s) address of an OpenAI-compatible server');
});

export const origins = z.string().transform((text, context) => {
  const list = text
    .replace(/^\[|\]$|["']/g, '')
    .split(/[\s,]+/)
    .filter((entry) => entry !== '');
  const wrong = list.find((entry) => entry !== '*' && (!isHttp(entry) || URL.parse(entry)?.pathname !== '/'));
  if (wrong !== undefined) {
    return refuse(
      context,
      `must list origins such as https://app.example.com, separated by commas ("${wrong}" is none)`,
    );
  }
  return list.map((entry) => (entry === '*' ? entry : new URL(entry).origin));
});

/** `file:FOLDER`, relative to where the process starts or absolute. */
export const filesUrl = z.string().transform((url, context): FilesConfig => {
  if (scheme(url) === 'file') {
    const folder = url.replace(/^file:(\/\/(?=\/))?/i, '');
    if (folder === '' || folder.startsWith('//')) {
      return refuse(context, 'must name a folder, e.g. file:database/data/files');
    }
    return { engine: 'disk', folder: resolve(folder) };
  }
  if (scheme(url) === 's3') return refuse(context, 'S3 is not available in this version; use file:FOLDER');
  return refuse(context, 'must be file:FOLDER or s3://key:secret@host/bucket');
});
