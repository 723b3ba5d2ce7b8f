// The built-in responder: quotes the room, says what it is, and follows its script.
import { describe, expect, test } from 'vitest';
import type { ModelMessage, ModelRequest, ToolSpec } from '../../../src/engines/llm/language-model.ts';
import { createOfflineModel, parseOfflineUrl } from '../../../src/engines/llm/offline.ts';
import { languageModelContract } from '../../contracts/language-model.ts';
import { ask, collect } from '../../support/collect.ts';
import { longestBlockMs } from '../../support/longest-block.ts';

languageModelContract('offline', async () => ({
  says: async (text) => createOfflineModel({ text, delayMs: 0 }),
  calls: async (callTool, args, text) =>
    createOfflineModel({ callTool, toolArgs: JSON.stringify(args), text, delayMs: 0 }),
  stalls: async () => createOfflineModel({ tokens: 100, stallAfter: 2, delayMs: 0 }),
  breaksOff: async () => createOfflineModel({ tokens: 100, failAfter: 3, delayMs: 0 }),
  refusesTheKey: async () => createOfflineModel({ failAfter: 0, failKind: 'auth' }),
  close: async () => undefined,
}));

const SEARCH: ToolSpec = { name: 'search_messages', description: 'Searches.', inputSchema: { type: 'object' } };
const model = createOfflineModel({ delayMs: 0 });

const said = (author: string, at: string, text: string): ModelMessage => ({
  role: 'user',
  parts: [{ type: 'text', text: `[${author}, 2026-11-21 ${at}] ${text}` }],
});
const room: ModelMessage[] = [
  said('Rina Wijaya', '09:05', 'Batas akhir pemasukan penawaran adalah 3 Desember pukul 14.00.'),
  said('Ann Lee', '09:07', 'The bid bond must be 2% of the price, from a bank in Jakarta.'),
  said('Budi', '09:08', 'Makan siang di mana hari ini?'),
  { role: 'assistant', text: 'Batas akhir pemasukan penawaran sudah dekat.', calls: [] },
];
const found = (...lines: object[]): ModelMessage[] => [
  { role: 'assistant', text: '', calls: [{ id: 'c1', name: 'search_messages', args: { query: 'x' } }] },
  {
    role: 'tool',
    callId: 'c1',
    name: 'search_messages',
    isError: false,
    parts: [
      {
        type: 'text',
        text: `<tool_result id="c1" untrusted="true">\n${lines.map((line) => JSON.stringify(line)).join('\n')}\n{"author":"cut\n</tool_result>`,
      },
    ],
  },
];
const answer = async (messages: ModelMessage[], more: Partial<ModelRequest> = {}): Promise<string> =>
  (await collect(model, { messages, ...more })).text;

describe('answering', () => {
  test('it first searches with the content words of the question when that tool is offered', async () => {
    const question = said('Budi', '09:10', '@ProjectWise kapan batas akhir pemasukan penawaran?');
    const { done, text } = await collect(model, { messages: [...room, question], tools: [SEARCH] });
    expect(text).toBe('');
    expect(done?.calls).toEqual([
      { id: expect.any(String), name: 'search_messages', args: { query: 'batas akhir pemasukan penawaran' } },
    ]);
  });

  test('asked what it can do, it says so without searching, and how many documents it can read', async () => {
    for (const asked of ['Apa yang bisa kamu lakukan di sini?', '@ProjectWise kamu bisa apa saja?']) {
      const { text, done } = await collect(model, {
        messages: [...room, said('Budi', '09:10', asked)],
        tools: [SEARCH],
      });
      expect(done?.calls).toEqual([]);
      expect(text).toContain('Belum ada dokumen di sini');
      expect(text).not.toContain('3 Desember');
    }
    const table: ModelMessage = {
      role: 'user',
      parts: [
        {
          type: 'text',
          text: '<documents untrusted="true" mark="ab12" total="4">\n{"id":"d1","name":"Harga.pdf","status":"failed"}\n</documents>',
        },
      ],
    };
    const question = said('Ann Lee', '09:10', '@ProjectWise what can you do here?');
    expect(await answer([...room, table, question])).toContain('There are 3 documents I can read.');
    // What only begins like it is a question about the room.
    expect(await answer([...room, said('Ann Lee', '09:10', 'What can you say about the bid bond?')])).toContain('2%');
  });

  test('it does not search when calling is forbidden, not offered, or there is nothing to search for', async () => {
    const question = said('Budi', '09:10', 'Kapan batas akhir?');
    for (const request of [
      { messages: [...room, question], tools: [SEARCH], toolChoice: 'none' as const },
      { messages: [...room, question] },
      { messages: [said('Budi', '09:10', '@ProjectWise apa itu?')], tools: [SEARCH] },
    ]) {
      const { done } = await collect(model, request);
      expect(done).toMatchObject({ stop: 'end', calls: [] });
    }
  });

  test('it quotes who said what fits best, says what it is, and quotes neither the question nor itself', async () => {
    const text = await answer([...room, said('Budi', '09:10', '@ProjectWise kapan batas akhir pemasukan penawaran?')]);
    expect(text).toContain('penjawab bawaan tanpa model bahasa');
    expect(text).toContain(
      '> Batas akhir pemasukan penawaran adalah 3 Desember pukul 14.00.\n>\n> — **Rina Wijaya**, 21 November 2026 pukul 09.05',
    );
    expect(text.match(/^> —/gm)).toHaveLength(1);
    expect(text).not.toContain('sudah dekat');
    expect(text).not.toContain('kapan');
    expect(text).not.toContain('Makan siang');
  });

  test('it does not take what others asked for an answer while somebody stated something', async () => {
    const messages = [
      said('Rina', '09:01', 'Garansi perangkat 36 bulan sejak BAST.'),
      said('Budi', '09:02', '@ProjectWise berapa lama garansi perangkat?'),
      said('Sari', '09:03', 'Ada yang tahu soal garansi perangkat?'),
      said('Dewa', '09:04', 'Garansi perangkatnya berapa lama?'),
    ];
    const text = await answer(messages);
    expect(text).toContain('> Garansi perangkat 36 bulan');
    expect(text).not.toContain('Ada yang tahu');
    expect(text).not.toContain('**Budi**');
  });

  test('it also quotes what the team wrote about the room', async () => {
    const system =
      'Room: X.\n\nWhat the team wrote about this room:\n<brief>\nDinas Kominfo. Deadline 15 December 2026.\n</brief>';
    const text = await answer([said('Ann', '09:04', 'When is the deadline?')], { system });
    expect(text).toContain('> Deadline 15 December 2026.\n>\n> — **Room description**');
  });

  test('it finds other forms of an Indonesian word', async () => {
    const messages = [
      said('Rina', '09:05', 'Harga ditawarkan dalam rupiah.'),
      said('Sari', '09:06', 'Rapat jam dua.'),
      said('Budi', '09:10', 'Bagaimana penawarannya?'),
    ];
    expect(await answer(messages)).toContain('> Harga ditawarkan dalam rupiah.');
  });

  test('it answers in the language of the question, else in that of the room', async () => {
    const english = await answer([...room, said('Ann Lee', '09:11', 'What is the price of the bid bond?')], {
      language: 'id',
    });
    expect(english).toContain('I am the built-in responder');
    expect(english).toContain('> The bid bond must be 2%');
    expect(await answer([...room, said('Ann', '09:11', 'bid bond?')], { language: 'en' })).toContain(
      'I am the built-in',
    );
    expect(await answer([...room, said('Ann', '09:11', 'bid bond?')], { language: 'id' })).toContain('Saya penjawab');
  });

  test('it ranks the results of the search with the prompt, and the same text is quoted once', async () => {
    const question = said('Budi', '09:10', 'What about the warranty period?');
    const text = await answer([
      said('Ann Lee', '09:07', 'The warranty period is 24 months.'),
      question,
      ...found(
        { author: 'Ann Lee', at: '2026-11-21 09:07', text: 'The warranty period is 24 months.', messageId: 'm1' },
        { author: 'Joko', at: '2026-10-01 08:00', text: 'Warranty starts at handover.', messageId: 'm2' },
        { author: 'ProjectWise', at: '2026-10-01 08:01', text: 'Warranty period: unknown.', messageId: 'm3' },
        { author: 'Budi', at: '2026-11-21 09:10', text: 'What about the warranty period?', messageId: 'm4' },
      ),
    ]);
    expect(text.match(/24 months/g)).toHaveLength(1);
    expect(text).toContain('> Warranty starts at handover.\n>\n> — **Joko**, 1 October 2026, 08:00');
    expect(text).not.toContain('unknown');
    expect(text.match(/^> —/gm)).toHaveLength(2);
    expect(text.indexOf('24 months')).toBeLessThan(text.indexOf('handover'));
  });

  test('a name in the question finds what that person said', async () => {
    const text = await answer([...room, said('Budi', '09:10', 'What did Ann say?')]);
    expect(text).toContain('**Ann Lee**');
  });

  test('it says plainly when nothing fits and what would help', async () => {
    const text = await answer([...room, said('Budi', '09:10', 'How tall is the lighthouse?')]);
    expect(text).toContain('I found no message that fits.');
    expect(text).toContain('language model');
    expect(text).not.toContain('> ');
  });

  test('failed tools and images are borne; images are mentioned', async () => {
    const question: ModelMessage = {
      role: 'user',
      parts: [
        { type: 'text', text: '[Budi, 2026-11-21 09:10] What is the bid bond in this picture?' },
        { type: 'image', mimeType: 'image/png', data: 'AAAA' },
      ],
    };
    const failed: ModelMessage = { role: 'tool', callId: 'c', name: 'search_messages', parts: [], isError: true };
    const text = await answer([...room, question, { role: 'assistant', text: '', calls: [] }, failed]);
    expect(text).toContain('without eyes for images');
    expect(text).toContain('> The bid bond');
  });

  test('a long message is quoted where it fits, and quoted code cannot swallow the name below it', async () => {
    const long = `${'Nothing of interest here at all. '.repeat(60)}The penalty is one per mille a day. ${'More words. '.repeat(60)}`;
    const code = said('Sari', '09:02', '```\npenalty = 0.001');
    const text = await answer([said('Ann', '09:01', long), code, said('Budi', '09:10', 'What is the penalty?')]);
    expect(text).toContain('> … The penalty is one per mille a day.');
    expect(text.length).toBeLessThan(900);
    expect(text).toContain('> penalty = 0.001\n> ```\n>\n> — **Sari**');
  });

  test('names cannot bring Markdown into the quote', async () => {
    const text = await answer([
      said('**[x](y)**', '09:01', 'The penalty is high.'),
      said('B', '09:10', 'Which penalty?'),
    ]);
    expect(text).toContain('— **\\*\\*\\[x\\](y)\\*\\***');
  });

  test('a room full of pastes does not hold up the event loop', async () => {
    const words = (n: number): string => Array.from({ length: 4_000 }, (_, i) => `kata${(i * n) % 997}`).join(' ');
    const messages = Array.from({ length: 60 }, (_, n) => said(`P${n}`, '09:00', words(n + 1)));
    messages.push(said('P0', '09:01', 'a'.repeat(32_000)), said('B', '09:10', 'Which kata7 and kata8?'));
    // Far above what it takes: what grows with the square takes seconds. Measured in bench/.
    expect(await longestBlockMs(() => answer(messages))).toBeLessThan(500);
  });
});

describe('other purposes', () => {
  test('a title is at most six words of what was said first', async () => {
    const question = said('Ann', '09:00', '@ProjectWise, what is the deadline for the Cirebon toll road tender?');
    const { text } = await collect(model, { messages: [question], purpose: 'title' });
    expect(text).toBe('What is the deadline for the');
    expect((await collect(model, { ...ask('   '), purpose: 'title', language: 'en' })).text).toBe('New conversation');
    expect((await collect(model, { ...ask('x'.repeat(500)), purpose: 'title' })).text.length).toBeLessThanOrEqual(60);
  });

  test('a summary keeps the telling sentences with their authors, in order and in bounds', async () => {
    const chatter = Array.from({ length: 60 }, (_, n) =>
      said('Sari', '09:20', `Baik, noted ${n}. Terima kasih ya untuk itu.`),
    );
    const { text } = await collect(model, { messages: [...room, ...chatter], purpose: 'summary' });
    expect(text.length).toBeLessThanOrEqual(1_200);
    expect(text).toContain('Rina Wijaya: Batas akhir pemasukan penawaran adalah 3 Desember');
    expect(text).toContain('Ann Lee: The bid bond must be 2% of the price');
    expect(text.indexOf('Rina Wijaya')).toBeLessThan(text.indexOf('Ann Lee'));
    expect(text).not.toContain('sudah dekat');
  });

  test('a transcript in one message is summed up by its authors too', async () => {
    const transcript =
      '[Rina, 2026-11-21 09:05] Harga 5 juta.\nTermasuk pajak.\n[Budi, 2026-11-21 09:06] Setuju 5 juta.';
    const { text } = await collect(model, { ...ask(transcript), purpose: 'summary' });
    expect(text).toBe('Rina: Harga 5 juta.\nRina: Termasuk pajak.\nBudi: Setuju 5 juta.');
  });

  test('a summary goes on from the last one, and leaves out what the assistant said', async () => {
    const texts = [
      'Summary so far:\nRina: Harga 5 juta.',
      '[Budi] Pengiriman 3 minggu.',
      '[ProjectWise] Garansi 2 tahun.',
    ];
    const messages = texts.flatMap((text) => ask(text).messages);
    const { text } = await collect(model, { messages, purpose: 'summary' });
    expect(text).toBe('Rina: Harga 5 juta.\nBudi: Pengiriman 3 minggu.');
  });

  test('it never judges whether it should answer, and scripts do not reach such work', async () => {
    expect((await collect(model, { ...ask('Should I?'), purpose: 'should-answer' })).text).toBe('no');
    const failing = createOfflineModel({ failAfter: 0, delayMs: 60_000 });
    expect((await collect(failing, { ...ask('Tender Cirebon'), purpose: 'title' })).text).toBe('Tender Cirebon');
    expect(model.canJudge).toBe(false);
    expect(model.acceptsImages).toBe(false);
  });
});

describe('scripts', () => {
  test('tokens=N is exactly N different tokens, the same every time', async () => {
    const scripted = createOfflineModel(parseOfflineUrl('offline:?tokens=400&delayMs=0'));
    const first = await collect(scripted, ask('x'));
    const tokens = first.events.filter((event) => event.type === 'text');
    expect(tokens).toHaveLength(400);
    expect(new Set(first.text.split(' ')).size).toBe(400);
    expect(first.text).toBe((await collect(scripted, ask('y'))).text);
    expect(first.done?.usage?.outputTokens).toBe(400);
  });

  test('the pace is the one asked for, measured over the whole answer', async () => {
    const scripted = createOfflineModel({ tokens: 60, delayMs: 5, firstDelayMs: 40 });
    const start = performance.now();
    let firstMs = 0;
    await collect(scripted, ask('x'), undefined, () => {
      firstMs ||= performance.now() - start;
    });
    const tookMs = performance.now() - start;
    expect(firstMs).toBeGreaterThanOrEqual(39);
    expect(tookMs).toBeGreaterThanOrEqual(39 + 59 * 5 - 5);
  });

  test('without a delay the event loop still turns', async () => {
    let turns = 0;
    const beat = setInterval(() => turns++, 0);
    await collect(createOfflineModel({ tokens: 20_000, delayMs: 0 }), ask('x'));
    clearInterval(beat);
    expect(turns).toBeGreaterThan(5);
  });

  test('it fails where and how it was told', async () => {
    const before = await collect(
      createOfflineModel(parseOfflineUrl('offline:?failAfter=0&failKind=rate_limited')),
      ask('x'),
    );
    expect(before.error).toMatchObject({ kind: 'rate_limited', retryable: true });
    expect(before.events).toEqual([]);
    const after = await collect(createOfflineModel({ text: 'a b c d', failAfter: 2, delayMs: 0 }), ask('x'));
    expect(after.text).toBe('a b');
    expect(after.error).toMatchObject({ kind: 'cut_off', retryable: false });
    const late = await collect(createOfflineModel({ text: 'a b', failAfter: 2, delayMs: 0 }), ask('x'));
    expect(late.text).toBe('a b');
    expect(late.error?.kind).toBe('cut_off');
  });

  test('a tool is called as often as told, with arguments that need not be valid', async () => {
    const scripted = createOfflineModel(
      parseOfflineUrl('offline:?callTool=nope&toolArgs={"a":&toolHops=2&text=done&delayMs=0'),
    );
    const messages = [...ask('x').messages];
    for (let hop = 0; hop < 2; hop++) {
      const { done } = await collect(scripted, { messages });
      expect(done).toMatchObject({
        stop: 'tools',
        calls: [{ name: 'nope', args: {}, argsError: expect.stringContaining('JSON') }],
      });
      const { id, name } = done!.calls[0]!;
      messages.push({ role: 'assistant', text: '', calls: done!.calls });
      messages.push({ role: 'tool', callId: id, name, parts: [{ type: 'text', text: 'no' }], isError: true });
    }
    expect((await collect(scripted, { messages })).text).toBe('done');
    expect((await collect(scripted, { ...ask('x'), toolChoice: 'none' })).text).toBe('done');
  });

  test.each([
    ['offline:?delayMs=soon', 'delayMs must be a number'],
    ['offline:?tokens=1.5', 'tokens must be a whole number'],
    ['offline:?failKind=tired', 'failKind must be one of'],
    ['offline:?speed=9', 'does not know "speed"'],
  ])('%s is refused with a sentence', (url, message) => {
    expect(() => parseOfflineUrl(url)).toThrow(message);
  });

  test('an address without options has none', () => {
    expect(parseOfflineUrl('offline:')).toEqual({});
    expect(parseOfflineUrl('offline:?delayMs=6.7')).toEqual({ delayMs: 6.7 });
  });
});
