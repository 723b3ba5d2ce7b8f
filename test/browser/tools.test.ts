// Tools of servers as people see them: the step and its result, a call that is allowed by whoever asked, and a server that dies.
import AxeBuilder from '@axe-core/playwright';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { ensureAppBuilt, finishedAnswer, lastAnswer, openRoomAs, say } from '../support/app-page.ts';
import { launchBrowser } from '../support/browser.ts';
import {
  readingTool,
  serversFile,
  startFakeToolServer,
  stopFakeToolServers,
  textResult,
} from '../support/fake-tool-server.ts';
import { startEverything, stopOtherToolServers } from '../support/other-tool-servers.ts';
import { stopProducts } from '../support/product.ts';
import { calls, says, scriptedModel } from '../support/scripted-model.ts';
import { openToolRoom, writingTool } from '../support/tool-room.ts';

let browser: Browser;
beforeAll(async () => {
  ensureAppBuilt();
  browser = await launchBrowser();
});
afterEach(async () => {
  await stopProducts();
  await stopFakeToolServers();
  await stopOtherToolServers();
});
afterAll(() => browser.close());

test('the echo of server-everything is seen as a step; killed in the middle of a call, the room hears of it, and of its return', async () => {
  const everything = await startEverything('streamableHttp');
  const model = scriptedModel([
    calls([{ id: 'a', name: 'default__get-sum', args: { a: 19, b: 23 } }]),
    says('Jumlahnya 42.'),
    calls([{ id: 'b', name: 'default__trigger-long-running-operation', args: { duration: 120, steps: 120 } }]),
    says('Alatnya tidak terjangkau, jadi saya menjawab tanpanya.'),
  ]);
  const { product, ratna, room } = await openToolRoom({ model, env: { MCP_SERVER_URL: everything.url } });
  const { page, problems } = await openRoomAs(browser, product, ratna, room);
  await say(page, '@ProjectWise berapa 19 + 23?');
  expect(await finishedAnswer(page)).toContain('Jumlahnya 42.');
  await lastAnswer(page).getByText('Used default.get-sum').click();
  await page.getByText('The sum of 19 and 23 is 42.').waitFor();
  await page.keyboard.press('Escape');

  await say(page, '@ProjectWise kerjakan yang lama');
  await page.getByText('Using default.trigger-long-running-operation').waitFor();
  await everything.kill();
  expect(await finishedAnswer(page)).toContain('tidak terjangkau');
  await page.getByText('“default” cannot be reached. I answer without it.').waitFor();
  await everything.restart();
  await page.getByText('“default” can be reached again.').waitFor();
  expect(problems).toEqual([]);
});

test('a call that writes asks the person who asked, shows what it would do, and others only that it waits', async () => {
  const fake = await startFakeToolServer({
    tools: [readingTool('look'), writingTool('write')],
    onCall: ({ answer }) => answer(textResult('Tersimpan.')),
  });
  const write = (text: string) => calls([{ id: 'w', name: 'crm__write', args: { text } }]);
  const model = scriptedModel([
    write('<b>Peluang RSUD</b>'),
    says('Sudah saya simpan.'),
    write('Lagi'),
    says('Baik, tidak.'),
  ]);
  const file = { crm: { url: fake.url, trust: true, writingTools: 'ask' } };
  const { product, ratna, budi, room } = await openToolRoom({ model, env: { MCP_SERVERS_FILE: serversFile(file) } });
  const asker = await openRoomAs(browser, product, ratna, room);
  const other = await openRoomAs(browser, product, budi, room);

  await say(asker.page, '@ProjectWise simpan peluang ini');
  const question = asker.page.getByRole('alert').filter({ hasText: 'ProjectWise wants to use crm.write.' });
  await question.waitFor();
  // What a model wrote is shown as text.
  await question.getByText('<b>Peluang RSUD</b>', { exact: true }).waitFor();
  await other.page.getByText('Waiting for a decision').waitFor();
  expect(await other.page.getByText('Peluang RSUD').count()).toBe(0);
  expect(await other.page.getByRole('button', { name: 'Allow once' }).count()).toBe(0);
  await question.getByRole('button', { name: 'Show it to the room' }).click();
  await question.getByText('Everybody here sees what it would do.').waitFor();
  const watched = other.page.locator('.approval');
  await watched.getByText('ProjectWise wants to use crm.write. Ratna Wulandari decides.').waitFor();
  await watched.getByText('<b>Peluang RSUD</b>', { exact: true }).waitFor();
  await other.page.reload();
  await watched.getByText('<b>Peluang RSUD</b>', { exact: true }).waitFor();
  for (const { page } of [asker, other]) {
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
  }
  await question.getByRole('button', { name: 'Allow once' }).click();
  expect(await finishedAnswer(other.page)).toContain('Sudah saya simpan.');
  expect(fake.calls).toEqual([{ name: 'write', args: { text: '<b>Peluang RSUD</b>' } }]);

  await say(asker.page, '@ProjectWise sekali lagi');
  await question.getByRole('button', { name: 'Allow in this room' }).waitFor();
  await question.getByRole('button', { name: 'Do not allow' }).click();
  expect(await finishedAnswer(asker.page)).toContain('Baik, tidak.');
  await lastAnswer(asker.page).getByText('Did not use crm.write').waitFor();
  expect(fake.calls).toHaveLength(1);
  expect([...asker.problems, ...other.problems]).toEqual([]);
});

test.each([
  ['Share with the room', true],
  ['Keep it to myself', false],
] as const)('a private result is read by whoever asked, who can choose: %s', async (choice, isShared) => {
  const fake = await startFakeToolServer({
    tools: [readingTool('salary')],
    onCall: ({ answer }) => answer(textResult('Gaji: 12 juta')),
  });
  const model = scriptedModel([calls([{ id: 's', name: 'crm__salary', args: {} }]), says('Selesai.')]);
  const file = { crm: { url: fake.url, trust: true, privateResults: true } };
  const { product, ratna, budi, room } = await openToolRoom({ model, env: { MCP_SERVERS_FILE: serversFile(file) } });
  const asker = await openRoomAs(browser, product, ratna, room);
  const other = await openRoomAs(browser, product, budi, room);
  await say(asker.page, '@ProjectWise berapa gajinya?');
  const question = asker.page.getByRole('alert').filter({ hasText: 'Only you see what crm.salary found.' });
  await question.getByText('Gaji: 12 juta').waitFor();
  expect(await question.getByRole('button', { name: 'Show it to the room' }).count()).toBe(0);
  await other.page.getByText('Waiting for a decision').waitFor();
  expect(await other.page.getByText('Gaji: 12 juta').count()).toBe(0);
  await question.getByRole('button', { name: choice }).click();
  expect(await finishedAnswer(other.page)).toContain('Selesai.');
  await lastAnswer(other.page).locator('.steps button').click();
  const decided = isShared ? 'Shared what crm.salary found' : 'Kept what crm.salary found private';
  await other.page.getByRole('list', { name: 'Steps' }).getByText(decided).waitFor();
  expect(JSON.stringify(model.requests[1]!.messages.at(-1)).includes('12 juta')).toBe(isShared);
});
