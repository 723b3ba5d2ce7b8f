// Starting the product twice by mistake.
import { execFile } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { createApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config.ts';
import { newDataDir, startProcess, stopProcesses } from '../support/process.ts';
import { createRoom, newClientId, signUp } from '../support/product.ts';

afterAll(stopProcesses);

/** Starts it to its end, which it puts off for some seconds: the first may be just ending. */
const tryToStart = (env: Record<string, string>): Promise<{ status: number; said: string }> =>
  new Promise((resolve) => {
    const inherited = { PATH: process.env.PATH ?? '', PORT: '0' };
    execFile(process.execPath, ['main.ts'], { env: { ...inherited, ...env } }, (error, stdout, stderr) => {
      resolve({ status: Number(error?.code ?? 0), said: `${stdout}${stderr}`.trim() });
    });
  });
const runsOn = (file: string) =>
  `ProjectWise runs on the database ${file} already: stop it first, or set DATA_DIR or DATABASE_URL.`;

it.concurrent('a second process on the same data says one sentence and leaves the answers of the first alone', async () => {
  const dataDir = newDataDir();
  const first = await startProcess({ DATA_DIR: dataDir, LLM_URL: 'offline:?delayMs=4&tokens=1500' });
  const person = await signUp(first, 'Ratna');
  const room = await createRoom(person, { assistant: { trigger: 'always' } });
  const client = await person.connect();
  await client.ask('room:join', { roomId: room.id });
  await client.ask('message:send', { roomId: room.id, clientId: newClientId(), text: 'Ceritakan' });
  await client.until('turn:delta');

  const second = await tryToStart({ DATA_DIR: dataDir });
  expect(second).toEqual({ status: 1, said: runsOn(join(dataDir, 'projectwise.sqlite')) });
  const ended = await client.until('turn:ended');
  expect(ended).toMatchObject({ reason: 'completed' });
  expect(client.textOf(ended.turnId)).toBe(ended.message?.text);
  client.close();
  await first.end('SIGTERM');
});

it.concurrent('a second process on the same database is refused whatever its data folder and the way to the file', async () => {
  const folder = newDataDir();
  const [file, link] = [join(folder, 'shared.sqlite'), join(folder, 'link.sqlite')];
  const first = await startProcess({ DATA_DIR: newDataDir(), DATABASE_URL: `sqlite:${file}` });
  symlinkSync(file, link);
  const ways = [file, link];
  const seconds = ways.map((way) => tryToStart({ DATA_DIR: newDataDir(), DATABASE_URL: `sqlite:${way}` }));
  expect(await Promise.all(seconds)).toEqual(ways.map((way) => ({ status: 1, said: runsOn(way) })));
  await first.end('SIGTERM');
});

it.concurrent('whoever was killed holds nobody up', async () => {
  const dataDir = newDataDir();
  const first = await startProcess({ DATA_DIR: dataDir });
  await first.end('SIGKILL');
  const second = await startProcess({ DATA_DIR: dataDir });
  await second.end('SIGTERM');
});

it.concurrent('a product that cannot be opened holds nothing', async () => {
  const env = { APP_ENV: 'test', DATA_DIR: newDataDir() };
  const wrong = loadConfig({ ...env, LLM_URL: 'https://api.openai.com/v1' });
  await expect(createApp(wrong)).rejects.toThrow('OpenAI needs a key');
  // It would be told that the database is taken.
  const product = await createApp(loadConfig(env));
  await product.stop();
});
