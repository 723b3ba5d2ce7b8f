// The arguments of a tool as a form: a field for everything a schema says plainly, JSON for the rest. Pure.

export interface ArgumentField {
  name: string;
  help?: string;
  kind: 'text' | 'number' | 'whole' | 'flag' | 'choice' | 'json';
  choices?: readonly (string | number)[];
  isRequired: boolean;
  /** What the schema says it is when nothing is given. */
  preset: string;
}

export type ArgumentProblem = 'missing' | 'number' | 'whole' | 'json';

export type Arguments = Record<string, unknown>;

const MOST_FIELDS = 24;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** @returns undefined when a form would not do: then its arguments are written as JSON */
export function fieldsOf(schema: Record<string, unknown>): ArgumentField[] | undefined {
  const { properties, required } = schema;
  if (properties === undefined) return schema.additionalProperties === true ? undefined : [];
  if (!isObject(properties)) return undefined;
  const entries = Object.entries(properties);
  // Whatever is allowed besides the named ones can only be written.
  if (entries.length > MOST_FIELDS || (entries.length === 0 && schema.additionalProperties === true)) return undefined;
  const needed = Array.isArray(required) ? required : [];
  return entries.map(([name, raw]) => fieldOf(name, isObject(raw) ? raw : {}, needed.includes(name)));
}

function fieldOf(name: string, schema: Record<string, unknown>, isRequired: boolean): ArgumentField {
  const { description, enum: choices, default: preset } = schema;
  const isChoice = Array.isArray(choices) && choices.every((one) => typeof one === 'string' || typeof one === 'number');
  return {
    name,
    kind: isChoice ? 'choice' : kindOf(schema.type),
    isRequired,
    preset: preset === undefined ? '' : typeof preset === 'string' ? preset : JSON.stringify(preset),
    ...(typeof description === 'string' && description !== '' ? { help: description } : {}),
    ...(isChoice ? { choices } : {}),
  };
}

const KINDS: Record<string, ArgumentField['kind']> = {
  string: 'text',
  number: 'number',
  integer: 'whole',
  boolean: 'flag',
};

const kindOf = (type: unknown): ArgumentField['kind'] => (typeof type === 'string' && KINDS[type]) || 'json';

/** What stands in the fields, as the tool is given it; what was left empty is left out. */
export function readFields(
  fields: readonly ArgumentField[],
  textOf: (name: string) => string,
): { args: Arguments } | { problems: Record<string, ArgumentProblem> } {
  const args: Arguments = {};
  const problems: Record<string, ArgumentProblem> = {};
  for (const field of fields) {
    const text = textOf(field.name);
    if (text.trim() === '') {
      if (field.isRequired && field.kind !== 'text') problems[field.name] = 'missing';
      else if (field.isRequired && text === '') problems[field.name] = 'missing';
      else if (text !== '') args[field.name] = text;
      continue;
    }
    const read = readOne(field, text);
    if ('problem' in read) problems[field.name] = read.problem;
    else args[field.name] = read.value;
  }
  return Object.keys(problems).length > 0 ? { problems } : { args };
}

function readOne(field: ArgumentField, text: string): { value: unknown } | { problem: ArgumentProblem } {
  switch (field.kind) {
    case 'text':
      return { value: text };
    case 'flag':
      return { value: text === 'true' };
    case 'choice':
      return { value: field.choices?.find((one) => String(one) === text) ?? text };
    case 'number':
    case 'whole': {
      const value = Number(text);
      if (field.kind === 'whole') return Number.isInteger(value) ? { value } : { problem: 'whole' };
      return Number.isFinite(value) ? { value } : { problem: 'number' };
    }
    case 'json':
      try {
        return { value: JSON.parse(text) };
      } catch {
        return { problem: 'json' };
      }
  }
}

/** @returns `why` in the words of the browser when it is no JSON, without when it is no object */
export function readJson(text: string): { args: Arguments } | { why?: string } {
  if (text.trim() === '') return { args: {} };
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? { args: value } : {};
  } catch (error) {
    return { why: error instanceof Error ? error.message : String(error) };
  }
}

/** What the schema presets and requires, to begin with. */
export function exampleOf(fields: readonly ArgumentField[] | undefined): string {
  const shown = (fields ?? []).filter(({ isRequired, preset }) => isRequired || preset !== '');
  const empty = { text: '', number: 0, whole: 0, flag: false, choice: '', json: null };
  const entries = shown.map((field) => {
    const read = field.preset === '' ? undefined : readOne(field, field.preset);
    return [field.name, read && 'value' in read ? read.value : (field.choices?.[0] ?? empty[field.kind])];
  });
  return JSON.stringify(Object.fromEntries(entries), undefined, 2);
}
