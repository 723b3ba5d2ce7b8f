// Pictures that a question brings along: shown to models that take images, bounded, and never in the way of an answer.
import { Readable } from 'node:stream';
import { afterEach, expect, it } from 'vitest';
import { hashPrompt } from '../../src/assistant/prompt.ts';
import { ModelError, type ModelRequest } from '../../src/engines/llm/language-model.ts';
import type { AnswerContext } from '../../src/protocol/context-models.ts';
import type { Message } from '../../src/protocol/models.ts';
import { putDocument, type TestDocument } from '../support/documents.ts';
import {
  createRoom,
  newClientId,
  type Person,
  type ProductOptions,
  signUp,
  startProduct,
  stopProducts,
  type TestProduct,
} from '../support/product.ts';
import { fails, type Reply, says, scriptedModel } from '../support/scripted-model.ts';

afterEach(stopProducts);

const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

async function openScene(replies: Reply[], options: ProductOptions & { acceptsImages?: boolean } = {}) {
  const model = scriptedModel(replies, { acceptsImages: options.acceptsImages ?? true });
  const product = await startProduct({ ...options, model });
  const ratna = await signUp(product, 'Ratna');
  const room = await createRoom(ratna);
  const client = await ratna.connect();
  await client.ask('room:join', { roomId: room.id });
  return {
    model,
    ratna,
    put: (given: TestDocument, content: Buffer | undefined = PIXEL) =>
      putPicture(product, ratna, room.id, given, content),
    async ask(documentIds: string[], text = 'Apa yang terlihat di foto ini?'): Promise<Message> {
      const input = { roomId: room.id, clientId: newClientId(), text, documentIds, assistant: 'ask' as const };
      const { message } = await client.ask('message:send', input);
      const { turn } = await client.until('turn:queued', (queued) => queued.turn.questionId === message.id);
      return (await client.until('turn:ended', ({ turnId }) => turnId === turn.id)).message!;
    },
  };
}

let files = 0;
async function putPicture(product: TestProduct, by: Person, roomId: string, given: TestDocument, content: Buffer) {
  const key = `test/picture-${++files}`;
  const received = await product.app.files.receive(Readable.from([content]));
  await received.keep(key, { contentType: 'image/png' });
  return putDocument(product.app, by, {
    room_id: roomId,
    name: 'foto.png',
    content_type: 'image/png',
    bytes: content.length,
    file_key: key,
    texts: ['Rak server nomor 7'],
    ...given,
  });
}

const imagesIn = ({ messages }: ModelRequest) =>
  messages.flatMap((one) => (one.role === 'user' ? one.parts.filter(({ type }) => type === 'image') : []));
const said = (request: ModelRequest) => JSON.stringify(request.messages);

it('a model that takes images sees them with the question, and has their recognised text too', async () => {
  const { model, put, ask } = await openScene([says('Rak nomor 7 [1].')]);
  const [png, jpeg] = [await put({}), await put({ content_type: 'image/jpeg', name: 'foto.jpg' })];
  const message = await ask([png.id, jpeg.id]);
  const data = PIXEL.toString('base64');
  expect(model.requests[0]!.messages.at(-1)).toMatchObject({
    role: 'user',
    parts: [
      { type: 'text' },
      { type: 'image', mimeType: 'image/png', data },
      { type: 'image', mimeType: 'image/jpeg' },
    ],
  });
  expect(said(model.requests[0]!)).toContain('Rak server nomor 7');
  expect(message.sources).toMatchObject([{ documentName: 'foto.png', page: 1, quote: 'Rak server nomor 7' }]);
});

it('a model that takes none gets their recognised text', async () => {
  const { model, put, ask } = await openScene([says('Rak nomor 7 [1].')], { acceptsImages: false });
  await ask([(await put({})).id]);
  expect(imagesIn(model.requests[0]!)).toEqual([]);
  expect(said(model.requests[0]!)).toContain('Rak server nomor 7');
});

it('other documents, too many, too large and missing files are not shown, and the model is told', async () => {
  const { model, put, ask } = await openScene([says('Baik')], { limits: { imageBytes: 200, imagesPerQuestion: 3 } });
  const large = await put({ name: 'besar.png' }, Buffer.alloc(500));
  const lying = await put({ name: 'bohong.png', bytes: 10 }, Buffer.alloc(500));
  const missing = await put({ name: 'hilang.png', file_key: 'test/nowhere' });
  const last = await put({ name: 'keempat.png' });
  const pdf = await put({ name: 'KAK.pdf', content_type: 'application/pdf' });
  await ask([pdf.id, large.id, lying.id, missing.id, last.id]);
  expect(imagesIn(model.requests[0]!)).toEqual([]);
  const text = said(model.requests[0]!);
  expect(text).toContain('\\"besar.png\\" is not shown to you: it is larger than 0 KB.');
  expect(text).toContain('\\"bohong.png\\" is not shown to you: it could not be loaded.');
  expect(text).toContain('\\"hilang.png\\" is not shown to you: it could not be loaded.');
  expect(text).toContain('\\"keempat.png\\" is not shown to you: only 3 pictures are.');
});

it('a server that refuses pictures is asked again without them', async () => {
  const { model, ratna, put, ask } = await openScene([
    fails(new ModelError('bad_request', 'image input is not supported')),
    says('Rak nomor 7 [1].'),
  ]);
  const message = await ask([(await put({})).id]);
  expect(message).toMatchObject({ status: 'sent', text: 'Rak nomor 7 [1].' });
  expect(imagesIn(model.requests[0]!)).toHaveLength(1);
  expect(imagesIn(model.requests[1]!)).toEqual([]);
  expect(said(model.requests[1]!)).toContain('the model server refused them');
  // What can be proved is the prompt that was answered.
  const { system = '', messages, tools = [] } = model.requests[1]!;
  const { promptHash } = await ratna.call<AnswerContext>('GET', `/api/v1/messages/${message.id}/context`);
  expect(promptHash).toBe(hashPrompt({ system, messages }, tools));
});
