// The API reference in a real browser, under the content security policy and without a network.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { routes } from '../../src/protocol/api.ts';
import { createEdge, type Edge } from '../http/edge-kit.ts';
import { launchBrowser, openPage } from '../support/browser.ts';

let browser: Browser;
let edge: Edge;
let served: Awaited<ReturnType<Edge['serve']>>;

beforeAll(async () => {
  [browser, edge] = await Promise.all([launchBrowser(), createEdge()]);
  served = await edge.serve();
});
afterAll(async () => {
  await browser.close();
  served.server.closeAllConnections();
  served.server.close();
  await edge.close();
});

test('shows every operation, complains of nothing and asks nobody else for anything', async () => {
  const { page, problems, foreign, close } = await openPage(browser, { url: `${served.url}/docs` });
  await page.waitForSelector('.opblock');
  expect(await page.locator('.opblock').count()).toBe(Object.keys(routes).length);
  await page.locator('.opblock-summary', { hasText: '/api/v1/auth/login' }).click();
  await page.waitForSelector('.opblock-body');
  expect(problems).toEqual([]);
  expect(foreign).toEqual([]);
  await close();
});
