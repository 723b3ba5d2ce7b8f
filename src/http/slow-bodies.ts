// Bodies that come too slowly are cut off: an ordinary one has to be there after a while, an upload may take hours but has to move.
import type { IncomingMessage, Server } from 'node:http';

export interface BodyPatience {
  /** How long an ordinary body may take. */
  bodyMs: number;
  /** In each such span of time an upload brings something worth the name. */
  uploadSilenceMs: number;
  isUpload(request: IncomingMessage): boolean;
}

/** What a slow line brings in a minute, and nobody needs who only wants to hold a connection. */
const LEAST_BYTES = 16 * 1024;

/** Takes the place of Node's `requestTimeout`, which knows one time for everything. */
export function cutSlowBodies(server: Server, { bodyMs, uploadSilenceMs, isUpload }: BodyPatience): void {
  server.on('request', (request: IncomingMessage) => {
    if (request.complete) return;
    const stop = isUpload(request) ? watchProgress(request, uploadSilenceMs) : watchOnce(request, bodyMs);
    request.once('end', stop);
    request.once('close', stop);
  });
}

function watchOnce(request: IncomingMessage, ms: number): () => void {
  const timer = setTimeout(() => cutOff(request), ms);
  timer.unref();
  return () => clearTimeout(timer);
}

function watchProgress(request: IncomingMessage, ms: number): () => void {
  let before = request.socket.bytesRead;
  const timer = setInterval(() => {
    const { bytesRead } = request.socket;
    // A server that has no hand free for what has come is not the sender's fault.
    const isWaitingForUs = request.readableLength >= request.readableHighWaterMark;
    if (bytesRead - before < LEAST_BYTES && !isWaitingForUs) cutOff(request);
    before = bytesRead;
  }, ms);
  timer.unref();
  return () => clearInterval(timer);
}

/** Said as Node says it; whatever waits for the rest of the body hears that the connection is gone. */
function cutOff(request: IncomingMessage): void {
  if (request.complete) return;
  const { socket } = request;
  socket.write('HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n', () =>
    socket.destroy(),
  );
}
