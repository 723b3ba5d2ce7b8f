// The assistant's tool that searches the room.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toAssistantTool } from '../../src/assistant/tools/own-tools.ts';
import { runTool } from '../../src/assistant/tools/run-tool.ts';
import type { ToolContext } from '../../src/assistant/tools/tool.ts';
import { tool } from '../../src/mcp/own-tools/search-messages.ts';
import {
  createRoom,
  newClientId,
  type Person,
  signUp,
  startProduct,
  stopProducts,
  type TestProduct,
} from '../support/product.ts';

const searchMessages = toAssistantTool(tool);
let product: TestProduct;
let ratna: Person;
let stranger: Person;
let context: ToolContext;

const actorOf = (person: Person) => ({
  kind: 'person' as const,
  userId: person.user.id,
  tenantId: person.user.tenantId,
  sessionId: '',
  name: person.user.fullName,
  role: 'member' as const,
  expiresAt: Number.POSITIVE_INFINITY,
});

beforeAll(async () => {
  product = await startProduct();
  ratna = await signUp(product, 'Ratna Wulandari');
  stranger = await signUp(product, 'Eve');
  const room = await createRoom(ratna);
  const texts = [
    'Masa garansi perangkat 36 bulan sejak BAST.',
    'Server DRC ada di Surabaya.',
    'Pembayaran tiga termin.',
  ];
  for (const text of texts) {
    await ratna.call('POST', `/api/v1/rooms/${room.id}/messages`, { clientId: newClientId(), text });
  }
  context = {
    app: product.app,
    actor: actorOf(ratna),
    room: { id: room.id, timeZone: 'Asia/Jakarta' },
    language: 'id',
    questionId: 'none',
    turnId: 'none',
    signal: new AbortController().signal,
  };
});
afterAll(stopProducts);

const search = (query: string, as: Partial<ToolContext> = {}) =>
  runTool({ ...context, ...as }, [searchMessages], {
    id: 'call',
    name: 'search_messages',
    args: { query },
  });
const textOf = (result: Awaited<ReturnType<typeof search>>) =>
  result.parts.map((part) => (part.type === 'text' ? part.text : '')).join('');

describe('search_messages', () => {
  it('gives nothing to somebody who is not in the room', async () => {
    const result = await search('garansi', { actor: actorOf(stranger) });
    expect(result.isError).toBe(true);
    expect(textOf(result)).not.toContain('36');
  });

  it('finds Indonesian words in other forms, best first, when only some of the words occur', async () => {
    const result = await search('berapa lama garansinya');
    expect(textOf(result)).toContain('Masa garansi perangkat 36 bulan');
    expect(textOf(result)).not.toContain('Surabaya');
    expect(result).toMatchObject({ summary: 'berapa lama garansinya', found: 1 });
  });

  it('does not find the question itself', async () => {
    const found = textOf(await search('termin pembayaran'));
    const questionId = /"messageId":"([^"]+)"/.exec(found)?.[1] ?? '';
    expect(textOf(await search('termin pembayaran', { questionId }))).toContain('Nothing was found.');
  });

  it('tells the model what is wrong with its arguments instead of failing', async () => {
    const call = { id: 'call', name: 'search_messages', args: { query: 7 } };
    const result = await runTool(context, [searchMessages], call);
    expect(result).toMatchObject({ isError: true });
    expect(textOf(result)).toContain('query');
  });

  it('quotes its results as untrusted, with a mark that the quoted text cannot know', async () => {
    const [first, second] = [textOf(await search('DRC')), textOf(await search('DRC'))];
    expect(first).toMatch(/^<tool_result tool="search_messages" untrusted="true" mark="[0-9a-f]{12}">/);
    expect(first.split('\n')[0]).not.toBe(second.split('\n')[0]);
  });
});
