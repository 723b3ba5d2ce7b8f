// REST of search: one line from each declared route to its operation.
import type { App } from '../context.ts';
import type { RouteHandlers } from '../http/route-handler.ts';
import { searchDocuments } from './search.ts';
import { describeSearch, searchHealth } from './search-state.ts';

type SearchRoutes = Pick<RouteHandlers, 'searchPassages' | 'searchHealth' | 'searchConfig'>;

export function searchHandlers(app: App): SearchRoutes {
  return {
    searchPassages: async ({ actor, body }) => {
      const { results, tookMs } = await searchDocuments(app, actor, body);
      return { results, tookMs };
    },
    searchHealth: ({ actor }) => searchHealth(app, actor),
    searchConfig: async () => describeSearch(app),
  };
}
