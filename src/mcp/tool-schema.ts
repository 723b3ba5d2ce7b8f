// Makes of whatever a server calls a schema one that every model takes: an object, well-formed, of bounded size. Pure.
import { visibleText } from '../lib/visible-text.ts';

type Json = Record<string, unknown>;

const MAX_DEPTH = 12;
const MAX_SCHEMA_UNITS = 32_000;
const MAX_DESCRIPTION_UNITS = 1_000;
const MAX_PROPERTIES = 200;
const TYPES = new Set(['object', 'array', 'string', 'number', 'integer', 'boolean', 'null']);
/** The strictest of the providers. */
const PROPERTY_NAME = /^[A-Za-z0-9_.-]{1,64}$/;
const LOCAL_REFERENCE = /^#(\/|$)/;

const SCHEMA_MAPS = ['$defs', 'definitions'] as const;
const SCHEMA_LISTS = ['anyOf', 'oneOf', 'allOf', 'prefixItems'] as const;
const SCHEMAS = ['items', 'additionalProperties', 'not', 'contains', 'propertyNames'] as const;
const NUMBERS = [
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'minProperties',
  'maxProperties',
] as const;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What takes anything: better than a tool that cannot be called, or a question that fails because of it. */
const ANYTHING: Readonly<Json> = { type: 'object', properties: {}, additionalProperties: true };

/** Remote references are never followed, unknown words and impossible types are left out. */
export function toToolSchema(raw: unknown): Json {
  if (!isObject(raw)) return { ...ANYTHING };
  const schema = { properties: {}, ...cleaned(raw, 0), type: 'object' };
  return JSON.stringify(schema).length > MAX_SCHEMA_UNITS ? { ...ANYTHING } : schema;
}

function cleaned(raw: Json, depth: number): Json {
  if (depth > MAX_DEPTH) return {};
  const schema: Json = {};
  if (typeof raw.$ref === 'string' && LOCAL_REFERENCE.test(raw.$ref)) schema.$ref = raw.$ref;
  const type = typeOf(raw.type);
  if (type !== undefined) schema.type = type;
  for (const key of ['title', 'description', 'format', 'pattern'] as const) {
    const value = raw[key];
    if (typeof value !== 'string' || (key === 'pattern' && !isPattern(value))) continue;
    schema[key] = visibleText(value).slice(0, MAX_DESCRIPTION_UNITS);
  }
  const choices = Array.isArray(raw.enum) ? raw.enum.filter(isVisible) : [];
  if (choices.length > 0) schema.enum = choices;
  for (const key of ['const', 'default'] as const) {
    if (raw[key] !== undefined && isVisible(raw[key])) schema[key] = raw[key];
  }
  for (const key of NUMBERS) if (Number.isFinite(raw[key])) schema[key] = raw[key];
  if (typeof raw.uniqueItems === 'boolean') schema.uniqueItems = raw.uniqueItems;
  addProperties(schema, raw, depth);
  for (const key of SCHEMA_MAPS) {
    const value = raw[key];
    if (isObject(value)) schema[key] = Object.fromEntries(schemasOf(value, depth));
  }
  for (const key of SCHEMA_LISTS) {
    const value = raw[key];
    if (Array.isArray(value) && value.some(isSchema)) {
      schema[key] = value.filter(isSchema).map((item) => subschema(item, depth));
    }
  }
  for (const key of SCHEMAS) {
    const value = raw[key];
    if (isSchema(value)) schema[key] = subschema(value, depth);
  }
  // A list of nobody knows what is refused by some.
  if (schema.type === 'array' && schema.items === undefined && schema.prefixItems === undefined) schema.items = {};
  return schema;
}

const isSchema = (value: unknown): value is Json | boolean => typeof value === 'boolean' || isObject(value);
const subschema = (value: Json | boolean, depth: number) =>
  typeof value === 'boolean' ? value : cleaned(value, depth + 1);

function* schemasOf(map: Json, depth: number): Generator<[string, unknown]> {
  for (const [name, value] of Object.entries(map)) {
    if (isSchema(value) && isVisible(name)) yield [name, subschema(value, depth)];
  }
}

/** Values go back to the server as they are: one that says more than people see is left out, not cleaned. */
function isVisible(value: unknown): boolean {
  const text = JSON.stringify(value) ?? '';
  return visibleText(text) === text;
}

function addProperties(schema: Json, raw: Json, depth: number): void {
  if (!isObject(raw.properties)) return;
  const properties = [...schemasOf(raw.properties, depth)]
    .filter(([name]) => PROPERTY_NAME.test(name))
    .slice(0, MAX_PROPERTIES);
  schema.properties = Object.fromEntries(properties);
  if (!Array.isArray(raw.required)) return;
  const known = new Set(properties.map(([name]) => name));
  const required = raw.required.filter((name) => typeof name === 'string' && known.has(name));
  if (required.length > 0) schema.required = [...new Set(required)];
}

function typeOf(type: unknown): string | string[] | undefined {
  if (typeof type === 'string') return TYPES.has(type) ? type : undefined;
  if (!Array.isArray(type)) return undefined;
  const known = [...new Set(type.filter((one): one is string => TYPES.has(one)))];
  return known.length > 0 ? known : undefined;
}

function isPattern(text: string): boolean {
  try {
    return Boolean(new RegExp(text, 'u'));
  } catch {
    return false;
  }
}
