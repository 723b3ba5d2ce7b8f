// The routes of those who run it: health, metrics, the description of the API.
import type { RouteName } from '../protocol/api.ts';
import type { HealthProbe } from './health.ts';
import type { MetricsRegistry } from './metrics.ts';
import { openApiDocument } from './openapi.ts';
import type { RouteHandler } from './route-handler.ts';

export interface OperationParts {
  health: HealthProbe;
  metrics: MetricsRegistry;
  isStopping: () => boolean;
}

type OperationRoute = 'healthLive' | 'health' | 'metrics' | 'openapi';

export function operationRoutes({ health, metrics, isStopping }: OperationParts): {
  [N in OperationRoute & RouteName]: RouteHandler<N>;
} {
  return {
    healthLive: async () => ({ status: 'ok' }),
    health: async ({ actor }) => {
      const found = await health.check();
      const status = isStopping() ? 'down' : found.status;
      const body = { status, ...(actor?.role === 'admin' ? { engines: found.engines } : {}) };
      return Response.json(body, { status: status === 'down' ? 503 : 200, headers: { 'cache-control': 'no-store' } });
    },
    metrics: async () =>
      new Response(await metrics.text(), { headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' } }),
    openapi: async () =>
      new Response(openApiDocument(), { headers: { 'content-type': 'application/json', 'cache-control': 'no-cache' } }),
  };
}
