// A tool server that is a program, in a few lines without any library; says what it was given and does what a test asks.
import { appendFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const { PIDS_IN, SILENT_AT, STAYS } = process.env;
if (PIDS_IN) appendFileSync(PIDS_IN, `${process.pid}\n`);
// Many programs have something that keeps them alive when nobody speaks to them any more, and some hear no signal.
if (STAYS) {
  setInterval(() => undefined, 60_000);
  process.on('SIGTERM', () => undefined);
}

const say = (message) => process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
const tools = ['env', 'big', 'noise', 'die', 'pid', 'flood', 'tell'].map((name) => ({
  name,
  description: name,
  inputSchema: { type: 'object', properties: {} },
  annotations: { readOnlyHint: true },
}));
const text = (value) => ({ content: [{ type: 'text', text: value }] });

function call(name) {
  if (name === 'env') return text(JSON.stringify(process.env));
  if (name === 'big') return text('x'.repeat(10 * 1024 * 1024));
  if (name === 'pid') return text(String(process.pid));
  if (name === 'flood') {
    const note = `${JSON.stringify({ jsonrpc: '2.0', method: 'notifications/message', params: { level: 'info', data: 'x' } })}\n`;
    const pour = () => {
      while (process.stdout.write(note.repeat(500)));
      process.stdout.once('drain', pour);
    };
    pour();
    return text('pouring');
  }
  if (name === 'noise') {
    process.stdout.write('this is no JSON\n\n{"jsonrpc":"2.0","method":"notifications/unknown"}\n');
    return text('still here');
  }
  // What careless programs do when they break.
  if (name === 'tell')
    process.stderr.write(`no entry with ${process.env.OWN_KEY} ${process.argv.slice(2).join(' ')}\n`);
  else process.stderr.write('first words\nthe disk is full\n');
  process.exit(3);
}

process.stderr.write('starting\n');
createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method, params } = JSON.parse(line);
  if (method === SILENT_AT) return;
  if (method === 'initialize') {
    const { protocolVersion } = params;
    say({
      id,
      result: { protocolVersion, capabilities: { tools: {} }, serverInfo: { name: 'program', version: '1' } },
    });
  } else if (method === 'tools/list') say({ id, result: { tools } });
  else if (method === 'tools/call') say({ id, result: call(params.name) });
  else if (id !== undefined) say({ id, result: {} });
});
