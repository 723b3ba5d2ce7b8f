// Bounds that an operator sets otherwise: LIMIT_… from the environment.
import { MOST, whole } from './config-values.ts';
import { DEFAULT_LIMITS, type Limits, limitVariable } from './limits.ts';

/** Limits for which nothing at all is a sensible bound. */
const MAY_BE_ZERO: (keyof Limits)[] = [
  'deltaWindowMs',
  'stopGraceMs',
  'toolHops',
  'toolCallsPerTurn',
  'historyMessages',
];

/** @param problems what is wrong is added here, a sentence each */
export function readLimits(env: Readonly<Record<string, string | undefined>>, problems: string[]): Limits {
  const limits: Record<string, number> = { ...DEFAULT_LIMITS };
  const keys = new Map(Object.keys(DEFAULT_LIMITS).map((key) => [limitVariable(key), key as keyof Limits]));
  for (const name of Object.keys(env).filter((candidate) => candidate.startsWith('LIMIT_'))) {
    const value = env[name];
    if (value === undefined || value.trim() === '') continue;
    const key = keys.get(name);
    if (key === undefined) {
      problems.push(`${name} is not a limit; .env.example lists them all`);
      continue;
    }
    const parsed = whole(MAY_BE_ZERO.includes(key) ? 0 : 1, MOST).safeParse(value.trim());
    if (parsed.success) limits[key] = parsed.data;
    else problems.push(`${name} ${parsed.error.issues[0]!.message} (it is "${value.slice(0, 100)}")`);
  }
  return limits as Limits;
}
