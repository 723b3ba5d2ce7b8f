// REST of memories: one line from each declared route to its operation.
import type { App } from '../context.ts';
import type { RouteHandlers } from '../http/route-handler.ts';
import { forgetMemory } from './forget.ts';
import { createMemory, getMemory, listMemories, memoryHistory, setPersonalMemory, updateMemory } from './memories.ts';
import { searchMemories } from './search.ts';

type MemoryRoutes = Pick<
  RouteHandlers,
  | 'listMemories'
  | 'createMemory'
  | 'getMemory'
  | 'updateMemory'
  | 'forgetMemory'
  | 'memoryHistory'
  | 'searchMemories'
  | 'setPersonalMemory'
>;

export function memoryHandlers(app: App): MemoryRoutes {
  return {
    listMemories: ({ actor, query }) => listMemories(app, actor, query),
    createMemory: ({ actor, body }) => createMemory(app, actor, body),
    getMemory: ({ actor, params }) => getMemory(app, actor, params.memoryId),
    updateMemory: ({ actor, params, body }) => updateMemory(app, actor, { ...params, ...body }),
    async forgetMemory({ actor, params }) {
      await forgetMemory(app, actor, params.memoryId);
      return null;
    },
    memoryHistory: ({ actor, params }) => memoryHistory(app, actor, params.memoryId),
    searchMemories: ({ actor, body }) => searchMemories(app, actor, body),
    setPersonalMemory: ({ actor, params, body }) => setPersonalMemory(app, actor, { ...params, ...body }),
  };
}
