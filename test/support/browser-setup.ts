// Before the browser tests: unpacks Chromium once, so that no test pays for it or races for it.
import { chromiumPath } from './browser.ts';

export async function setup(): Promise<void> {
  await chromiumPath();
}
