// What every language model engine must do; run over each of them.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  type LanguageModel,
  ModelError,
  type ModelMessage,
  type ToolSpec,
} from '../../src/engines/llm/language-model.ts';
import { ask, collect } from '../support/collect.ts';

/** Opens models whose provider behaves as named. */
export interface LanguageModelSetup {
  says(text: string): Promise<LanguageModel>;
  /** Calls the tool when it is offered, and answers `text` once it has the result. */
  calls(tool: string, args: Record<string, unknown>, text: string): Promise<LanguageModel>;
  /** Says a little, then nothing more for a long time. */
  stalls(): Promise<LanguageModel>;
  /** Says a little, then the connection breaks. */
  breaksOff(): Promise<LanguageModel>;
  refusesTheKey(): Promise<LanguageModel>;
  close(): Promise<void>;
}

const SEARCH: ToolSpec = {
  name: 'lookup',
  description: 'Looks something up.',
  inputSchema: { type: 'object', properties: { word: { type: 'string' } }, required: ['word'] },
};

export function languageModelContract(engine: string, open: () => Promise<LanguageModelSetup>): void {
  describe(`language model: ${engine}`, () => {
    let setup: LanguageModelSetup;
    beforeEach(async () => {
      setup = await open();
    });
    afterEach(() => setup.close());

    test('text deltas join to the text of the one final event', async () => {
      const said = 'Batas akhir pemasukan: 3 Desember 2026, 14.00 WIB.\n\n| a | b |\n|---|---|\n| 😀 | "é" |';
      const { events, text, done, error } = await collect(await setup.says(said), ask('When is it due?'));
      expect(error).toBeUndefined();
      expect(text).toBe(said);
      expect(done).toMatchObject({ stop: 'end', text: said, calls: [] });
      expect(events.filter((event) => event.type === 'done')).toHaveLength(1);
      expect(events.at(-1)).toBe(done);
      expect(events.length).toBeGreaterThan(2);
    });

    test('a tool call is announced, parsed and ends the reply; its result leads to the answer', async () => {
      const model = await setup.calls(SEARCH.name, { word: 'tenggat', limit: 3 }, 'It is the third of December.');
      const request = ask('Look it up', { tools: [SEARCH] });
      const first = await collect(model, request);
      expect(first.error).toBeUndefined();
      const call = first.done!.calls[0]!;
      expect(first.done).toMatchObject({
        stop: 'tools',
        calls: [{ name: 'lookup', args: { word: 'tenggat', limit: 3 } }],
      });
      expect(first.events).toContainEqual({ type: 'call-start', id: call.id, name: 'lookup' });

      const { text, calls, replay } = first.done!;
      const answered: ModelMessage[] = [
        ...request.messages,
        {
          role: 'assistant',
          text,
          calls,
          ...(replay === undefined ? {} : { replay: { engine: model.id, model: model.model, data: replay } }),
        },
        { role: 'tool', callId: call.id, name: call.name, parts: [{ type: 'text', text: '3 Dec' }], isError: false },
      ];
      const second = await collect(model, { ...request, messages: answered });
      expect(second.error).toBeUndefined();
      expect(second.done).toMatchObject({ stop: 'end', text: 'It is the third of December.', calls: [] });
    });

    test('an abort before the start, in the middle and during silence ends it with aborted', async () => {
      const early = await collect(await setup.says('Never heard of.'), ask('x'), AbortSignal.abort());
      expect(early.error).toMatchObject({ name: 'ModelError', kind: 'aborted' });
      expect(early.events).toEqual([]);

      for (const model of [await setup.says('one two three four five six'), await setup.stalls()]) {
        const abort = new AbortController();
        // What says nothing more would end as stalled after its silence.
        const { error, done } = await collect(model, ask('x'), abort.signal, () => abort.abort());
        expect(error).toMatchObject({ kind: 'aborted' });
        expect(done).toBeUndefined();
      }
    });

    test('a stream that breaks off is cut_off, never a shorter answer, and is not to be repeated', async () => {
      const { text, done, error } = await collect(await setup.breaksOff(), ask('x'));
      expect(text.length).toBeGreaterThan(0);
      expect(done).toBeUndefined();
      expect(error).toBeInstanceOf(ModelError);
      expect(error).toMatchObject({ kind: 'cut_off', retryable: false });
    });

    test('a refused key is auth, before anything was said', async () => {
      const { events, error } = await collect(await setup.refusesTheKey(), ask('x'));
      expect(events).toEqual([]);
      expect(error).toMatchObject({ name: 'ModelError', kind: 'auth' });
    });

    test('two replies at once do not mix', async () => {
      const said = Array.from({ length: 40 }, (_, index) => `w${index}`).join(' ');
      const model = await setup.says(said);
      const both = await Promise.all([collect(model, ask('x')), collect(model, ask('x'))]);
      expect(both.map((one) => one.text)).toEqual([said, said]);
    });

    test('a reader that leaves early leaves nothing behind, and the next reply is whole', async () => {
      const model = await setup.says('one two three four');
      for await (const event of model.stream(ask('x'), new AbortController().signal)) {
        if (event.type === 'text') break;
      }
      expect((await collect(model, ask('x'))).text).toBe('one two three four');
    });

    test('the health check says ok for a provider that is there', async () => {
      const model = await setup.says('x');
      expect(await model.check?.()).toMatchObject({ ok: true });
      expect(model.model).not.toBe('');
    });
  });
}
