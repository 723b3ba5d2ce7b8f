// A model server that speaks OpenAI's chat completions: answers from what it is given, and notes facts the way a model would.
import { type RawRequest, type RawSseServer, startRawSseServer } from './raw-sse-server.ts';

type Said = { role: string; content: string | { type: string; text?: string }[] };

/** Everything of a request that a model reads, as one text. */
export const promptOf = ({ body }: RawRequest): string =>
  (body.messages as Said[])
    .map(({ content }) => (typeof content === 'string' ? content : content.map(({ text = '' }) => text).join('\n')))
    .join('\n');

export const asksForFacts = (request: RawRequest): boolean =>
  promptOf(request).startsWith('You note what a project team');

/** @param reply what it says; absent: nothing more is ever sent */
export async function startProviderServer(
  reply: (request: RawRequest) => string | undefined | Promise<string | undefined>,
): Promise<RawSseServer> {
  return startRawSseServer(async (request, { event, raw, end, json }) => {
    if (!request.path.endsWith('/chat/completions')) return json(200, { data: [{ id: 'stand-in' }] });
    const text = await reply(request);
    if (text === undefined) return;
    const chunk = (delta: object, finish_reason: string | null) =>
      event({
        id: 'c',
        object: 'chat.completion.chunk',
        model: 'stand-in',
        choices: [{ index: 0, delta, finish_reason }],
      });
    chunk({ role: 'assistant', content: text }, null);
    chunk({}, 'stop');
    raw('data: [DONE]\n\n');
    end();
  });
}

/** A fact for every sentence with a number or a name in it. */
export function noteFacts(request: RawRequest): string {
  const lines = promptOf(request)
    .split('\n')
    .filter((line) => line.startsWith('{"n":'))
    .map((line) => JSON.parse(line) as { n: number; text: string });
  const facts = lines.map(({ n, text }) => ({ n, text, kind: 'fact', about: text.split(' ').slice(0, 3).join(' ') }));
  return `\`\`\`json\n${JSON.stringify({ facts })}\n\`\`\``;
}
