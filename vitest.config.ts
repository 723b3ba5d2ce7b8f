// Three projects: unit (pure), integration (real SQLite, sockets, processes) and browser (real Chromium, one worker).
import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

const browser = ['test/browser/**/*.test.ts'];
const integration = [
  'test/{accounts,rooms,chat,assistant,realtime,http,journeys,engines,contracts,mcp,bench,documents,memory}/**/*.test.ts',
];

export default defineConfig({
  test: {
    // The file is what .ci/run counts.
    reporters: ['default', ['json', { outputFile: 'test/output/vitest.json' }]],
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [...browser, ...integration],
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'integration',
          include: integration,
          pool: 'forks',
          // They wait more than they work: two side by side also where there are only two cores.
          maxWorkers: Math.max(2, availableParallelism() - 1),
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'browser',
          include: browser,
          globalSetup: ['test/support/browser-setup.ts'],
          pool: 'forks',
          maxWorkers: 1,
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
