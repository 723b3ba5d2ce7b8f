// What of a tool server's entry is nobody's to read: taken out of whatever comes back from there. Pure.
import type { LocalToolServer, ToolServerConfig } from '../config-mcp.ts';
import { hasSecretName, secretInArgument } from '../lib/secret-arguments.ts';

/** Shorter ones are numbers and switches, and would make words unreadable. */
const LEAST_UNITS = 4;

/** Of headers, of variables, and of what an address asks. */
const SECRET_NAME = /key|token|secret|password|auth|cookie|credential|signature/i;

/** Of a program: all that is in its environment, for what it says when it dies. */
export function secretsOf({ args, env }: Pick<LocalToolServer, 'args' | 'env'>): string[] {
  const values = [
    ...Object.values(env),
    ...args.flatMap((argument, at) => (hasSecretName(args[at - 1]) ? argument : (secretInArgument(argument) ?? []))),
  ];
  return longestFirst(values);
}

/** What proves to a server who we are, whatever its transport: what it answers may repeat it. */
export function credentialsOf(server: ToolServerConfig): string[] {
  if (server.kind === 'stdio') {
    const { args, env } = server;
    return secretsOf({ args, env: Object.fromEntries(Object.entries(env).filter(([name]) => SECRET_NAME.test(name))) });
  }
  const { searchParams } = new URL(server.url);
  const named = [...Object.entries(server.headers), ...searchParams].filter(([name]) => SECRET_NAME.test(name));
  // `Bearer …`: the word before it is no secret.
  return longestFirst(named.flatMap(([, value]) => [value, value.replace(/^\S+\s+/, '')]));
}

/** So that none is left standing because a part of it was taken out. */
function longestFirst(values: readonly string[]): string[] {
  // Keys of several lines are also said line by line.
  const pieces = values.flatMap((value) => [value, ...value.split('\n')]).map((value) => value.trim());
  return [...new Set(pieces)]
    .filter(({ length }) => length >= LEAST_UNITS)
    .sort((one, other) => other.length - one.length);
}

export const withoutSecrets = (text: string, secrets: readonly string[]): string =>
  secrets.reduce((left, secret) => left.replaceAll(secret, '***'), text);

/** The same for every text within a value. */
export function withoutSecretsIn<T>(value: T, secrets: readonly string[]): T {
  if (secrets.length === 0) return value;
  const clean = (part: unknown): unknown => {
    if (typeof part === 'string') return withoutSecrets(part, secrets);
    if (Array.isArray(part)) return part.map(clean);
    if (typeof part !== 'object' || part === null) return part;
    return Object.fromEntries(
      Object.entries(part).map(([name, inner]) => [withoutSecrets(name, secrets), clean(inner)]),
    );
  };
  return clean(value) as T;
}
