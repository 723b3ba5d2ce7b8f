// When the browser cannot start, the reason is one sentence that a person can act on.
import { expect, test } from 'vitest';
import { explainLaunch } from '../support/browser.ts';

test('a missing library is named with the way to get it', () => {
  const text =
    'browserType.launch: Target page, context or browser has been closed\n/tmp/x/chromium: error while loading shared libraries: libnspr4.so: cannot open shared object file';
  expect(explainLaunch(text, '/tmp/x/chromium')).toBe(
    'Chromium cannot start on this host: the shared library libnspr4.so is missing (on Debian: apt-get install libnss3 libnspr4).',
  );
});

test('a missing program, a forbidden one and a full disk are told apart', () => {
  expect(explainLaunch("Executable doesn't exist at /x", '/x')).toBe(
    'Chromium cannot start: there is no program at /x.',
  );
  expect(explainLaunch('spawn EACCES', '/x')).toMatch(/may not be executed/);
  expect(explainLaunch('ENOSPC: no space left', '/x')).toMatch(/full/);
});
