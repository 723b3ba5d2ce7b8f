// What we ask of a server over an open line besides calls: a sign of life, its tools, who it is.
import { z } from 'zod';
import { asksForHeaders, type Catalogue, readCatalogue } from './catalogue.ts';
import type { Line } from './dial.ts';
import { plain } from './problem.ts';
import type { LinkStatus } from './server-link.ts';

const PROBE_TIMEOUT_MS = 5_000;
const MOST_PAGES = 32;

const listed = z.looseObject({ tools: z.array(z.unknown()), nextCursor: z.string().optional() });

/** @throws when no sign of life comes */
export async function sayHello({ client }: Line): Promise<void> {
  const options = { timeout: PROBE_TIMEOUT_MS };
  try {
    if (client.getProtocolEra() === 'modern') await client.discover(options);
    else await client.ping(options);
  } catch (error) {
    // Whoever answers that it does not know the question is there.
    if (typeof (error as { code?: unknown }).code === 'number') return;
    throw error;
  }
}

export function peerOf({ client, transportKind }: Line): NonNullable<LinkStatus['peer']> {
  const { name, version } = client.getServerVersion() ?? {};
  const protocol = client.getNegotiatedProtocolVersion();
  return {
    transport: transportKind,
    ...(protocol ? { protocol } : {}),
    ...(name ? { name: plain(name).slice(0, 100) } : {}),
    ...(version ? { version: plain(version).slice(0, 50) } : {}),
  };
}

/**
 * Page by page and without the SDK's own check, which refuses all tools for one that is not as it should be.
 * @param timeoutMs of each page @param stopped ends it
 */
export async function listTools({ client }: Line, timeoutMs: number, stopped?: AbortSignal): Promise<Catalogue> {
  const options = { timeout: timeoutMs, ...(stopped ? { signal: stopped } : {}) };
  if (!client.getServerCapabilities()?.tools) return { tools: [], leftOut: [] };
  const tools: unknown[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const request = { method: 'tools/list' as const, ...(cursor === undefined ? {} : { params: { cursor } }) };
    const found = await client.request(request, listed, options);
    tools.push(...found.tools);
    if (!found.nextCursor || found.nextCursor === cursor) break;
    cursor = found.nextCursor;
  }
  if (!tools.some(asksForHeaders)) return readCatalogue(tools);
  // Which of those declarations are valid the SDK knows best.
  const strict = await client.listTools(undefined, { ...options, cacheMode: 'refresh' }).catch(() => undefined);
  return readCatalogue(tools, new Set(strict?.tools.map(({ name }) => name)));
}
