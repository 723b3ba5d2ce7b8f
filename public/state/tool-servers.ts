// The tool servers as administrators are told of them, live. For everybody else there are none.
import { computed, signal } from '@preact/signals';
import type { ToolServer } from '../../src/protocol/mcp-models.ts';
import { call } from '../lib/api.ts';
import { me } from './session.ts';

/** In the order of the configuration; undefined before they are known. */
export const toolServers = signal<readonly ToolServer[] | undefined>(undefined);
export const toolServersFailed = signal<unknown>(undefined);

export const isAdministrator = computed(() => me.value?.role === 'admin');

/** Quiet when right: only what is not as it is wanted is worth a colour. */
export const isAsWanted = ({ desired, state }: Pick<ToolServer, 'desired' | 'state'>): boolean => desired === state;
export const troubledServers = computed(() => (toolServers.value ?? []).filter((server) => !isAsWanted(server)));

/** What is told while the list is on its way is newer than the list. */
let toldMeanwhile: Map<string, ToolServer> | undefined;

/** Loads them again; does nothing for who is no administrator. */
export async function loadToolServers(): Promise<void> {
  if (!isAdministrator.peek()) return;
  const told = new Map<string, ToolServer>();
  toldMeanwhile = told;
  try {
    const { servers } = await call('mcpStatus');
    toolServers.value = servers.map((server) => told.get(server.name) ?? server);
    toolServersFailed.value = undefined;
  } catch (error) {
    toolServersFailed.value = error;
  }
  if (toldMeanwhile === told) toldMeanwhile = undefined;
}

export function noteToolServer(server: ToolServer): void {
  toldMeanwhile?.set(server.name, server);
  const known = toolServers.peek();
  if (known) toolServers.value = known.map((one) => (one.name === server.name ? server : one));
}

export function clearToolServers(): void {
  toolServers.value = undefined;
  toolServersFailed.value = undefined;
}
