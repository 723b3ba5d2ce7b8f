// Questions about whole documents: every page is read, in parts when there are many, and what was not read is said.
import { afterEach, describe, expect, it } from 'vitest';
import type { ModelRequest } from '../../src/engines/llm/language-model.ts';
import type { AnswerContext } from '../../src/protocol/context-models.ts';
import type { Message } from '../../src/protocol/models.ts';
import { putDocument, type TestDocument } from '../support/documents.ts';
import { putMemory } from '../support/memories.ts';
import {
  type Client,
  createRoom,
  eventually,
  newClientId,
  type ProductOptions,
  signUp,
  startProduct,
  stopProducts,
} from '../support/product.ts';
import { type Reply, says, scriptedModel } from '../support/scripted-model.ts';

afterEach(stopProducts);

const pageTexts = (count: number) =>
  Array.from(
    { length: count },
    (_, index) => `# Bab ${index + 1}\n\n- Penyedia wajib memenuhi syarat nomor ${index + 1}.`,
  );

async function openScene(options: ProductOptions & { language?: string } = {}) {
  const product = await startProduct(options);
  const ratna = await signUp(product, 'Ratna');
  const room = await createRoom(ratna, { language: options.language ?? 'id' });
  const client = await ratna.connect();
  await client.ask('room:join', { roomId: room.id });
  return {
    product,
    ratna,
    room,
    client,
    put: (document: TestDocument) => putDocument(product.app, ratna, { room_id: room.id, ...document }),
    async ask(text: string, documentIds: string[] = []): Promise<Message> {
      const input = { roomId: room.id, clientId: newClientId(), text, documentIds, assistant: 'ask' as const };
      const { message } = await client.ask('message:send', input);
      const { turn } = await client.until('turn:queued', (queued) => queued.turn.questionId === message.id);
      return (await client.until('turn:ended', ({ turnId }) => turnId === turn.id)).message!;
    },
  };
}

const summaries = (client: Client) =>
  client.facts.flatMap((fact) => (fact.name === 'turn:step' ? [fact.payload.step.summary] : []));
const textIn = ({ messages }: ModelRequest) => JSON.stringify(messages);
/** Cites the first passage it is given. */
const citesFirst: Reply = (request, signal) => {
  const cite = /\\"cite\\":\\"(\[\d+\])/.exec(textIn(request))?.[1];
  return says(`- Satu butir ${cite}`)(request, signal);
};

describe('a question about a whole document', () => {
  it('is given every page, without tools, and the answer ends with what was read', async () => {
    const model = scriptedModel([says('- Syarat 1 [1]\n- Syarat 16 [16]')]);
    const { ask, put, client } = await openScene({ model });
    await put({ texts: pageTexts(16) });
    const message = await ask('Daftar semua persyaratan');
    expect(message.text).toBe(
      '- Syarat 1 [1]\n- Syarat 16 [16]\n\nDibaca untuk jawaban ini: 16 dari 16 halaman RKS.pdf.',
    );
    expect(message.sources?.map(({ marker, page, quote }) => [marker, page, quote])).toEqual([
      ['[1]', 1, 'Penyedia wajib memenuhi syarat nomor 1.'],
      ['[16]', 16, 'Penyedia wajib memenuhi syarat nomor 16.'],
    ]);
    const [request] = model.requests;
    for (let page = 1; page <= 16; page++) expect(textIn(request!)).toContain(`syarat nomor ${page}.`);
    expect(textIn(request!)).toContain('leave out nothing');
    expect(request!.tools).toEqual([]);
    expect(summaries(client)).toEqual(['Membaca 0 dari 16 halaman RKS.pdf', 'Membaca 16 dari 16 halaman RKS.pdf']);
    expect(message.steps).toMatchObject([{ kind: 'search', name: 'read_document', status: 'done' }]);
    expect(client.textOf(message.turnId!)).toBe(message.text);
  });

  it('is answered part by part when the pages do not fit together, each page in exactly one of them', async () => {
    const model = scriptedModel([citesFirst]);
    const { ask, put, client, product } = await openScene({ model, limits: { promptTokens: 2_000 }, language: 'en' });
    await put({ name: 'RFP.pdf', texts: pageTexts(60) });
    const message = await ask('List all requirements');
    expect(model.requests.length).toBeGreaterThan(1);
    const given = model.requests.map((request) =>
      [...textIn(request).matchAll(/syarat nomor (\d+)\./g)].map((match) => Number(match[1])),
    );
    expect(given.flat()).toEqual(Array.from({ length: 60 }, (_, index) => index + 1));
    for (const [index, pages] of given.entries()) {
      expect(message.text).toContain(`### RFP.pdf, p. ${pages[0]}–${pages.at(-1)}\n\n- Satu butir [${pages[0]}]`);
      expect(textIn(model.requests[index]!)).toContain(`RFP.pdf, p. ${pages[0]}–${pages.at(-1)}`);
    }
    expect(message.text).toMatch(/Read for this answer: 60 of 60 pages of RFP\.pdf\.$/);
    expect(message.sources).toHaveLength(given.length);
    expect(message.usage?.outputTokens).toBe(5 * given.length);
    expect(summaries(client).at(-1)).toBe('Read 60 of 60 pages of RFP.pdf');
    const row = await eventually(async () => {
      const found = await product.app.db
        .selectFrom('turn_contexts')
        .selectAll()
        .where('message_id', '=', message.id)
        .executeTakeFirst();
      return found &&
        JSON.parse(found.sections).find(({ kind }: { kind: string }) => kind === 'passages').items.length === 60
        ? found
        : undefined;
    }, 'the context of all parts');
    expect(row.prompt_hash).toMatch(/^[0-9a-f]{64}$/);
  });

  it('is given in every part what the room remembers', async () => {
    const model = scriptedModel([says('- Satu butir')]);
    const { product, ratna, room, ask, put } = await openScene({ model, limits: { promptTokens: 6_000 } });
    const fact = 'Persyaratan nomor 3 sudah disepakati tidak berlaku untuk kita.';
    const memory = await putMemory(product.app, ratna, room.id, { text: fact });
    await put({ texts: pageTexts(40).map((text) => `${text}\n\n${'Uraian syarat dan ketentuan. '.repeat(30)}`) });
    const message = await ask('Daftar semua persyaratan');
    expect(model.requests.length).toBeGreaterThan(1);
    for (const request of model.requests) expect(textIn(request)).toContain(fact);
    expect(message.steps).toEqual(expect.arrayContaining([expect.objectContaining({ kind: 'memory', found: 1 })]));
    const { parts } = await ratna.call<AnswerContext>('GET', `/api/v1/messages/${message.id}/context`);
    expect(parts.filter(({ kind }) => kind === 'memories').map(({ items }) => items.map(({ ref }) => ref))).toEqual([
      [memory.id],
    ]);
  });

  it('that is too long says exactly what was not read, and goes on from there when asked', async () => {
    const model = scriptedModel([citesFirst]);
    const limits = { promptTokens: 2_000, wholeReadingParts: 2 };
    const { ask, put, client } = await openScene({ model, limits });
    await put({ texts: pageTexts(150) });
    const message = await ask('Daftar semua persyaratan');
    expect(model.requests).toHaveLength(2);
    const [, done, from] =
      /Dibaca untuk jawaban ini: (\d+) dari 150 halaman RKS\.pdf\. Belum dibaca: hlm\. (\d+)–150 dari RKS\.pdf\./.exec(
        message.text,
      )!;
    expect(Number(from)).toBe(Number(done) + 1);
    expect(message.text).toContain(`tanyakan lagi dengan “dari halaman ${from}”`);
    expect(summaries(client).at(-1)).toBe(`Membaca ${done} dari 150 halaman RKS.pdf`);
    const next = await ask(`Daftar semua persyaratan dari halaman ${from}`);
    expect(textIn(model.requests[2]!)).toContain(`syarat nomor ${from}.`);
    expect(textIn(model.requests[2]!)).not.toContain(`syarat nomor ${done}.`);
    expect(next.text).toContain(`(hlm. ${from}–150)`);
  });

  it('says which pages hold no text, and which document is still being read', async () => {
    const model = scriptedModel([says('- Syarat [1]')]);
    const { ask, put } = await openScene({ model });
    const scan = await put({ name: 'scan.pdf', texts: ['Wajib satu.', '', '', 'Wajib empat.'] });
    const half = await put({
      name: 'KAK.pdf',
      texts: ['Wajib lima.'],
      status: 'processing',
      pages: 9,
      progress_done: 1,
      progress_total: 9,
    });
    const { text } = await ask('Daftar semua persyaratan', [scan.id, half.id]);
    expect(text).toContain(
      'Dibaca untuk jawaban ini: 4 dari 4 halaman scan.pdf, tanpa teks yang terbaca: hlm. 2–3; 1 dari 1 halaman KAK.pdf.',
    );
    expect(text).toContain('KAK.pdf masih dibaca oleh sistem (seluruhnya 9 halaman).');
  });

  it('reads a page that is longer than a part in pieces, under one marker', async () => {
    const model = scriptedModel([citesFirst]);
    const { ask, put } = await openScene({ model, limits: { promptTokens: 2_000 } });
    const rows = Array.from(
      { length: 200 },
      (_, index) => `| ${index + 1} | Penyedia wajib membawa barang ${index + 1} |`,
    );
    await put({ name: 'BoQ.xlsx', progress_unit: 'sheet', texts: [rows.join('\n')] });
    const message = await ask('Daftar semua barang wajib');
    const given = model.requests.map((request) =>
      [...textIn(request).matchAll(/barang (\d+) \|/g)].map((match) => Number(match[1])),
    );
    expect(given.length).toBeGreaterThan(1);
    expect(given.flat()).toEqual(Array.from({ length: 200 }, (_, index) => index + 1));
    expect(message.sources?.map(({ marker }) => marker)).toEqual(['[1]']);
    expect(message.text).toMatch(/Dibaca untuk jawaban ini: 1 dari 1 lembar BoQ\.xlsx\.$/);
  });
});

describe('the built-in responder', () => {
  it('lists everything on every page that fits, with its page', async () => {
    const { ask, put } = await openScene({ limits: { promptTokens: 2_000 } });
    await put({
      texts: [...pageTexts(30), 'Catatan saja.', '| No | Uraian |\n| --- | --- |\n| 1 | Minimal 48 port |'],
    });
    const message = await ask('Sebutkan seluruh persyaratan');
    for (let page = 1; page <= 30; page++) {
      expect(message.text).toContain(`- Penyedia wajib memenuhi syarat nomor ${page}. [${page}]`);
    }
    expect(message.text).toContain('- Minimal 48 port [32]');
    expect(message.text).not.toContain('Catatan saja');
    expect(message.text.match(/penjawab bawaan/g)).toHaveLength(1);
    expect(message.text).toMatch(/Dibaca untuk jawaban ini: 32 dari 32 halaman RKS\.pdf\.$/);
    expect(message.sources).toHaveLength(31);
  });

  it('sums a document up by its headings and what fixes most', async () => {
    const { ask, put } = await openScene({ language: 'en' });
    await put({
      texts: ['# Warranty\n\nThe warranty is 36 months. Thank you for your interest.', '# Payment\n\nPaid in 3 terms.'],
    });
    const { text } = await ask('Summarise this document');
    for (const part of ['- Warranty [1]', '- The warranty is 36 months. [1]', '- Payment [2]'])
      expect(text).toContain(part);
    expect(text).not.toContain('Thank you');
  });
});
