// The pictures of the operations desk: servers in every state, a tool with its rules, trying it, and a call that asks in a room.
import type { Page } from 'playwright-core';
import {
  readingTool,
  serversFile,
  startFakeToolServer,
  stopFakeToolServers,
  textResult,
} from '../test/support/fake-tool-server.ts';
import {
  addMember,
  createRoom,
  eventually,
  newClientId,
  type Person,
  signUp,
  startProduct,
  type TestProduct,
} from '../test/support/product.ts';
import { calls, says, scriptedModel } from '../test/support/scripted-model.ts';
import { writingTool } from '../test/support/tool-room.ts';

export interface DeskScene {
  product: TestProduct;
  /** Administrators, one for each language. */
  people: Record<'en' | 'id', Person>;
  take(gallery: DeskGallery): Promise<void>;
}

/** The same page in every look, and taking its picture in all of them. */
export interface DeskGallery {
  each(act: (page: Page, look: { language: 'en' | 'id' }) => Promise<unknown>): Promise<unknown>;
  take(state: string): Promise<void>;
}

const SHEET = {
  type: 'object',
  properties: {
    customer: { type: 'string', description: 'As it is written in the sheet' },
    year: { type: 'integer', default: 2026 },
    currency: { enum: ['IDR', 'USD'] },
  },
  required: ['customer'],
};

export async function openDeskScene(): Promise<DeskScene> {
  const pricing = await startFakeToolServer({
    tools: [
      readingTool('get_sheet', { description: 'Gives the price sheet of a customer.', inputSchema: SHEET }),
      readingTool('get_discount', { description: 'Gives the discount that a customer was granted.' }),
      writingTool('save_sheet', { description: 'Saves a price sheet.' }),
    ],
    onCall: ({ answer }) => answer(textResult('{"rows": 42, "total": "Rp8.255.660.520", "valid_until": "2026-12-31"}')),
  });
  const archive = await startFakeToolServer({ tools: [readingTool('search_bids'), readingTool('read_bid')] });
  const locked = await startFakeToolServer({
    onRequest(_, response) {
      response.writeHead(401).end();
      return true;
    },
  });
  const file = serversFile({
    pricing: { url: pricing.url, trust: true, writingTools: 'ask' },
    archive: { url: archive.url, trust: true },
    crm: { url: 'http://127.0.0.1:9/mcp' },
    directory: { url: locked.url, headers: { Authorization: 'Bearer ended' } },
    whatsapp: { url: archive.url },
  });
  const model = scriptedModel([
    calls([{ id: 's', name: 'pricing__save_sheet', args: { text: 'Marabintan: 42 baris, diskon 5 %' } }]),
    says('Sudah saya simpan.'),
  ]);
  const product = await startProduct({ model, env: { MCP_SERVERS_FILE: file } });
  const people = { id: await signUp(product, 'Ratna Wulandari'), en: await signUp(product, 'Hannah Lim') };
  for (const language of ['id', 'en'] as const) await people[language].call('PATCH', '/api/v1/auth/me', { language });
  await product.app.db.updateTable('users').set({ role: 'admin' }).where('id', '=', people.en.user.id).execute();
  const room = await createRoom(people.id, { name: 'Marabintan Layanan Terpadu' });
  await addMember(people.id, room, people.en);
  await people.id.call('POST', '/mcp/shutdown?server=whatsapp');
  const { links } = product.app.toolServers;
  const isSettled = (name: string, state: string) => links.get(name)?.status().state === state;
  await eventually(() => isSettled('pricing', 'connected') && isSettled('archive', 'connected'), 'the servers');
  await eventually(() => isSettled('crm', 'waiting') && isSettled('directory', 'needs_auth'), 'those that are away');
  const use = (server: string, tool: string, args = {}) =>
    people.id.call('POST', '/mcp/try', { server, tool, args }).catch(() => undefined);
  await use('pricing', 'get_sheet', { customer: 'Marabintan' });
  await use('archive', 'search_bids', { text: 'SIMRS' });
  await use('pricing', 'get_discount');
  return {
    product,
    people,
    take: (gallery) => takePictures(product, people, room.id, gallery),
  };
}

async function takePictures(
  product: TestProduct,
  people: DeskScene['people'],
  roomId: string,
  { each, take }: DeskGallery,
): Promise<void> {
  const open = (path: string) => each((page) => page.goto(product.url + path));
  await open('/main/desk');
  await each((page) => page.waitForSelector('.calls tbody tr'));
  await each((page) => page.waitForSelector('.error-line'));
  await take('40-desk');
  await each((page) => page.getByRole('button', { name: 'pricing', exact: true }).click());
  await each((page) => page.getByRole('button', { name: 'get_sheet', exact: true }).click());
  await each((page) => page.locator('.tool-body:not([hidden]) select').first().scrollIntoViewIfNeeded());
  await take('41-desk-tool');
  await each((page) => page.locator('.tool-body:not([hidden]) .btn').last().click());
  await each((page) => page.locator('dialog button[type=submit]').click());
  await each((page) => page.waitForSelector('dialog .help.bad'));
  await take('42-desk-arguments');
  await each((page) => page.locator('dialog input[name="arg:customer"]').fill('Marabintan'));
  await each((page) => page.locator('dialog button[type=submit]').click());
  await each(async (page) => {
    await page.waitForSelector('.try-result pre');
    await page.locator('.try-result').scrollIntoViewIfNeeded();
  });
  await take('43-desk-tried');
  await each((page) => page.keyboard.press('Escape'));
  await each((page) => page.locator('.servers tbody').first().locator('.btn').last().click());
  await each((page) => page.waitForSelector('dialog[open]'));
  await take('44-desk-shut-down');
  await each((page) => page.keyboard.press('Escape'));

  await each((page) => page.route('**/mcp/status', (route) => route.abort()));
  await each((page) => page.reload());
  await each((page) => page.waitForSelector('.ops .note'));
  await take('45-desk-failed');
  await each((page) => page.unroute('**/mcp/status'));
  await each((page) => page.route('**/mcp/status', (route) => route.fulfill({ json: { servers: [] } })));
  await each((page) => page.reload());
  await each((page) => page.waitForSelector('.ops-empty'));
  await take('46-desk-empty');

  const asker = await people.id.connect();
  await asker.ask('room:join', { roomId });
  await open(`/main/rooms/${roomId}`);
  await each((page) => page.waitForSelector('#timeline'));
  const text = '@ProjectWise simpan sheet harga Marabintan';
  await asker.ask('message:send', { roomId, clientId: newClientId(), text });
  const { turnId, step } = await asker.until('turn:step', (fact) => fact.step.status === 'waiting');
  await asker.ask('turn:show', { turnId, stepId: step.id });
  await each((page) => page.waitForSelector('.approval .args'));
  await take('47-approval');
  await asker.ask('turn:approve', { turnId, stepId: step.id, decision: 'no' });
  asker.close();
  await stopFakeToolServers();
}
