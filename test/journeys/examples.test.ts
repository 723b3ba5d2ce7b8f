// The examples, run as their README says, against the real product.
import { type ChildProcess, spawn } from 'node:child_process';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { routes } from '../../src/protocol/api.ts';
import type { Message, Room } from '../../src/protocol/models.ts';
import { type ReceivedFrame, receivedFrame } from '../support/plain-frames.ts';
import {
  createRoom,
  PASSWORD,
  type Person,
  signUp,
  startProduct,
  stopProducts,
  type TestProduct,
} from '../support/product.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const ANSWER = Array.from({ length: 60 }, (_, index) => `kata-${index} "é" 👍`).join(' ');

let product: TestProduct;
let ratna: Person;
const running = new Set<ChildProcess>();
const proxies = new Set<Server>();

beforeAll(async () => {
  product = await startProduct({ env: { LLM_URL: `offline:?delayMs=4&text=${encodeURIComponent(ANSWER)}` } });
  ratna = await signUp(product, 'Ratna Wulandari');
});
afterEach(() => {
  for (const child of running) child.kill('SIGKILL');
  for (const proxy of proxies) proxy.close();
});
afterAll(stopProducts);

interface Run {
  child: ChildProcess;
  out: () => string;
  ended: Promise<{ code: number | null; out: string; errors: string }>;
}

function run(command: string, args: string[], env: Record<string, string> = {}): Run {
  const account = { PROJECTWISE_EMAIL: ratna.user.email, PROJECTWISE_PASSWORD: PASSWORD };
  const child = spawn(command, args, {
    cwd: ROOT,
    env: { PATH: process.env.PATH ?? '', PROJECTWISE_URL: product.url, ...account, ...env },
  });
  running.add(child);
  let out = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    errors += text;
  });
  const ended = new Promise<{ code: number | null; out: string; errors: string }>((resolve) => {
    child.on('close', (code) => {
      running.delete(child);
      resolve({ code, out, errors });
    });
  });
  return { child, out: () => out, ended };
}

const messagesOf = async (room: Room, person: Person): Promise<Message[]> =>
  (await person.call<{ items: Message[] }>('GET', `/api/v1/rooms/${room.id}/messages`)).items;

/** A line to the product that can be cut. */
async function openProxy(target: string): Promise<{ url: string; cut(): number }> {
  const { hostname, port } = new URL(target);
  const open = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(Number(port), hostname);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(from);
      from.on('data', (bytes) => to.write(bytes));
      from.on('close', () => {
        open.delete(from);
        to.destroy();
      });
      from.on('error', () => to.destroy());
    }
  });
  proxies.add(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address() as { port: number };
  return {
    url: `http://127.0.0.1:${address.port}`,
    cut() {
      const count = open.size;
      for (const socket of open) socket.destroy();
      return count;
    },
  };
}

describe('room-client.mjs', () => {
  it('makes a room, asks and prints the answer', async () => {
    const { code, out, errors } = await run(process.execPath, ['examples/room-client.mjs', 'Halo?']).ended;
    expect({ code, out }).toEqual({ code: 0, out: `${ANSWER}\n` });
    expect(errors).toMatch(/^room \S+\nanswer complete\n$/);
  });

  it('prints every character once although its connection is cut again and again (R-1, R-7, R-8)', async () => {
    // So slow that it is still being written when the connection is back, however late.
    const slow = await startProduct({ env: { LLM_URL: `offline:?delayMs=25&text=${encodeURIComponent(ANSWER)}` } });
    const person = await signUp(slow, 'Ratna Wulandari');
    const room = await createRoom(person);
    const proxy = await openProxy(slow.url);
    const args = ['examples/room-client.mjs', '--room', room.id, 'Berapa lama masa garansi?'];
    const client = run(process.execPath, args, { PROJECTWISE_URL: proxy.url, PROJECTWISE_EMAIL: person.user.email });
    let cuts = 0;
    let cutAt = 0;
    client.child.stdout?.on('data', () => {
      if (cuts === 3 || client.out().length < cutAt + 100) return;
      expect(proxy.cut()).toBeGreaterThan(0);
      cuts += 1;
      cutAt = client.out().length;
    });
    const { code, out, errors } = await client.ended;
    expect({ code, out }, errors).toEqual({ code: 0, out: `${ANSWER}\n` });
    expect(cuts).toBe(3);
    expect((await messagesOf(room, person)).map(({ author, text }) => [author.kind, text])).toEqual([
      ['person', 'Berapa lama masa garansi?'],
      ['assistant', ANSWER],
    ]);
  });

  it('says why it cannot begin', async () => {
    const stranger = await createRoom(await signUp(product));
    const elsewhere = await run(process.execPath, ['examples/room-client.mjs', '--room', stranger.id]).ended;
    expect(elsewhere).toMatchObject({ code: 1, out: '' });
    expect(elsewhere.errors).toContain('not_found');
    const nobody = await run(process.execPath, ['examples/room-client.mjs'], { PROJECTWISE_PASSWORD: 'wrong' }).ended;
    expect(nobody.code).toBe(1);
    expect(nobody.errors).toContain('unauthenticated');
  });
});

describe('ask.sh', () => {
  it('signs in and prints the events of the answer', async () => {
    const question = 'Apa arti "garansi" \\ jaminan?';
    const { code, out, errors } = await run('sh', ['examples/ask.sh', question]).ended;
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    const { events } = routes.sendSessionMessage;
    const seen = [...out.matchAll(/^event: (\w+)\ndata: (.*)$/gm)].map(([, name, data]) => {
      const payload = JSON.parse(data!);
      expect(events[name as keyof typeof events].parse(payload)).toEqual(payload);
      return { name, payload };
    });
    expect(seen[0]).toMatchObject({ name: 'user_message', payload: { message: { text: question } } });
    const chunks = seen.filter(({ name }) => name === 'chunk').map(({ payload }) => payload.text);
    expect(chunks.join('')).toBe(ANSWER);
    expect(seen.at(-1)).toMatchObject({ name: 'done', payload: { reason: 'completed', message: { text: ANSWER } } });
  });

  it('says when signing in fails', async () => {
    const { code, errors } = await run('sh', ['examples/ask.sh'], { PROJECTWISE_PASSWORD: 'wrong' }).ended;
    expect(code).toBe(1);
    expect(errors).toContain('Signing in failed: E-mail address or password is wrong.');
  });
});

describe('plain-websocket.mjs', () => {
  const frames = (out: string): ReceivedFrame[] =>
    out
      .trimEnd()
      .split('\n')
      .map((line) => receivedFrame.parse(JSON.parse(line)));

  it.each(['id', 'slug'] as const)(
    'talks in the room that its %s names, in the frames that are documented',
    async (key) => {
      const room = await createRoom(ratna);
      const args = ['examples/plain-websocket.mjs', room[key], '@ProjectWise berapa lama masa garansi?'];
      const { code, out, errors } = await run(process.execPath, args).ended;
      expect({ code, errors }).toEqual({ code: 0, errors: 'closed: 1000 left\n' });
      const seen = frames(out);
      expect(seen[0]).toEqual({ room: room.slug, type: 'history', items: [] });
      expect(seen[1]).toMatchObject({ type: 'message', from: 'Ratna Wulandari', content: args[2] });
      const deltas = seen.flatMap((frame) => (frame.type === 'delta' ? [frame.content] : []));
      expect(deltas.length).toBeGreaterThan(3);
      expect(deltas.join('')).toBe(ANSWER);
      expect(seen.at(-1)).toMatchObject({ type: 'completed', content: ANSWER });
      const again = await run(process.execPath, args).ended;
      expect(frames(again.out)[0]).toMatchObject({
        type: 'history',
        items: [{ content: args[2] }, { from: 'ProjectWise', type: 'message', content: ANSWER }],
      });
    },
  );

  it('is told when it may not come in', async () => {
    const stranger = await createRoom(await signUp(product));
    const { code, errors } = await run(process.execPath, ['examples/plain-websocket.mjs', stranger.id]).ended;
    expect(code).toBe(1);
    expect(errors).toContain('The connection failed');
  });
});
