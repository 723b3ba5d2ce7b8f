// Asks a question in a room over Socket.IO and prints the answer as it is written, exactly once, whatever happens to the connection.
// docs/protocol.md, "Writing a correct client", explains each step. Usage: see README.md beside this file.
import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import { io } from 'socket.io-client';

// A refusal is a sentence for the person at the terminal, not a stack trace.
process.on('uncaughtException', (error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
});

const { PROJECTWISE_URL: url = 'http://127.0.0.1:8000', PROJECTWISE_EMAIL: email = '' } = process.env;
const { PROJECTWISE_PASSWORD: password = '' } = process.env;
const { values, positionals } = parseArgs({ options: { room: { type: 'string' } }, allowPositionals: true });
const question = positionals.join(' ') || 'Apa yang sudah kita putuskan?';

const ACKNOWLEDGED_WITHIN_MS = 5_000;
const say = (line) => process.stderr.write(`${line}\n`);
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// --- Sign in and find the room ------------------------------------------------------------------------------------------

async function rest(method, path, { token, body } = {}) {
  const response = await fetch(`${url}/api/v1${path}`, {
    method,
    headers: {
      ...(token ? { authorization: `Bearer ${token}` } : {}),
      ...(body ? { 'content-type': 'application/json' } : {}),
    },
    body: body && JSON.stringify(body),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(`${answer.code}: ${answer.message}`);
  return answer;
}

const { access_token: token } = await rest('POST', '/auth/login', { body: { email, password } });
const me = await rest('GET', '/auth/me', { token });
const roomId = values.room ?? (await rest('POST', '/rooms', { token, body: { name: 'Contoh' } })).id;
say(`room ${roomId}`);

// --- The room: a snapshot with facts applied to it ------------------------------------------------------------------------

const room = { lastSeq: undefined, messages: new Map(), turns: new Map() };
let isJoining = false;

/** Of two states of a message the one that a later fact touched is right, wherever it came from. */
function merge(message) {
  const known = room.messages.get(message.id);
  if (!known || message.changedSeq >= known.changedSeq) room.messages.set(message.id, message);
}

function applySnapshot({ messages, turns, lastSeq, reset }) {
  if (reset) room.messages.clear();
  messages.forEach(merge);
  room.turns = new Map(turns.map((turn) => [turn.id, { ...turn, text: turn.text ?? '' }]));
  room.lastSeq = lastSeq;
}

const durable = {
  'message:created': ({ message }) => merge(message),
  'message:updated': ({ message }) => merge(message),
  'message:deleted': ({ message }) => merge(message),
  'turn:queued': ({ turn }) => room.turns.set(turn.id, { ...turn, text: '' }),
  'turn:started': ({ turn, message }) => {
    room.turns.set(turn.id, { ...turn, text: '' });
    merge(message);
  },
  'turn:ended': ({ turnId, message }) => {
    room.turns.delete(turnId);
    if (message) merge(message);
  },
  // Numbered like the others, but of no interest here.
  'room:changed': () => {},
  'member:changed': () => {},
};

// --- The connection -------------------------------------------------------------------------------------------------------

const socket = io(url, {
  transports: ['websocket'],
  auth: { token },
  reconnectionDelay: 200,
  reconnectionDelayMax: 5_000,
});

/** Everything is applied inside the callback: facts may arrive with the very packet after the acknowledgement. */
function join() {
  isJoining = true;
  const since = room.lastSeq === undefined ? {} : { afterSeq: room.lastSeq };
  socket.emit('room:join', { roomId, ...since }, (answer) => {
    if (!answer.ok) return giveUp(answer.error);
    isJoining = false;
    applySnapshot(answer.data);
    show({ isComplete: true });
  });
}

for (const [name, apply] of Object.entries(durable)) {
  socket.on(name, (fact) => {
    // While a join is under way, its snapshot will hold this too.
    if (fact.roomId !== roomId || isJoining || fact.seq <= room.lastSeq) return;
    if (fact.seq !== room.lastSeq + 1) return join();
    room.lastSeq = fact.seq;
    apply(fact);
    show();
  });
}

socket.on('turn:delta', ({ turnId, offset, text, ...fact }) => {
  if (fact.roomId !== roomId || isJoining) return;
  const turn = room.turns.get(turnId);
  if (!turn || offset > turn.text.length) return join();
  if (offset < turn.text.length) return;
  turn.text += text;
  show();
});

let isSignedOut = false;
let isOver = false;
socket.on('connect', join);
socket.on('server:closing', ({ code }) => {
  isSignedOut = code === 'unauthenticated';
});
socket.on('disconnect', (reason) => {
  if (isOver) return;
  say(`connection lost: ${reason}`);
  if (isSignedOut) giveUp({ code: 'unauthenticated', message: 'The session ended.' });
  // Socket.IO comes back by itself, except when the server closed on purpose.
  else if (reason === 'io server disconnect') socket.connect();
});
socket.on('connect_error', ({ data }) => {
  // Without data the network failed, and Socket.IO tries again by itself. With data the server refused.
  if (!data) return;
  if (data.details?.retryAfterMs === undefined) giveUp(data);
  else setTimeout(() => socket.connect(), data.details.retryAfterMs);
});
socket.on('room:removed', (removed) => {
  if (removed.roomId === roomId) giveUp({ code: 'not_found', message: 'This room is gone for you.' });
});

// --- Ask ------------------------------------------------------------------------------------------------------------------

const clientId = randomUUID();
/** No acknowledgement means unknown, not failed: sent again under the same clientId it stays one message. */
async function ask() {
  while (!isOver) {
    const input = { roomId, clientId, text: question, assistant: 'ask' };
    const answer = await socket
      .timeout(ACKNOWLEDGED_WITHIN_MS)
      .emitWithAck('message:send', input)
      .catch(() => undefined);
    if (answer?.ok) return;
    if (!answer) continue;
    const { retryAfterMs } = answer.error.details ?? {};
    if (retryAfterMs === undefined) return giveUp(answer.error);
    await pause(retryAfterMs);
  }
}

let printed = '';
/**
 * Prints what is new of our answer.
 * @param isComplete right after a snapshot: what is not in it is over
 */
function show({ isComplete = false } = {}) {
  if (isOver) return;
  const asked = [...room.messages.values()].find(
    (message) => message.clientId === clientId && message.author.id === me.id,
  );
  if (!asked) return;
  const turn = [...room.turns.values()].find(({ questionId }) => questionId === asked.id);
  if (turn) return print(turn.text);
  const answer = [...room.messages.values()].find(({ questionId }) => questionId === asked.id);
  if (answer && answer.status !== 'streaming') {
    print(answer.text);
    finish(answer.status === 'sent' ? 'complete' : answer.status, answer.status === 'sent' ? 0 : 1);
  } else if (isComplete) {
    finish('stopped before it began', 1);
  }
}

function print(text) {
  // After a crash the text that was kept may be shorter than what was said.
  if (!text.startsWith(printed)) return;
  process.stdout.write(text.slice(printed.length));
  printed = text;
}

function finish(outcome, exitCode) {
  process.stdout.write('\n');
  end(`answer ${outcome}`, exitCode);
}

function giveUp({ code, message }) {
  end(`${code}: ${message}`, 1);
}

function end(line, exitCode) {
  if (isOver) return;
  isOver = true;
  say(line);
  process.exitCode = exitCode;
  socket.close();
}

await ask();
