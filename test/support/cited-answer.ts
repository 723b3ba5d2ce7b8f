// An answer whose sources a test decides: asked and written as always, then given its words and sources in the database.
import type { Message, Source } from '../../src/protocol/models.ts';
import { newClientId, type Person, type TestProduct } from './product.ts';

export type GivenSource = Pick<Source, 'documentId' | 'documentName' | 'quote'> & Partial<Source>;

/** @param text with markers `[1]`, `[2]` … in the order of the sources */
export async function putCitedAnswer(
  product: TestProduct,
  asker: Person,
  room: { id: string },
  text: string,
  sources: readonly GivenSource[],
): Promise<Message> {
  const client = await asker.connect();
  await client.ask('room:join', { roomId: room.id });
  const question = { roomId: room.id, clientId: newClientId(), text: '@ProjectWise apa isinya?' };
  const { message } = await client.ask('message:send', question);
  const ended = await client.until('turn:ended', (fact) => fact.message?.questionId === message.id);
  client.close();
  const answer = ended.message;
  if (!answer) throw new Error('The question was not answered.');
  const full = sources.map((source, place): Source => {
    const defaults = { marker: `[${place + 1}]`, page: 1, chunkId: `chunk-${place}`, score: 1 };
    return { ...defaults, ...source };
  });
  await product.app.db
    .updateTable('messages')
    .set({ text, sources: JSON.stringify(full), steps: null })
    .where('id', '=', answer.id)
    .execute();
  return { ...answer, text, sources: full };
}
