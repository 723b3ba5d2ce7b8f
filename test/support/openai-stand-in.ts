// Providers for the contract: aimock speaking one of OpenAI's two protocols, and a hand-written server for silence.
import { LLMock } from '@copilotkit/aimock';
import type { LanguageModel } from '../../src/engines/llm/language-model.ts';
import type { LanguageModelSetup } from '../contracts/language-model.ts';
import { type RawSseServer, startRawSseServer } from './raw-sse-server.ts';

export function openAiSetup(
  create: (baseUrl: string) => Promise<LanguageModel>,
  firstEvents: unknown[],
): () => Promise<LanguageModelSetup> {
  return async () => {
    const mock = new LLMock({ port: 0, chunkSize: 3 });
    await mock.start();
    const raw: RawSseServer[] = [];
    const open = () => create(`${mock.url}/v1`);
    return {
      async says(content) {
        mock.on({}, { content });
        return await open();
      },
      async calls(name, args, content) {
        mock.on({ toolName: name, hasToolResult: false }, { toolCalls: [{ name, arguments: JSON.stringify(args) }] });
        mock.on({ hasToolResult: true }, { content });
        return await open();
      },
      async stalls() {
        const server = await startRawSseServer((_, reply) => {
          for (const event of firstEvents) reply.event(event);
        });
        raw.push(server);
        return await create(`${server.url}/v1`);
      },
      async breaksOff() {
        // With pauses, or the break would overtake what was sent before it.
        const script = { truncateAfterChunks: 8, latency: 10 };
        mock.on({}, { content: 'one two three four five six seven' }, script);
        return await open();
      },
      async refusesTheKey() {
        mock.on(
          {},
          { error: { message: 'Incorrect API key provided: secret-key', code: 'invalid_api_key' }, status: 401 },
        );
        return await open();
      },
      async close() {
        await Promise.all([mock.stop(), ...raw.map((server) => server.close())]);
      },
    };
  };
}
