// Talks in a room over the plain WebSocket that existing clients use, and prints every frame. Usage: see README.md beside this file.
// Needs a Node with a WebSocket of its own (22 or newer); in a browser it is the same code.

// A refusal is a sentence for the person at the terminal, not a stack trace.
process.on('uncaughtException', (error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
});

const { PROJECTWISE_URL: url = 'http://127.0.0.1:8000', PROJECTWISE_EMAIL: email = '' } = process.env;
const { PROJECTWISE_PASSWORD: password = '' } = process.env;
const [room = '', message = '@ProjectWise halo'] = process.argv.slice(2);

const response = await fetch(`${url}/api/v1/auth/login`, {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ email, password }),
});
const login = await response.json();
if (!response.ok) throw new Error(`${login.code}: ${login.message}`);

// The token travels as second sub-protocol: browsers cannot set headers here, and an address would end up in logs.
const address = `${url.replace(/^http/, 'ws')}/ws/chat/${encodeURIComponent(room)}/me`;
const socket = new WebSocket(address, ['bearer', login.access_token]);

socket.addEventListener('message', ({ data }) => {
  const frame = JSON.parse(data);
  console.log(JSON.stringify(frame));
  if (frame.type === 'history') socket.send(JSON.stringify({ message }));
  // `completed` holds the whole answer; the deltas before it are for showing it while it grows.
  if (frame.type === 'completed' || frame.type === 'error') socket.send(JSON.stringify({ type: 'leave' }));
});
socket.addEventListener('error', () => {
  console.error('The connection failed: is the room right, and are you a member?');
  process.exitCode = 1;
});
socket.addEventListener('close', ({ code, reason }) => {
  console.error(`closed: ${code} ${reason}`);
  if (code !== 1000) process.exitCode = 1;
});
