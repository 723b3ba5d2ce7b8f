// All tool servers together: begins to connect them once the product is ready, keeps what is wanted of each, and gives every tool its name.
import type { ToolServerConfig } from '../config-mcp.ts';
import type { App } from '../context.ts';
import type { Catalogue } from './catalogue.ts';
import { listServerRows, saveServerRow } from './mcp-store.ts';
import { createServerLink, type LinkDeps, type ServerLink } from './server-link.ts';
import { modelNameOf } from './tool-names.ts';

export interface Wanted {
  desired: 'connected' | 'stopped';
  changedBy?: string;
}

export type ServerChange = Parameters<LinkDeps['onChange']>[0];

export interface ToolServers {
  /** By name, in the order of the configuration. */
  readonly links: ReadonlyMap<string, ServerLink>;
  /** Reads what is wanted and begins to connect; waits for none of them. */
  start(): Promise<void>;
  /** Ends every connection and program. Idempotent. */
  stop(): Promise<void>;
  wanted(name: string): Wanted;
  /** Kept over restarts. Resolves when the first attempt has ended, or the server. */
  want(name: string, desired: Wanted['desired'], byName: string): Promise<void>;
  /** How many rooms know that it is gone. */
  roomsTold(name: string): number;
  setRoomsTold(name: string, rooms: number): void;
  /** How the model calls a tool. */
  modelNameOf(server: string, tool: string): string;
  /** Called after each change; several close together are told once. */
  onChange(listener: (link: ServerLink, what: ServerChange) => void): void;
}

const BEGINS_AFTER_MS = 20;

/** An empty list costs nothing: the SDK is loaded with the first connection. */
export function createToolServers(app: Pick<App, 'config' | 'db' | 'limits' | 'log'>): ToolServers {
  const links = new Map<string, ServerLink>();
  const wanted = new Map<string, Wanted>();
  const roomsTold = new Map<string, number>();
  const listeners: Parameters<ToolServers['onChange']>[0][] = [];
  let names: Map<string, string> | undefined;
  let isStopped = false;

  const logged = new Map<string, string>();
  /** One line when it is there and one when it is not, however often it is tried in between. */
  const logState = (link: ServerLink) => {
    const { state, lastError, peer } = link.status();
    const { name } = link.server;
    const told = state === 'connecting' ? logged.get(name) : state;
    if (told === undefined || told === logged.get(name)) return;
    logged.set(name, told);
    const details = { server: name, ...(lastError ? { why: lastError.sentence } : {}) };
    if (state === 'connected') app.log.info('A tool server is there', { ...details, ...peer });
    else if (state === 'stopped') app.log.info('A tool server was shut down', details);
    else app.log.warn('A tool server is not there', { ...details, state });
  };

  const changed = (server: ToolServerConfig, what: ServerChange) => {
    const link = links.get(server.name);
    if (!link || isStopped) return;
    if (what === 'state') logState(link);
    if (what === 'tools') {
      names = undefined;
      void keepCatalogue(link);
    }
    for (const listener of listeners) listener(link, what);
  };

  async function keepCatalogue(link: ServerLink): Promise<void> {
    const { tools, leftOut } = link.catalogue();
    const catalogue = JSON.stringify({ tools, leftOut } satisfies Catalogue);
    await saveServerRow(app.db, link.server.name, { catalogue, catalogue_at: Date.now() }).catch((error) =>
      app.log.warn('The tools of a server could not be kept', { server: link.server.name, error }),
    );
  }

  for (const server of app.config.mcp.servers) {
    const deps = { limits: app.limits, onChange: (what: ServerChange) => changed(server, what) };
    links.set(server.name, createServerLink(server, deps));
    wanted.set(server.name, { desired: server.startsStopped ? 'stopped' : 'connected' });
  }

  return {
    links,
    async start() {
      if (links.size === 0) return;
      for (const row of await listServerRows(app.db)) {
        const link = links.get(row.name);
        if (!link) continue;
        // Unless somebody has said otherwise, the file decides whether it begins stopped.
        if (row.changed_at !== null) {
          wanted.set(row.name, {
            desired: row.desired,
            ...(row.changed_by_name ? { changedBy: row.changed_by_name } : {}),
          });
        }
        if (row.catalogue !== null) link.remember(JSON.parse(row.catalogue));
      }
      // Later than whoever waits for the product to be ready: the SDK takes its time to load.
      setTimeout(() => {
        if (isStopped) return;
        for (const [name, link] of links) if (wanted.get(name)?.desired === 'connected') void link.connect();
      }, BEGINS_AFTER_MS);
    },
    async stop() {
      isStopped = true;
      await Promise.all([...links.values()].map((link) => link.stop()));
    },
    wanted: (name) => wanted.get(name) ?? { desired: 'stopped' },
    async want(name, desired, byName) {
      const link = links.get(name);
      if (!link) return;
      await saveServerRow(app.db, name, { desired, changed_at: Date.now(), changed_by_name: byName });
      wanted.set(name, { desired, changedBy: byName });
      await (desired === 'connected' ? link.connect() : link.stop());
    },
    roomsTold: (name) => roomsTold.get(name) ?? 0,
    setRoomsTold(name, rooms) {
      const link = links.get(name);
      if (!link || roomsTold.get(name) === rooms) return;
      roomsTold.set(name, rooms);
      changed(link.server, 'calls');
    },
    modelNameOf(server, tool) {
      names ??= nameTools(links);
      return names.get(`${server}\0${tool}`) ?? modelNameOf(server, tool, new Set());
    },
    onChange: (listener) => void listeners.push(listener),
  };
}

function nameTools(links: ReadonlyMap<string, ServerLink>): Map<string, string> {
  const names = new Map<string, string>();
  const taken = new Set<string>();
  for (const [server, link] of [...links].sort(([a], [b]) => (a < b ? -1 : 1))) {
    for (const tool of link.catalogue().tools) {
      const name = modelNameOf(server, tool.name, taken);
      taken.add(name);
      names.set(`${server}\0${tool.name}`, name);
    }
  }
  return names;
}
