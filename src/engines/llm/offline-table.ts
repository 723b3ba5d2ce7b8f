// What the built-in responder finds on the table: the list of documents and the passages, as the prompt and tools hand them over.
import type { ModelMessage, Part } from './language-model.ts';

export interface GivenPassage {
  /** `[3]` */
  cite: string;
  document: string;
  page: number;
  heading: string;
  /** What its first lines are about, when that stands before the passage. */
  under: string;
  text: string;
}

export interface GivenDocuments {
  total: number;
  /** Names of those that are not read yet, with how far it has come. */
  unread: { name: string; status: string }[];
  /** Nothing was searched. */
  problem: boolean;
  /** The passages are whole pages in order; `next` when earlier ones were answered about before. */
  whole?: 'first' | 'next';
  /** In order of their numbers, those of tools after those found beforehand. */
  passages: GivenPassage[];
}

const TABLE = /^<documents untrusted="true" mark="([0-9a-f]+)" total="(\d+)"/;

/** @returns absent when no documents were handed over */
export function documentsIn(messages: readonly ModelMessage[]): GivenDocuments | undefined {
  const texts = messages.flatMap((message) => (message.role === 'user' ? [textOf(message.parts)] : []));
  const table = texts.findLast((text) => TABLE.test(text));
  if (table === undefined) return undefined;
  const [, mark, total] = TABLE.exec(table)!;
  const passages = new Map<string, GivenPassage>();
  const take = (text: string): void => {
    for (const passage of passagesIn(text)) {
      const known = passages.get(passage.cite);
      if (!known) passages.set(passage.cite, passage);
      else if (!known.text.includes(passage.text)) known.text += `\n${passage.text}`;
    }
  };
  take(table);
  for (const message of messages) {
    if (message.role === 'tool' && !message.isError && DOCUMENT_TOOLS.has(message.name)) take(textOf(message.parts));
  }
  const head = new RegExp(`<passages untrusted="true" mark="${mark}"([^>]*)>`).exec(table)?.[1] ?? '';
  return {
    total: Number(total),
    unread: unreadIn(table),
    problem: head.includes('problem='),
    ...(head.includes('read="whole"') ? { whole: head.includes('part="next"') ? 'next' : 'first' } : {}),
    passages: [...passages.values()],
  };
}

export const isTable = (text: string): boolean => TABLE.test(text);

/** What they give is documents' words, not people's. */
export const DOCUMENT_TOOLS = new Set(['search_documents', 'read_document']);

export const textOf = (parts: readonly Part[]): string =>
  parts.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n');

function* passagesIn(text: string): Iterable<GivenPassage> {
  for (const { cite, document, page, heading, under, text: said } of jsonLinesIn(text, '{"cite":')) {
    if (typeof cite !== 'string' || typeof document !== 'string' || typeof said !== 'string') continue;
    yield {
      cite,
      document,
      page: typeof page === 'number' ? page : 1,
      heading: typeof heading === 'string' ? heading : '',
      under: typeof under === 'string' ? under : '',
      text: said,
    };
  }
}

function unreadIn(text: string): GivenDocuments['unread'] {
  return [...jsonLinesIn(text, '{"id":')].flatMap(({ name, status }) =>
    typeof name === 'string' && typeof status === 'string' ? [{ name, status }] : [],
  );
}

function* jsonLinesIn(text: string, beginning: string): Iterable<Record<string, unknown>> {
  for (const line of text.split('\n')) {
    if (!line.startsWith(beginning)) continue;
    try {
      yield JSON.parse(line) as Record<string, unknown>;
    } catch {
      // A result that was cut ends in half a line.
    }
  }
}
