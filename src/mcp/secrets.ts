// What of a tool server's entry is nobody's to read: found among its arguments, and taken out of what its program says. Pure.
import type { LocalToolServer } from '../config-mcp.ts';
import { hasSecretName, secretInArgument } from '../lib/secret-arguments.ts';

/** Shorter ones are numbers and switches, and would make words unreadable. */
const LEAST_UNITS = 4;

/** Longest first, so that none is left standing because a part of it was taken out. */
export function secretsOf({ args, env }: Pick<LocalToolServer, 'args' | 'env'>): string[] {
  const values = [
    ...Object.values(env),
    ...args.flatMap((argument, at) => (hasSecretName(args[at - 1]) ? argument : (secretInArgument(argument) ?? []))),
  ];
  // Keys of several lines are also said line by line.
  const pieces = values.flatMap((value) => [value, ...value.split('\n')]).map((value) => value.trim());
  return [...new Set(pieces)]
    .filter(({ length }) => length >= LEAST_UNITS)
    .sort((one, other) => other.length - one.length);
}

export const withoutSecrets = (text: string, secrets: readonly string[]): string =>
  secrets.reduce((left, secret) => left.replaceAll(secret, '***'), text);
