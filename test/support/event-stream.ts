// A client of server-sent events that keeps what came.
import type { Person } from './product.ts';

export interface ServerSentEvent {
  event: string;
  // biome-ignore lint/suspicious/noExplicitAny: payloads of many events
  data: any;
}

export interface EventStreamClient {
  status: number;
  events: ServerSentEvent[];
  /** Resolves with the first event, past or future, of this name. Rejects when the stream ends without one. */
  until(event: string): Promise<ServerSentEvent>;
  /** Resolves when the server ended the stream. */
  ended: Promise<void>;
  close(): void;
}

/** Posts and reads the events of the answer. */
export async function openEventStream(person: Person, path: string, body: unknown): Promise<EventStreamClient> {
  const abort = new AbortController();
  const response = await fetch(person.url + path, {
    method: 'POST',
    signal: abort.signal,
    headers: {
      authorization: `Bearer ${person.token}`,
      accept: 'text/event-stream',
      'content-type': 'application/json',
    },
    body: JSON.stringify(body),
  });
  const events: ServerSentEvent[] = [];
  const waiting = new Set<() => void>();
  let isOver = false;
  const tell = () => {
    for (const look of [...waiting]) look();
  };
  const ended = readEvents(response, (event) => {
    events.push(event);
    tell();
  })
    .catch(() => undefined)
    .finally(() => {
      isOver = true;
      tell();
    });
  return {
    status: response.status,
    events,
    ended,
    close: () => abort.abort(),
    until: (name) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = events.find(({ event }) => event === name);
          if (!found && !isOver) return;
          waiting.delete(look);
          if (found) resolve(found);
          else reject(new Error(`The stream ended without ${name}: ${events.map(({ event }) => event).join(' ')}`));
        };
        waiting.add(look);
        look();
      }),
  };
}

async function readEvents(response: Response, onEvent: (event: ServerSentEvent) => void): Promise<void> {
  let text = '';
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const block = text.slice(0, end);
      text = text.slice(end + 2);
      const event = /^event: (.*)$/m.exec(block)?.[1];
      const data = /^data: (.*)$/m.exec(block)?.[1];
      if (event && data) onEvent({ event, data: JSON.parse(data) });
    }
  }
}
