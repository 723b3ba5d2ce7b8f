// Ends Socket.IO connections when the server stops, after what it said last has left.
import type { FactServer } from './broadcast.ts';

/**
 * Closing a server drops what still waits to be sent: the end of an answer, of all things. So each socket is closed by itself first,
 * and clients come back of their own accord. Whoever takes longer than `patienceMs` is not waited for. Never throws.
 */
export async function closeSockets(io: FactServer, patienceMs: number): Promise<void> {
  const closed = [...io.of('/').sockets.values()].map(
    ({ conn }) =>
      new Promise<void>((resolve) => {
        if (conn.readyState === 'closed') return resolve();
        conn.once('close', () => resolve());
        conn.close();
      }),
  );
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, patienceMs);
  });
  await Promise.race([Promise.all(closed), late]);
  clearTimeout(timer);
}
