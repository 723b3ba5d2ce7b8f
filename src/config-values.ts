// The forms that values of the environment take: numbers, lists, addresses; each says what it wants in words.
import { resolve } from 'node:path';
import { z } from 'zod';
import type { FilesConfig, InProcess, LlmConfig } from './config.ts';

/** Without the local folder, which is in DATA_DIR. */
export interface S3Config {
  engine: 's3';
  /** Scheme, host and port. */
  endpoint: string;
  bucket: string;
  region: string;
  accessKey: string;
  secretKey: string;
  pathStyle: boolean;
}

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

/** `ind,eng`: what trained data of text recognition are named by. */
export const languageCodes = z
  .string()
  .transform((text) =>
    text
      .toLowerCase()
      .split(/[\s,+]+/)
      .filter((code) => code !== ''),
  )
  .refine(
    (codes) => codes.length > 0 && codes.every((code) => /^[a-z]{3}(_[a-z]{2,8})?$/.test(code)),
    'must list languages by three letters, such as ind,eng',
  );

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

const decodePercent = (text: string): string | undefined => {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
};
const S3_FORM = 's3://KEY:SECRET@HOST/BUCKET?region=REGION&pathStyle=1';

/** `file:FOLDER`, relative to where the process starts or absolute; or a bucket of an S3-compatible server. */
export const filesUrl = z.string().transform((url, context): Extract<FilesConfig, { engine: 'disk' }> | S3Config => {
  if (scheme(url) === 'file') {
    const folder = url.replace(/^file:(\/\/(?=\/))?/i, '');
    if (folder === '' || folder.startsWith('//')) {
      return refuse(context, 'must name a folder, e.g. file:database/data/files');
    }
    return { engine: 'disk', folder: resolve(folder) };
  }
  if (scheme(url) !== 's3') return refuse(context, `must be file:FOLDER or ${S3_FORM}`);
  const found = URL.parse(url);
  const bucket = found?.pathname.replace(/^\/|\/$/g, '') ?? '';
  if (!found || found.host === '') return refuse(context, `must be ${S3_FORM}`);
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket)) return refuse(context, `must name one bucket: ${S3_FORM}`);
  const [accessKey, secretKey] = [found.username, found.password].map(decodePercent);
  if (!accessKey || !secretKey) return refuse(context, `must hold a key and its secret: ${S3_FORM}`);
  const unknown = [...found.searchParams.keys()].find((name) => !['region', 'pathStyle', 'tls'].includes(name));
  if (unknown !== undefined) return refuse(context, `knows region, pathStyle and tls, not ${unknown}`);
  const flag = (name: string, usual: boolean): boolean => {
    const text = found.searchParams.get(name);
    return text === null || text === '' ? usual : /^(1|true|yes|on)$/i.test(text);
  };
  const isHere = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(found.hostname);
  return {
    engine: 's3',
    endpoint: `${flag('tls', !isHere) ? 'https' : 'http'}://${found.host}`,
    bucket,
    region: found.searchParams.get('region') || 'us-east-1',
    accessKey,
    secretKey,
    // A name before an address of this machine leads nowhere.
    pathStyle: flag('pathStyle', isHere),
  };
});
