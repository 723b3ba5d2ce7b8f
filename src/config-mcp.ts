// Which tool servers there are: MCP_SERVER_URL and the file that MCP_SERVERS_FILE names, checked entry by entry. Pure but for config.ts, which reads.
import { z } from 'zod';
import { shownArguments } from './lib/secret-arguments.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export const TOOL_POLICIES = ['free', 'ask', 'off'] as const;
/** `free` runs at once, `ask` asks the person whose question it is for, `off` is not offered to the model. */
export type ToolPolicy = (typeof TOOL_POLICIES)[number];

interface Common {
  /** As in the file; `default` for MCP_SERVER_URL. */
  name: string;
  /** Address or command for people to read: without anything that came from the environment, without a query. */
  shown: string;
  /** Ids or slugs of rooms, or every one. */
  rooms: '*' | string[];
  /** Who may have its tools used for a question: roles in the room, or `admin` of the installation. */
  roles: string[];
  /** What its annotations say of a tool is believed: reading ones run without asking. */
  isTrusted: boolean;
  /** Results are shown to whoever asked before the room hears of them. */
  hasPrivateResults: boolean;
  /** By the server's own name of the tool. */
  tools: Readonly<Record<string, ToolPolicy>>;
  /** For tools that write and are not named in `tools`. */
  writingTools: ToolPolicy;
  /** Longest silence of a call, in milliseconds; undefined is the limit's. */
  callTimeoutMs: number | undefined;
  /** Wanted until an administrator says otherwise. */
  startsStopped: boolean;
}

export interface RemoteToolServer extends Common {
  /** `auto` speaks streamable HTTP and falls back to SSE where that is all there is. */
  kind: 'http' | 'sse' | 'auto';
  url: string;
  headers: Readonly<Record<string, string>>;
  /** Private addresses may be reached, also when a name leads to them. */
  allowsPrivate: boolean;
}

export interface LocalToolServer extends Common {
  kind: 'stdio';
  command: string;
  args: string[];
  env: Readonly<Record<string, string>>;
  cwd: string | undefined;
}

export type ToolServerConfig = RemoteToolServer | LocalToolServer;

/** The name under which MCP_SERVER_URL is known. */
export const DEFAULT_SERVER_NAME = 'default';
const MOST_SERVERS = 50;
const ROLES = ['lead', 'member', 'admin'] as const;
const NAME = /^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,63}$/u;

const policy = z.enum(TOOL_POLICIES, `must be one of ${TOOL_POLICIES.join(', ')}`);
const line = z.string('must be text').max(4_000, 'must be shorter');
const listOf = (what: string) => z.array(line.min(1, 'must not be empty'), `must be a list of ${what}`);
const table = (what: string) => z.record(z.string(), line, `must be an object of ${what}`);
const yesOrNo = z.boolean('must be true or false');

const shared = {
  rooms: listOf('ids or slugs of rooms, or ["*"]').optional(),
  roles: z
    .array(z.enum(ROLES, `must be one of ${ROLES.join(', ')}`), 'must be a list of roles')
    .min(1, 'must name a role')
    .optional(),
  trust: yesOrNo.default(false),
  privateResults: yesOrNo.default(false),
  tools: z.record(z.string(), policy, 'must be an object of free, ask and off by tool').default({}),
  writingTools: policy.default('off'),
  timeoutMs: z.int('must be milliseconds').min(1_000).max(600_000).optional(),
  disabled: yesOrNo.default(false),
};
/** `streamable-http` and the like are how different desktop clients call the same. */
const TRANSPORTS: Record<string, 'http' | 'sse'> = {
  http: 'http',
  'streamable-http': 'http',
  streamableHttp: 'http',
  streamable_http: 'http',
  sse: 'sse',
};
const remote = z.object({
  ...shared,
  type: z
    .string()
    .refine((type) => type in TRANSPORTS, 'must be http, sse or stdio')
    .optional(),
  url: line,
  headers: table('header values').default({}),
  bearerTokenEnv: line.optional(),
  allowPrivate: yesOrNo.default(false),
});
const local = z.object({
  ...shared,
  type: z.literal('stdio', 'must be stdio where there is a command').optional(),
  command: line.min(1, 'must not be empty'),
  args: z.array(line, 'must be a list of texts').default([]),
  env: table('variables').default({}),
  cwd: line.optional(),
});

export interface FoundToolServers {
  servers: ToolServerConfig[];
  /** One sentence each. */
  problems: string[];
  warnings: string[];
}

/**
 * @param file what MCP_SERVERS_FILE holds, when it is set
 * @param env where `${NAME}` and `bearerTokenEnv` are looked up
 */
export function readToolServers(url: string | undefined, file: string | undefined, env: Environment): FoundToolServers {
  const found: FoundToolServers = { servers: [], problems: [], warnings: [] };
  for (const [name, entry] of entriesOf(file, found)) readEntry(name, entry, env, found);
  if (url !== undefined) addDefault(url, found);
  if (found.servers.length > MOST_SERVERS) found.problems.push(`There may be at most ${MOST_SERVERS} tool servers.`);
  return found;
}

function entriesOf(file: string | undefined, found: FoundToolServers): [string, unknown][] {
  if (file === undefined) return [];
  let content: unknown;
  try {
    content = JSON.parse(file.replace(/^\ufeff/, ''));
  } catch (error) {
    found.problems.push(`MCP_SERVERS_FILE is no JSON: ${(error as Error).message}`);
    return [];
  }
  const servers = isObject(content) ? content.mcpServers : undefined;
  if (isObject(servers)) return Object.entries(servers);
  found.problems.push('MCP_SERVERS_FILE must hold {"mcpServers": {"name": {"url": …} or {"command": …}}}');
  return [];
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function addDefault(url: string, found: FoundToolServers): void {
  if (found.servers.some(({ name }) => name === DEFAULT_SERVER_NAME)) {
    found.problems.push(
      `MCP_SERVER_URL is the server "${DEFAULT_SERVER_NAME}", and MCP_SERVERS_FILE has one of that name too.`,
    );
    return;
  }
  const problem = problemOfUrl(url);
  if (problem) found.problems.push(`MCP_SERVER_URL ${problem}`);
  else found.servers.push({ ...defaults(DEFAULT_SERVER_NAME), kind: 'auto', url, ...remoteDefaults(url) });
}

/** The one server of the environment is the operator's own: what it says of its tools is believed. */
const defaults = (name: string): Omit<Common, 'shown'> => ({
  name,
  rooms: '*',
  roles: ['lead', 'member'],
  isTrusted: true,
  hasPrivateResults: false,
  tools: {},
  writingTools: 'off',
  callTimeoutMs: undefined,
  startsStopped: false,
});
const remoteDefaults = (url: string) => ({ shown: withoutQuery(url), headers: {}, allowsPrivate: false });

function readEntry(name: string, entry: unknown, env: Environment, found: FoundToolServers): undefined {
  const where = `MCP_SERVERS_FILE, server "${name.slice(0, 80)}"`;
  const problem = (text: string): undefined => {
    found.problems.push(`${where}${text}`);
  };
  if (!NAME.test(name)) return problem(': a name has 1 to 64 letters, digits, spaces, dots, _ and -');
  if (!isObject(entry)) return problem(' must be an object');
  const isLocal = 'command' in entry;
  if (isLocal === 'url' in entry) return problem(' must have either "url" or "command"');
  const shape = isLocal ? local : remote;
  const unknown = Object.keys(entry).filter((key) => !(key in shape.shape));
  if (unknown.length > 0) {
    const known = Object.keys(shape.shape).join(', ');
    found.warnings.push(`${where}: nothing is done with ${unknown.join(', ')}. What counts: ${known}.`);
  }
  const missing = new Set<string>();
  const parsed = shape.safeParse(expanded(entry, env, missing));
  for (const variable of missing) problem(` names \${${variable}}, which is not set`);
  if (!parsed.success) {
    for (const { path, message } of parsed.error.issues) problem(`, ${path.join('.')} ${message}`);
    return undefined;
  }
  if (missing.size > 0) return undefined;
  const server =
    'command' in parsed.data
      ? localServer(name, parsed.data, entry)
      : remoteServer(name, parsed.data, entry, env, problem);
  if (server) found.servers.push(server);
}

/** `${NAME}` and `${NAME:-otherwise}` in every text below; policies and switches hold none. */
function expanded(value: unknown, env: Environment, missing: Set<string>): unknown {
  if (typeof value === 'string') {
    return value.replace(/\$\{([A-Za-z_]\w*)(?::-([^}]*))?\}/g, (_, name: string, otherwise?: string) => {
      const set = env[name];
      if (set !== undefined && set !== '') return set;
      if (otherwise === undefined) missing.add(name);
      return otherwise ?? '';
    });
  }
  if (Array.isArray(value)) return value.map((item) => expanded(item, env, missing));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, expanded(item, env, missing)]));
}

function commonOf(name: string, entry: z.infer<typeof remote> | z.infer<typeof local>, otherwise: '*' | string[]) {
  return {
    name,
    rooms: entry.rooms === undefined ? otherwise : entry.rooms.includes('*') ? ('*' as const) : entry.rooms,
    roles: entry.roles ?? ['lead', 'member'],
    isTrusted: entry.trust,
    hasPrivateResults: entry.privateResults,
    tools: entry.tools,
    writingTools: entry.writingTools,
    callTimeoutMs: entry.timeoutMs,
    startsStopped: entry.disabled,
  };
}

/** A program on this machine is for no room until the entry names some. */
function localServer(name: string, entry: z.infer<typeof local>, written: Record<string, unknown>): LocalToolServer {
  const { command, args, env, cwd } = entry;
  const shown = [written.command, ...shownArguments(Array.isArray(written.args) ? written.args : [])].join(' ');
  return { ...commonOf(name, entry, []), kind: 'stdio', shown, command, args, env, cwd };
}

function remoteServer(
  name: string,
  entry: z.infer<typeof remote>,
  written: Record<string, unknown>,
  env: Environment,
  problem: (text: string) => undefined,
): RemoteToolServer | undefined {
  const wrongUrl = problemOfUrl(entry.url);
  if (wrongUrl) return problem(`, url ${wrongUrl}`);
  const headers = { ...entry.headers };
  for (const [key, value] of Object.entries(headers)) {
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(key) || /[^\t\x20-\x7e\x80-\xff]/.test(value)) {
      return problem(`, headers.${key} is no header`);
    }
  }
  if (entry.bearerTokenEnv !== undefined) {
    const token = env[entry.bearerTokenEnv];
    if (!token) return problem(`, bearerTokenEnv names ${entry.bearerTokenEnv}, which is not set`);
    if (Object.keys(headers).some((key) => key.toLowerCase() === 'authorization')) {
      return problem(' has both bearerTokenEnv and an Authorization header');
    }
    headers.Authorization = `Bearer ${token}`;
  }
  const kind = entry.type === undefined ? 'auto' : TRANSPORTS[entry.type]!;
  const shown = withoutQuery(String(written.url));
  return { ...commonOf(name, entry, '*'), kind, shown, url: entry.url, headers, allowsPrivate: entry.allowPrivate };
}

function problemOfUrl(text: string): string | undefined {
  const url = URL.parse(text);
  if (!url || !/^https?:$/.test(url.protocol)) return 'must be an http:// or https:// address';
  if (url.username !== '' || url.password !== '') return 'must not hold a password; use headers or bearerTokenEnv';
  return undefined;
}

const withoutQuery = (url: string): string => url.replace(/[?#].*$/s, '');
