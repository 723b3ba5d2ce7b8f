// Filters of Qdrant over payloads, for the stand-in: what it does not know it refuses, as the real one would.

export interface Filter {
  must?: Condition | Condition[];
  should?: Condition | Condition[];
  must_not?: Condition | Condition[];
}
type Condition =
  | Filter
  | { key: string; match: { value: unknown } | { any: unknown[] } }
  | { key: string; range: { gt?: number; gte?: number; lt?: number; lte?: number } };

const listOf = (conditions: Condition | Condition[] | undefined): Condition[] =>
  conditions === undefined ? [] : Array.isArray(conditions) ? conditions : [conditions];

export function isFilter(value: unknown): value is Filter {
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).every(
    ([key, conditions]) => ['must', 'should', 'must_not'].includes(key) && listOf(conditions).every(isCondition),
  );
}

function isCondition(value: Condition): boolean {
  if (!('key' in value)) return isFilter(value);
  if (typeof value.key !== 'string') return false;
  if ('range' in value) return Object.keys(value.range).every((key) => /^[gl]te?$/.test(key));
  return 'value' in value.match || ('any' in value.match && Array.isArray(value.match.any));
}

export function matches(filter: Filter | undefined, payload: Record<string, unknown>): boolean {
  if (!filter) return true;
  const holds = (condition: Condition): boolean => holdsFor(condition, payload);
  const should = listOf(filter.should);
  return (
    listOf(filter.must).every(holds) &&
    !listOf(filter.must_not).some(holds) &&
    (should.length === 0 || should.some(holds))
  );
}

function holdsFor(condition: Condition, payload: Record<string, unknown>): boolean {
  if (!('key' in condition)) return matches(condition, payload);
  const value = payload[condition.key];
  if ('range' in condition) {
    const { gt = -Infinity, gte = -Infinity, lt = Infinity, lte = Infinity } = condition.range;
    return typeof value === 'number' && value > gt && value >= gte && value < lt && value <= lte;
  }
  return 'value' in condition.match ? value === condition.match.value : condition.match.any.includes(value);
}
