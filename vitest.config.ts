// Three projects: unit (pure) and integration (real SQLite, sockets, processes) side by side, then browser (real Chromium, one worker).
import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const browser = ['test/browser/**/*.test.ts'];
const integration = [
  'test/{accounts,rooms,chat,assistant,realtime,http,journeys,engines,contracts,mcp,bench,documents,memory}/**/*.test.ts',
];

/** No test takes as long; a busy machine may. Waiting for one thing inside of a test ends after a minute, and says for what. */
const PATIENCE_MS = 180_000;

/** Many tests wait more than they work: two files side by side also where there are only two cores. */
const WORKERS = Math.max(2, availableParallelism() - 1);

/** Files that take the longest: begun first, so that none of them is alone in the end. */
const LONGEST = [
  'mcp/conformance',
  'documents/parse/hostile-files',
  'journeys/start',
  'journeys/documents',
  'journeys/soak',
  'documents/parse/scans',
  'documents/parse/read-document',
  'http/who-may-not',
  'realtime/who-may-not',
  'documents/reading',
  'mcp/hostile-servers',
  'journeys/second-process',
  'journeys/room',
  'assistant/documents',
  'mcp/desk',
  'mcp/inspector',
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification): number => {
      const found = LONGEST.findIndex((name) => moduleId.endsWith(`/test/${name}.test.ts`));
      return found < 0 ? LONGEST.length : found;
    };
    return (await super.sort(files)).sort((one, other) => place(one) - place(other));
  }
}

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    // The file is what .ci/run counts.
    reporters: ['default', ['json', { outputFile: 'test/output/vitest.json' }]],
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [...browser, ...integration],
          pool: 'forks',
          maxWorkers: WORKERS,
          testTimeout: PATIENCE_MS,
          hookTimeout: PATIENCE_MS,
        },
      },
      {
        test: {
          name: 'integration',
          include: integration,
          pool: 'forks',
          maxWorkers: WORKERS,
          testTimeout: PATIENCE_MS,
          hookTimeout: PATIENCE_MS,
          expect: { poll: { timeout: 60_000 } },
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
          testTimeout: PATIENCE_MS,
          hookTimeout: PATIENCE_MS,
          expect: { poll: { timeout: 60_000 } },
        },
      },
    ],
  },
});
