// The operations desk in the browser: who may see it, servers live, and everything an administrator does there.
import AxeBuilder from '@axe-core/playwright';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { ensureAppBuilt, finishedAnswer, lastAnswer, openAs, openRoomAs, say } from '../support/app-page.ts';
import { launchBrowser } from '../support/browser.ts';
import {
  readingTool,
  serversFile,
  startFakeToolServer,
  stopFakeToolServers,
  textResult,
} from '../support/fake-tool-server.ts';
import { startEverything, stopOtherToolServers } from '../support/other-tool-servers.ts';
import { createRoom, signIn, signUp, startProduct, stopProducts } from '../support/product.ts';
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

const row = (page: Page, name: string) =>
  page.locator('.servers tbody').filter({ has: page.getByRole('button', { name, exact: true }) });
const stateOf = (page: Page, name: string, state: string) =>
  row(page, name).locator('.state').getByText(state, { exact: true });

test('members are told whose desk it is, and find no way to it', async () => {
  const product = await startProduct();
  await signUp(product, 'Admin Instalasi');
  const budi = await signUp(product, 'Budi Santoso');
  const { page, problems } = await openAs(browser, product, budi, '/main/desk');
  const asked: string[] = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  await page.getByRole('heading', { name: 'The operations desk is for administrators.' }).waitFor();
  expect(await page.getByRole('link', { name: 'Operations desk' }).count()).toBe(0);
  await page.getByRole('button', { name: 'To the rooms' }).click();
  await page.getByRole('heading', { name: 'No rooms yet' }).waitFor();
  expect(asked.filter((path) => path.startsWith('/mcp'))).toEqual([]);
  expect(problems).toEqual([]);
});

test('without tool servers it says how one is set up, and what cannot be loaded can be tried again', async () => {
  const product = await startProduct();
  const admin = await signUp(product, 'Admin Instalasi');
  const { page } = await openAs(browser, product, admin, '/main');
  await page.route('**/mcp/status', (route) => route.abort());
  await page.getByRole('link', { name: 'Operations desk' }).click();
  await page.reload();
  const failed = page.getByRole('alert').filter({ hasText: 'The tool servers could not be loaded.' });
  await failed.waitFor();
  await page.unroute('**/mcp/status');
  await failed.getByRole('button', { name: 'Try again' }).click();
  await page.getByRole('heading', { name: 'No tool server is set up' }).waitFor();
  await page.getByText('MCP_SERVER_URL=https://tools.example.com/mcp').waitFor();
  expect(await violations(page)).toEqual([]);
});

test('a server is killed in the middle of a call, comes back, is shut down over a restart, and connected again', async () => {
  const everything = await startEverything('streamableHttp');
  const use = (id: string, name: string, args: Record<string, unknown>) =>
    calls([{ id, name: `default__${name}`, args }]);
  const model = scriptedModel([
    use('a', 'echo', { message: 'halo' }),
    use('b', 'get-sum', { a: 19, b: 23 }),
    says('Echo: halo, dan jumlahnya 42.'),
    use('c', 'trigger-long-running-operation', { duration: 120, steps: 120 }),
    says('Alatnya tidak terjangkau.'),
    use('d', 'get-sum', { a: 1, b: 2 }),
    says('Jumlahnya 3.'),
  ]);
  const env = { MCP_SERVER_URL: everything.url };
  const { product, admin, ratna, room } = await openToolRoom({ model, env });
  const desk = await openAs(browser, product, admin, '/main/desk');
  const chat = await openRoomAs(browser, product, ratna, room);
  await desk.page.getByText('The one server does what it should.').waitFor();
  await stateOf(desk.page, 'default', 'Connected').waitFor();
  await row(desk.page, 'default').getByRole('cell', { name: '13', exact: true }).waitFor();

  await say(chat.page, '@ProjectWise ulangi halo dan jumlahkan');
  expect(await finishedAnswer(chat.page)).toContain('jumlahnya 42');
  await lastAnswer(chat.page).locator('.steps button').click();
  await chat.page.getByText('Echo: halo', { exact: true }).waitFor();
  await chat.page.getByText('The sum of 19 and 23 is 42.').waitFor();
  await chat.page.keyboard.press('Escape');
  await desk.page.locator('.calls tbody tr').filter({ hasText: 'default.get-sum' }).getByText('Answered').waitFor();

  await say(chat.page, '@ProjectWise kerjakan yang lama');
  await chat.page.getByText('Using default.trigger-long-running-operation').waitFor();
  await everything.kill();
  expect(await finishedAnswer(chat.page)).toContain('tidak terjangkau');
  await desk.page.getByText('is being retried').waitFor();
  await row(desk.page, 'default').getByText('Nothing answers on port').waitFor();
  await row(desk.page, 'default').locator('.countdown[aria-hidden="true"]').waitFor();
  const lost = desk.page.locator('.calls tbody tr').filter({ hasText: 'default.trigger-long-running-operation' });
  await lost.getByText(/^(Connection lost, outcome unknown|Not reachable)$/).waitFor();
  await desk.page.getByRole('button', { name: 'Failed only' }).click();
  await desk.page.locator('.calls tbody tr').filter({ hasText: 'default.get-sum' }).waitFor({ state: 'detached' });
  await lost.waitFor();

  await everything.restart();
  await stateOf(desk.page, 'default', 'Connected').waitFor();
  await desk.page.getByText('The one server does what it should.').waitFor();
  await say(chat.page, '@ProjectWise jumlahkan lagi');
  await lastAnswer(chat.page).getByText('Jumlahnya 3.').waitFor();

  await desk.page.getByRole('button', { name: 'Shut down: default' }).click();
  await desk.page.getByRole('dialog').getByRole('button', { name: 'Shut down' }).click();
  await stateOf(desk.page, 'default', 'Stopped').waitFor();
  await row(desk.page, 'default').getByText('by Admin Instalasi').waitFor();
  expect([...desk.problems, ...chat.problems]).toEqual([]);

  await product.stop();
  const again = await startProduct({ model, env, dataDir: product.config.dataDir });
  const { page, problems } = await openAs(browser, again, await signIn(again, admin.user), '/main');
  await page.getByRole('link', { name: 'Operations desk' }).click();
  await stateOf(page, 'default', 'Stopped').waitFor();
  await page.getByText('The one server does what it should.').waitFor();
  await page.getByRole('button', { name: 'Connect: default' }).click();
  await stateOf(page, 'default', 'Connected').waitFor();
  await page.getByRole('button', { name: 'Reconnect: default' }).click();
  await page.locator('.log').getByText('Connected').nth(1).or(page.locator('.log').getByText('2 times')).waitFor();
  await stateOf(page, 'default', 'Connected').waitFor();
  expect(problems).toEqual([]);
});

test('a tool is tried with a form or with JSON; what does not fit is said at its field', async () => {
  const schema = {
    type: 'object',
    properties: { customer: { type: 'string', description: 'Who asks' }, rows: { type: 'integer' } },
    required: ['customer'],
  };
  const fake = await startFakeToolServer({
    tools: [readingTool('get_sheet', { inputSchema: schema }), writingTool('save')],
    onCall: ({ args, answer }) => answer(textResult(`<b>${JSON.stringify(args)}</b>`)),
  });
  const product = await startProduct({
    env: { MCP_SERVERS_FILE: serversFile({ pricing: { url: fake.url, trust: true } }) },
  });
  const admin = await signUp(product, 'Admin Instalasi');
  const { page, problems } = await openAs(browser, product, admin, '/main/desk');
  await stateOf(page, 'pricing', 'Connected').waitFor();
  await page.getByRole('button', { name: 'get_sheet' }).press('Enter');
  await page.getByRole('button', { name: 'Try it: get_sheet' }).press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Try pricing.get_sheet' });
  await dialog.getByLabel('rows').fill('many');
  await dialog.getByRole('button', { name: 'Run' }).click();
  await dialog.getByText('This is needed.').waitFor();
  await dialog.getByText('Write a whole number.').waitFor();
  await dialog.getByLabel('customer').fill('Marabintan');
  await dialog.getByLabel('rows').fill('3');
  await dialog.getByRole('button', { name: 'Run' }).click();
  // What a stranger wrote is shown as text.
  await dialog.getByText('<b>{"customer":"Marabintan","rows":3}</b>').waitFor();
  expect(await violations(page)).toEqual([]);
  await dialog.getByRole('radio', { name: 'JSON' }).check();
  await dialog.getByLabel('Arguments as JSON').fill('{"customer":');
  await dialog.getByRole('button', { name: 'Run' }).click();
  await dialog.getByText('This is not JSON').waitFor();
  await dialog.getByLabel('Arguments as JSON').fill('{"customer": "Bank Selaras"}');
  await dialog.getByRole('button', { name: 'Run' }).click();
  await dialog.getByText('<b>{"customer":"Bank Selaras"}</b>').waitFor();
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  await page
    .locator('.calls tbody tr')
    .filter({ hasText: 'pricing.get_sheet' })
    .first()
    .getByText('Tried here')
    .waitFor();
  expect(fake.calls.map(({ args }) => args)).toEqual([
    { customer: 'Marabintan', rows: 3 },
    { customer: 'Bank Selaras' },
  ]);
  expect(problems).toEqual([]);
});

test('an administrator decides about a tool for every room and for one, and the next question keeps to it', async () => {
  const fake = await startFakeToolServer({ tools: [readingTool('look')] });
  const file = serversFile({ crm: { url: fake.url, trust: true } });
  const product = await startProduct({ env: { MCP_SERVERS_FILE: file }, model: scriptedModel([says('Ya')]) });
  const admin = await signUp(product, 'Admin Instalasi');
  const [tender, other] = [
    await createRoom(admin, { name: 'Ruang tender' }),
    await createRoom(admin, { name: 'Lain' }),
  ];
  const policyIn = async (roomId: string) => {
    const { items } = await admin.call<{ items: { policy: string; rooms: { roomId: string; policy: string }[] }[] }>(
      'GET',
      '/mcp/tools',
    );
    return items[0]!.rooms.find((rule) => rule.roomId === roomId)?.policy ?? items[0]!.policy;
  };
  const { page, problems } = await openAs(browser, product, admin, '/main/desk');
  await page.getByRole('button', { name: 'look', exact: true }).click();
  await page.locator('.toolset .tag').getByText('Free to use').waitFor();
  await page.getByLabel('In every room').selectOption('Not offered');
  await page.locator('.toolset .tag').getByText('Not offered').waitFor();
  await page.getByText('Decided by Admin Instalasi').waitFor();
  await page.getByRole('button', { name: 'Another rule for one room' }).click();
  await page.getByLabel('Room', { exact: true }).selectOption('Ruang tender');
  await page.getByLabel('Rule').selectOption('Asks in the room');
  await page.getByRole('button', { name: 'Set', exact: true }).click();
  await page.getByLabel('In Ruang tender').waitFor();
  expect([await policyIn(tender.id), await policyIn(other.id)]).toEqual(['ask', 'off']);
  await page.getByLabel('In Ruang tender').selectOption('As in every room');
  await page.getByLabel('In Ruang tender').waitFor({ state: 'detached' });
  await page.getByLabel('In every room').selectOption('As set up: free to use');
  await page.locator('.toolset .tag').getByText('Free to use').waitFor();
  expect(problems).toEqual([]);
});

test.each([
  { theme: 'light', language: 'en', phone: false },
  { theme: 'dark', language: 'id', phone: false },
  { theme: 'light', language: 'id', phone: true },
  { theme: 'dark', language: 'en', phone: true },
] as const)(
  'axe finds nothing on the desk, and nothing runs out of the page: $theme, $language, phone $phone',
  async (look) => {
    const fake = await startFakeToolServer({ tools: [readingTool('look'), writingTool('save')] });
    const file = serversFile({
      pricing: { url: fake.url, trust: true, writingTools: 'ask' },
      crm: { url: 'http://127.0.0.1:9/mcp' },
      whatsapp: { url: fake.url, disabled: true },
    });
    const product = await startProduct({ env: { MCP_SERVERS_FILE: file } });
    const admin = await signUp(product, 'Admin Instalasi');
    await createRoom(admin, { name: 'Ruang tender' });
    await admin.call('POST', '/mcp/try', { server: 'crm', tool: 'look', args: {} }).catch(() => undefined);
    const { page, problems } = await openAs(browser, product, admin, '/main/desk', { ...look, reducedMotion: true });
    await row(page, 'crm').locator('.error-line').waitFor();
    await page.getByRole('button', { name: 'pricing', exact: true }).click();
    await page.getByRole('button', { name: 'look', exact: true }).click();
    expect(await violations(page)).toEqual([]);
    const overflow = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
    expect(overflow).toBeLessThanOrEqual(0);
    expect(problems).toEqual([]);
  },
);

async function violations(page: Page): Promise<string[]> {
  const { violations: found } = await new AxeBuilder({ page }).analyze();
  return found.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`));
}
