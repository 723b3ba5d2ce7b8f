// The bus of a single node: direct calls.
import { AppError } from '../../lib/errors.ts';
import type { Bus, BusRequests, BusTopics } from './bus.ts';

type AnyListener = (payload: never) => void;
type AnyResponder = (request: never) => unknown;

/** @param nodeId the only node there is; a request to any other is `unavailable` */
export function createInProcessBus(nodeId: string): Bus {
  const listeners = new Map<keyof BusTopics, Set<AnyListener>>();
  const responders = new Map<keyof BusRequests, AnyResponder>();

  return {
    id: 'in-process',
    publish(topic, payload) {
      for (const listener of listeners.get(topic) ?? []) (listener as (p: typeof payload) => void)(payload);
    },
    subscribe(topic, listener) {
      const set = listeners.get(topic) ?? new Set<AnyListener>();
      listeners.set(topic, set.add(listener as AnyListener));
      return () => void set.delete(listener as AnyListener);
    },
    async request(target, name, request, { timeoutMs = 2_000 } = {}) {
      const responder = responders.get(name) as ((r: typeof request) => unknown) | undefined;
      if (target !== nodeId || !responder) throw new AppError('unavailable', `Node ${target} does not answer.`);
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new AppError('unavailable', `Node ${target} does not answer.`)), timeoutMs);
      });
      try {
        return (await Promise.race([responder(request), late])) as never;
      } finally {
        clearTimeout(timer);
      }
    },
    respond(name, responder) {
      responders.set(name, responder as AnyResponder);
      return () => void responders.delete(name);
    },
    async check() {
      return { ok: true };
    },
    async close() {
      listeners.clear();
      responders.clear();
    },
  };
}
