// The tools of one server as we keep them: whatever it answered, each tool is taken, mended or left out by itself.
import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { visibleText } from '../lib/visible-text.ts';
import { toToolSchema } from './tool-schema.ts';

export interface CatalogueTool {
  /** As the server calls it. */
  name: string;
  title?: string;
  description: string;
  inputSchema: Record<string, unknown>;
  /** By the server's own account: it changes nothing. Only a hint. */
  reads: boolean;
  /** By the server's own account: it reaches into the world, where words can be carried away. */
  reachesOut: boolean;
  /** By the server's own account: called again with the same arguments, nothing more happens. */
  isRepeatable: boolean;
  /** SHA-256 of how the server describes it: what was allowed for one description is not for another. */
  definition: string;
  /** Arguments that newer servers also want as headers are found in the schema as it came. */
  mirrored?: Record<string, unknown>;
}

export interface Catalogue {
  tools: CatalogueTool[];
  /** Tools nothing can be done with, and why. */
  leftOut: { name: string; why: string }[];
}

const MAX_TOOLS = 256;
const MOST_LISTED = 2_000;
const MOST_LEFT_OUT = 50;
const MAX_NAME_UNITS = 200;
const MAX_TITLE_UNITS = 120;
const MAX_DESCRIPTION_UNITS = 1_024;
/** Of one tool as it came; more than this says nothing to a model. */
const MAX_TOOL_UNITS = 256_000;

/** So long tools are looked at without a break: hundreds of them, each with a schema of pages, are not looked at in one go. */
const SLICE_MS = 8;

/** @param mirrors names of tools whose header declarations are valid; the others with such declarations may not be called */
export async function readCatalogue(listed: unknown[], mirrors?: ReadonlySet<string>): Promise<Catalogue> {
  const tools = new Map<string, CatalogueTool>();
  const leftOut: Catalogue['leftOut'] = [];
  let sliceEndsAt = performance.now() + SLICE_MS;
  for (const raw of listed.slice(0, MOST_LISTED)) {
    if (performance.now() > sliceEndsAt) {
      await setImmediate();
      sliceEndsAt = performance.now() + SLICE_MS;
    }
    const { name, why, tool } = tryTake(raw, tools);
    if (!tool) leftOut.push({ name, why: why ?? 'its description cannot be read' });
    else if (tool.mirrored && !mirrors?.has(name)) leftOut.push({ name, why: 'its header declarations are not valid' });
    else tools.set(name, tool);
  }
  const sorted = [...tools.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  return { tools: sorted, leftOut: leftOut.slice(0, MOST_LEFT_OUT) };
}

/** Whether two of them offer the same, described in the same way. */
export function isSameCatalogue(a: Catalogue, b: Catalogue): boolean {
  const isSameLength = a.tools.length === b.tools.length && a.leftOut.length === b.leftOut.length;
  return isSameLength && a.tools.every(({ definition }, at) => definition === b.tools[at]!.definition);
}

/** Whether a schema asks for arguments in headers. */
export function asksForHeaders(raw: unknown): boolean {
  try {
    return JSON.stringify((raw as { inputSchema?: unknown })?.inputSchema ?? null).includes('"x-mcp-header"');
  } catch {
    // Nested too deep to be written; such a tool is left out anyway.
    return false;
  }
}

/** Never throws. */
function tryTake(
  raw: unknown,
  known: ReadonlyMap<string, unknown>,
): { name: string; why?: string; tool?: CatalogueTool } {
  const named = (raw as { name?: unknown } | null)?.name;
  try {
    const judged = judge(raw, known);
    return judged.why === undefined ? { ...judged, tool: toTool(raw as Record<string, unknown>) } : judged;
  } catch {
    return { name: typeof named === 'string' ? visibleText(named).slice(0, MAX_NAME_UNITS) : '?' };
  }
}

function judge(raw: unknown, known: ReadonlyMap<string, unknown>): { name: string; why?: string } {
  const named = (raw as { name?: unknown } | null)?.name;
  if (typeof named !== 'string' || named.trim() === '') return { name: '?', why: 'it has no name' };
  const name = visibleText(named).slice(0, MAX_NAME_UNITS);
  if (named.length > MAX_NAME_UNITS || name !== named) return { name, why: 'its name is not usable' };
  if (known.has(name)) return { name, why: 'there are two of that name' };
  if (known.size >= MAX_TOOLS) return { name, why: `only ${MAX_TOOLS} tools of a server are taken` };
  if (JSON.stringify(raw).length > MAX_TOOL_UNITS) return { name, why: 'its description is too large' };
  return { name };
}

function toTool(raw: Record<string, unknown>): CatalogueTool {
  const { name, description, inputSchema } = raw as { name: string; description?: unknown; inputSchema?: unknown };
  const annotations = (raw.annotations ?? {}) as Record<string, unknown>;
  const title = raw.title ?? annotations.title;
  return {
    name,
    ...(typeof title === 'string' && title !== '' ? { title: visibleText(title).slice(0, MAX_TITLE_UNITS) } : {}),
    description:
      typeof description === 'string' ? visibleText(description).slice(0, MAX_DESCRIPTION_UNITS).toWellFormed() : '',
    inputSchema: toToolSchema(inputSchema),
    reads: annotations.readOnlyHint === true,
    reachesOut: annotations.openWorldHint === true,
    isRepeatable: annotations.readOnlyHint === true || annotations.idempotentHint === true,
    definition: createHash('sha256')
      .update(JSON.stringify([name, description, inputSchema, raw.annotations]))
      .digest('hex'),
    ...(asksForHeaders(raw) ? { mirrored: inputSchema as Record<string, unknown> } : {}),
  };
}
