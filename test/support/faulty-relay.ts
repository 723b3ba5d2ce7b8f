// Stands between Socket.IO clients and the server and does what a broken server would do to what it sends: proof that a check notices.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type RawData, WebSocket, WebSocketServer } from 'ws';

export const FAULTS = [
  'drop delta',
  'double delta',
  'swap deltas',
  'garble delta',
  'drop fact',
  'double fact',
] as const;
export type Fault = (typeof FAULTS)[number];

export interface Relay {
  url: string;
  /** How often it did what it does. */
  faults(): number;
  stop(): Promise<void>;
}

const DELTA = '42["turn:delta"';
const FACT = /^42\["(message|turn):(created|queued|started|ended)"/;
/** Every so many frames of the kind. */
const EVERY = 3;

/** @param fault absent: an honest relay */
export async function startRelay(target: string, fault?: Fault): Promise<Relay> {
  const server = createServer();
  const sockets = new WebSocketServer({ server });
  let faults = 0;

  sockets.on('connection', (client, request) => {
    const upstream = new WebSocket(target.replace(/^http/, 'ws') + (request.url ?? ''));
    const early: RawData[] = [];
    const spoil = createSpoiler(fault, () => {
      faults += 1;
    });
    client.on('message', (data) => {
      if (upstream.readyState === upstream.OPEN) upstream.send(String(data));
      else early.push(data);
    });
    upstream.on('open', () => {
      for (const data of early) upstream.send(String(data));
    });
    upstream.on('message', (data) => {
      for (const frame of spoil(String(data))) client.send(frame);
    });
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      one.on('close', () => other.terminate());
      one.on('error', () => other.terminate());
    }
  });

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    faults: () => faults,
    async stop() {
      for (const client of sockets.clients) client.terminate();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** @returns a function from one frame to the frames that are sent instead */
function createSpoiler(fault: Fault | undefined, onFault: () => void): (frame: string) => string[] {
  let seen = 0;
  let held: string | undefined;
  const isVictim = () => {
    seen += 1;
    if (seen % EVERY !== 0) return false;
    onFault();
    return true;
  };
  const spoilDelta = (frame: string): string[] => {
    if (held !== undefined) {
      const later = held;
      held = undefined;
      return [frame, later];
    }
    if (!isVictim()) return [frame];
    if (fault === 'drop delta') return [];
    if (fault === 'double delta') return [frame, frame];
    if (fault === 'swap deltas') {
      held = frame;
      return [];
    }
    // As long as it was: only the words themselves can tell.
    const [name, payload] = JSON.parse(frame.slice(2));
    return [`42${JSON.stringify([name, { ...payload, text: '#'.repeat(payload.text.length) }])}`];
  };
  return (frame) => {
    if (fault?.includes('delta') && frame.startsWith(DELTA)) return spoilDelta(frame);
    if (held !== undefined) {
      const before = held;
      held = undefined;
      return [before, frame];
    }
    if (fault?.includes('fact') && FACT.test(frame) && isVictim()) return fault === 'drop fact' ? [] : [frame, frame];
    return [frame];
  };
}
