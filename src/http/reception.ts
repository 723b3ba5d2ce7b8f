// The door of the server: who knocks before the product is ready waits, a crowd is let in piece by piece, and at the end everybody goes.
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

type Listener = (...args: unknown[]) => void;

export interface Reception {
  /** Serves requests and upgrades from now on, first of all those that waited. Idempotent. */
  open(): void;
  /** Lets running requests be answered for at most `patienceMs`, then ends every connection, also those that never asked for anything. */
  empty(patienceMs: number): Promise<void>;
}

/** So many are let in per turn of the event loop: hundreds that come in one moment would hold up everybody who is inside. */
const PER_TURN = 16;

/** Takes the place of whatever listens to requests and upgrades: call it when everything is attached. Closed until `open`. */
export function createReception(server: Server): Reception {
  const connections = new Set<Duplex>();
  const waiting: (() => void)[] = [];
  let running = 0;
  let isOpen = false;
  let servedThisTurn = 0;
  let isEmptied = false;
  let onIdle = () => {};

  const admit = (serve: () => void): void => {
    if (!isOpen || waiting.length > 0 || servedThisTurn >= PER_TURN) {
      waiting.push(serve);
      return;
    }
    if (servedThisTurn === 0) setImmediate(beginTurn);
    servedThisTurn += 1;
    serve();
  };
  const beginTurn = (): void => {
    servedThisTurn = 0;
    const next = waiting.splice(0, PER_TURN);
    if (next.length === 0) return;
    servedThisTurn = next.length;
    setImmediate(beginTurn);
    for (const serve of next) serve();
  };

  const hold = (event: 'request' | 'upgrade'): void => {
    const listeners = server.listeners(event) as Listener[];
    server.removeAllListeners(event);
    server.on(event, (...args: unknown[]) => {
      admit(() => {
        for (const listener of listeners) listener.apply(server, args);
      });
    });
  };
  hold('request');
  hold('upgrade');

  server.prependListener('request', (_request: IncomingMessage, response: ServerResponse) => {
    running += 1;
    response.once('close', () => {
      running -= 1;
      if (running === 0) onIdle();
    });
  });
  server.prependListener('upgrade', (_request: IncomingMessage, socket: Duplex) => {
    // A connection that breaks before anybody listens to it must not take the process down.
    socket.on('error', () => socket.destroy());
  });
  server.on('connection', (connection: Duplex) => {
    if (isEmptied) return void connection.destroy();
    connections.add(connection);
    connection.once('close', () => connections.delete(connection));
  });

  return {
    open() {
      if (isOpen) return;
      isOpen = true;
      beginTurn();
    },
    async empty(patienceMs) {
      if (running > 0) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, patienceMs);
          onIdle = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      isEmptied = true;
      for (const connection of connections) connection.destroy();
    },
  };
}
