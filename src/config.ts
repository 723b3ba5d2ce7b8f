// The environment as one plain object, with every problem named at once. The only reader of process.env.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { readLimits } from './config-limits.ts';
import { type FoundToolServers, readToolServers, type ToolServerConfig } from './config-mcp.ts';
import { type EmbeddingConfig, type FoundSearch, readSearch, type VectorConfig } from './config-search.ts';
import {
  databaseUrl,
  filesUrl,
  httpUrl,
  inProcessUrl,
  languageCodes,
  llmUrl,
  oneOf,
  origins,
  type S3Config,
  urlOf,
  whole,
} from './config-values.ts';
import { DEFAULT_LIMITS, type Limits, limitVariable } from './limits.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface Config {
  environment: 'development' | 'production' | 'test';
  host: string;
  port: number;
  /** Absolute. Holds everything that runs: database, logs, secret. */
  dataDir: string;
  /** Signs tokens. Empty until createApp has read or made the one kept in the data folder. */
  secretKey: string;
  database: { engine: 'sqlite'; url: string; file: string };
  /** `full` survives a power cut, `normal` every crash of the process. */
  durability: 'normal' | 'full';
  jobs: InProcess;
  llm: LlmConfig;
  embedding: EmbeddingConfig;
  /** `file` is where the embedded index lies. */
  vectors: VectorConfig & { file: string };
  files: FilesConfig;
  /** Tool servers that the assistant uses over MCP. */
  mcp: {
    servers: ToolServerConfig[];
    /** Our own server also has what judges of the protocol call by name. Never in production. */
    hasFixtures: boolean;
  };
  ocr: OcrConfig;
  registration: 'open' | 'invite' | 'closed';
  metricsToken: string | undefined;
  /** Origins besides our own that browsers may call from; `*` is any, without cookies. */
  corsOrigins: string[];
  trustProxyHops: number;
  log: LogConfig;
  limits: Limits;
  /** argon2id. Not from the environment: tests inject a lower one. */
  passwordCost: { memoryKib: number; passes: number; parallelism: number };
  /** Variables that are set and valid, but whose engine this version does not have. */
  unused: string[];
  /** Sentences to be logged at start. */
  warnings: string[];
}

export interface InProcess {
  engine: 'in-process';
  url: string;
}

export interface OcrConfig {
  /** `auto`: the program `tesseract` of the machine when it is there, otherwise the one that came with the install. */
  engine: 'auto' | 'tesseract' | 'tesseract-js' | 'none';
  /** ISO 639-2, in order of preference. */
  languages: string[];
  /** What of our environment a program of the machine is given. */
  environment: Record<string, string>;
}

export interface LlmConfig {
  /** `openai` speaks to OpenAI and to every compatible server, `offline` is the built-in responder. */
  engine: 'offline' | 'openai';
  url: string;
  apiKey: string | undefined;
  /** Undefined: the engine's usual one. */
  model: string | undefined;
  temperature: number | undefined;
  maxTokens: number | undefined;
  /** The longest silence of the model. */
  timeoutMs: number;
}

export type FilesConfig =
  | {
      engine: 'disk';
      /** Absolute. */
      folder: string;
    }
  | (S3Config & {
      /** Absolute; where files arrive and are fetched to. */
      localFolder: string;
    });

export interface LogConfig {
  level: 'debug' | 'info' | 'warn' | 'error';
  format: 'text' | 'json';
  retentionDays: number;
  /** Absolute. */
  dir: string;
  /** Whether lines also go to the console; not in tests. */
  console: boolean;
}

/** Everything that is wrong with the environment, one line each. */
export class ConfigError extends Error {
  readonly problems: string[];

  constructor(problems: string[]) {
    const count = problems.length === 1 ? 'a problem' : `${problems.length} problems`;
    super(
      `The configuration has ${count}:\n${problems.map((problem) => `  - ${problem}`).join('\n')}\nEvery variable is explained in .env.example.`,
    );
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

const OPENAI_URL = 'https://api.openai.com/v1';
const PROJECT_DIR = fileURLToPath(new URL('..', import.meta.url));

/** The name that counts and its shape. Numbers and the like stay text until their default is known. */
const variables = {
  HOST: z.string().optional(),
  PORT: whole(0, 65_535).optional(),
  DATA_DIR: z.string().optional(),
  APP_ENV: oneOf(['development', 'production', 'test'], {
    dev: 'development',
    local: 'development',
    prod: 'production',
    staging: 'production',
    testing: 'test',
  }).optional(),
  SECRET_KEY: z.string().optional(),
  DATABASE_URL: databaseUrl.optional(),
  DURABILITY: oneOf(['normal', 'full']).optional(),
  BUS_URL: inProcessUrl.optional(),
  JOBS_URL: inProcessUrl.optional(),
  CACHE_URL: inProcessUrl.optional(),
  LLM_URL: llmUrl.optional(),
  LLM_API_KEY: z.string().optional(),
  LLM_MODEL: z.string().optional(),
  LLM_TEMPERATURE: z
    .string()
    .transform(Number)
    .pipe(
      z
        .number('must be a number from 0 to 2')
        .min(0, 'must be a number from 0 to 2')
        .max(2, 'must be a number from 0 to 2'),
    )
    .optional(),
  LLM_MAX_TOKENS: whole(1, 1_000_000).optional(),
  LLM_TIMEOUT_S: z
    .string()
    .transform(Number)
    .pipe(
      z
        .number('must be seconds from 1 to 3600')
        .min(1, 'must be seconds from 1 to 3600')
        .max(3_600, 'must be seconds from 1 to 3600'),
    )
    .optional(),
  REGISTRATION: oneOf(['open', 'invite', 'closed']).optional(),
  METRICS_TOKEN: z.string().optional(),
  CORS_ORIGINS: origins.optional(),
  TRUST_PROXY_HOPS: whole(0, 10).optional(),
  LOG_LEVEL: oneOf(['debug', 'info', 'warn', 'error'], {
    trace: 'debug',
    warning: 'warn',
    critical: 'error',
    fatal: 'error',
  }).optional(),
  LOG_FORMAT: z
    .string()
    // What a Python formatter takes (`%(message)s`, `{message}`) only says that text is wanted.
    .transform((text) => (/%\(|\{\w/.test(text) ? 'text' : text))
    .pipe(oneOf(['text', 'json']))
    .optional(),
  LOG_RETENTION: z
    .string()
    .transform((text) => text.replace(/\s*(d|days?)$/i, ''))
    .pipe(whole(1, 3_650))
    .optional(),
  LOG_DIR: z.string().optional(),
  EMBED_URL: urlOf('hashed', 'the http(s) address of an OpenAI-compatible server').optional(),
  EMBED_API_KEY: z.string().optional(),
  EMBED_MODEL: z.string().optional(),
  EMBED_DIM: whole(1, 16_384).optional(),
  VECTOR_URL: urlOf('embedded', 'the http(s) address of a Qdrant server').optional(),
  QDRANT_API_KEY: z.string().optional(),
  QDRANT_HOST: z.string().optional(),
  QDRANT_PORT: whole(1, 65_535).optional(),
  FILES_URL: filesUrl.optional(),
  OCR_ENGINE: oneOf(['auto', 'tesseract', 'tesseract-js', 'none']).optional(),
  OCR_LANGUAGES: languageCodes.optional(),
  MCP_SERVER_URL: httpUrl.optional(),
  MCP_SERVERS_FILE: z.string().optional(),
  MCP_FIXTURES: oneOf(['0', '1']).optional(),
};
type VariableName = keyof typeof variables;

/** Older names, in the order in which they are looked at when the name that counts is not set. */
const OLDER_NAMES: Partial<Record<VariableName, string[]>> = {
  SECRET_KEY: ['JWT_SECRET'],
  LLM_URL: ['LLM_BASE_URL', 'OPENAI_BASE_URL'],
  LLM_API_KEY: ['OPENAI_API_KEY'],
  LLM_MODEL: ['LLM_MODEL_NAME'],
  LLM_TIMEOUT_S: ['LLM_TIMEOUT'],
  VECTOR_URL: ['QDRANT_URL'],
};

const NOT_USED_YET: VariableName[] = ['CACHE_URL'];
const SECRETS: VariableName[] = [
  'SECRET_KEY',
  'LLM_API_KEY',
  'METRICS_TOKEN',
  'EMBED_API_KEY',
  'QDRANT_API_KEY',
  'DATABASE_URL',
  'FILES_URL',
];
/** What a program of the machine needs to find its libraries and its data. */
const PROGRAM_VARIABLES = ['PATH', 'LD_LIBRARY_PATH', 'TESSDATA_PREFIX', 'SYSTEMROOT', 'TEMP'];

/** Every variable that is read, older names included; `.env.example` lists exactly these. */
export const VARIABLE_NAMES: readonly string[] = [
  ...Object.keys(variables),
  ...Object.values(OLDER_NAMES).flat(),
  'REDIS_URL',
  'LLM_WEBSOCKET_URL',
  ...Object.keys(DEFAULT_LIMITS).map(limitVariable),
];

/** The process's environment over what `.env` in the working directory says, if there is one. */
export function readEnvironment(): Environment {
  try {
    process.loadEnvFile();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  return process.env;
}

/**
 * Mem0 reads these when it is loaded, and would otherwise report to its makers and write into the home folder.
 * @param folder where it may write, inside the data folder
 */
export function keepMem0Quiet(folder: string): void {
  process.env.MEM0_TELEMETRY = 'false';
  process.env.MEM0_DIR = folder;
}

/** @throws ConfigError with every problem of the environment */
export function loadConfig(env: Environment): Config {
  const problems: string[] = [];
  const found = findVariables(env);
  const parsed = z
    .object(variables)
    .safeParse(Object.fromEntries([...found].map(([name, { value }]) => [name, value])));
  for (const issue of parsed.error?.issues ?? []) {
    const name = issue.path[0] as VariableName;
    const { usedName, value } = found.get(name)!;
    const shown = SECRETS.includes(name) ? '' : ` (it is "${value.slice(0, 100)}")`;
    problems.push(
      /^must /.test(issue.message) ? `${usedName} ${issue.message}${shown}` : `${usedName}: ${issue.message}`,
    );
  }
  const limits = readLimits(env, problems);
  const tools = findToolServers(found, env);
  const search = findSearch(found);
  problems.push(...tools.problems, ...search.problems);
  const secret = found.get('SECRET_KEY');
  const isProduction = /^prod|^staging$/i.test(found.get('APP_ENV')?.value ?? '');
  if (isProduction && found.get('MCP_FIXTURES')?.value === '1') {
    problems.push('MCP_FIXTURES is for judging the protocol, not for production; leave it empty');
  }
  if (secret && isProduction && Buffer.byteLength(secret.value) < 32) {
    problems.push(`${secret.usedName} must have 32 bytes or more in production; leave it empty and one is made`);
  }
  if (problems.length > 0 || !parsed.success) throw new ConfigError(problems);
  return resolveConfig(env, parsed.data, found, { limits, tools, search });
}

/** The file is read here, as the environment is. */
function findToolServers(found: Found, env: Environment): FoundToolServers {
  const path = found.get('MCP_SERVERS_FILE')?.value;
  const url = found.get('MCP_SERVER_URL')?.value;
  try {
    const file = path === undefined ? undefined : readFileSync(resolve(path), 'utf8');
    return readToolServers(httpUrl.safeParse(url).success ? url : undefined, file, env);
  } catch (error) {
    const problem = `MCP_SERVERS_FILE cannot be read: ${(error as Error).message}`;
    return { servers: [], problems: [problem], warnings: [] };
  }
}

function findSearch(found: Found): FoundSearch {
  const value = (name: VariableName) => found.get(name)?.value;
  const isOffline = /^offline:/i.test(value('LLM_URL') ?? 'offline:');
  const llmUrl = isOffline ? undefined : value('LLM_URL');
  return readSearch({
    embedUrl: value('EMBED_URL'),
    embedApiKey: value('EMBED_API_KEY'),
    embedModel: value('EMBED_MODEL'),
    embedDim: value('EMBED_DIM'),
    vectorUrl: value('VECTOR_URL'),
    qdrantApiKey: value('QDRANT_API_KEY'),
    qdrantHost: value('QDRANT_HOST'),
    qdrantPort: value('QDRANT_PORT'),
    llmUrl: value('LLM_URL') === undefined && value('LLM_API_KEY') !== undefined ? OPENAI_URL : llmUrl,
    llmApiKey: value('LLM_API_KEY'),
  });
}

function resolveConfig(
  env: Environment,
  set: z.infer<z.ZodObject<typeof variables>>,
  found: Found,
  { limits, tools, search }: { limits: Limits; tools: FoundToolServers; search: FoundSearch },
): Config {
  const dataDir = set.DATA_DIR === undefined ? resolve(PROJECT_DIR, 'database/data') : resolve(set.DATA_DIR);
  const file = resolve(dataDir, 'projectwise.sqlite');
  const inProcess: InProcess = { engine: 'in-process', url: 'in-process:' };
  const unset =
    set.LLM_API_KEY === undefined
      ? ({ engine: 'offline', url: 'offline:' } as const)
      : ({ engine: 'openai', url: OPENAI_URL } as const);
  return {
    environment: set.APP_ENV ?? 'development',
    host: set.HOST ?? '127.0.0.1',
    port: set.PORT ?? 8000,
    dataDir,
    secretKey: set.SECRET_KEY ?? '',
    database: set.DATABASE_URL ?? { engine: 'sqlite', url: `sqlite:${file}`, file },
    durability: set.DURABILITY ?? 'normal',
    jobs: set.JOBS_URL ?? inProcess,
    llm: {
      ...(set.LLM_URL ?? unset),
      apiKey: set.LLM_API_KEY,
      model: set.LLM_MODEL,
      temperature: set.LLM_TEMPERATURE,
      maxTokens: set.LLM_MAX_TOKENS,
      timeoutMs: (set.LLM_TIMEOUT_S ?? 60) * 1_000,
    },
    embedding: search.embedding,
    vectors: { ...search.vectors, file: resolve(dataDir, 'index.sqlite') },
    files: filesConfig(set.FILES_URL, dataDir),
    mcp: { servers: tools.servers, hasFixtures: set.MCP_FIXTURES === '1' },
    ocr: {
      engine: set.OCR_ENGINE ?? 'auto',
      languages: set.OCR_LANGUAGES ?? ['ind', 'eng'],
      environment: pick(env, PROGRAM_VARIABLES),
    },
    registration: set.REGISTRATION ?? 'invite',
    metricsToken: set.METRICS_TOKEN,
    corsOrigins: set.CORS_ORIGINS ?? [],
    trustProxyHops: set.TRUST_PROXY_HOPS ?? 0,
    log: {
      level: set.LOG_LEVEL ?? 'info',
      format: set.LOG_FORMAT ?? 'text',
      retentionDays: set.LOG_RETENTION ?? 14,
      dir: set.LOG_DIR === undefined ? resolve(dataDir, 'logs') : resolve(set.LOG_DIR),
      console: set.APP_ENV !== 'test',
    },
    limits,
    passwordCost: { memoryKib: 19_456, passes: 2, parallelism: 1 },
    unused: NOT_USED_YET.flatMap((name) => found.get(name)?.usedName ?? []),
    warnings: [...warningsOf(env), ...tools.warnings, ...search.warnings],
  };
}

function filesConfig(set: z.infer<typeof filesUrl> | undefined, dataDir: string): FilesConfig {
  if (set === undefined) return { engine: 'disk', folder: resolve(dataDir, 'files') };
  return set.engine === 'disk' ? set : { ...set, localFolder: resolve(dataDir, 'files-arriving') };
}

/** What an older version's environment asks for and this version answers otherwise, so that it starts all the same. */
function warningsOf(env: Environment): string[] {
  const warnings: string[] = [];
  if (isSet(env.REDIS_URL) && ['BUS_URL', 'JOBS_URL', 'CACHE_URL'].some((name) => !isSet(env[name]))) {
    warnings.push(
      'REDIS_URL is set, but Redis is not available in this version: bus, jobs and cache run inside this process.',
    );
  }
  const hasOtherModel = ['LLM_URL', ...OLDER_NAMES.LLM_URL!, 'LLM_API_KEY', 'OPENAI_API_KEY'].some((name) =>
    isSet(env[name]),
  );
  if (isSet(env.LLM_WEBSOCKET_URL) && !hasOtherModel) {
    warnings.push(
      'LLM_WEBSOCKET_URL is set, but WebSocket language models are not available in this version: the built-in responder answers until LLM_URL names another.',
    );
  }
  return warnings;
}

const pick = (env: Environment, names: readonly string[]): Record<string, string> =>
  Object.fromEntries(names.flatMap((name) => (isSet(env[name]) ? [[name, env[name]]] : [])));

type Found = Map<VariableName, { usedName: string; value: string }>;
const isSet = (value: string | undefined): value is string => value !== undefined && value.trim() !== '';

function findVariables(env: Environment): Found {
  const found: Found = new Map();
  for (const name of Object.keys(variables) as VariableName[]) {
    const usedName = [name, ...(OLDER_NAMES[name] ?? [])].find((candidate) => isSet(env[candidate]));
    if (usedName !== undefined) found.set(name, { usedName, value: env[usedName]!.trim() });
  }
  return found;
}
