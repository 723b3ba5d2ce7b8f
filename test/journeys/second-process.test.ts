// Starting the product twice by mistake.
import { spawnSync } from 'node:child_process';
import { afterEach, expect, it } from 'vitest';
import { newDataDir, startProcess, stopProcesses } from '../support/process.ts';
import { createRoom, newClientId, signUp } from '../support/product.ts';

afterEach(stopProcesses);

it('a second process on the same data says one sentence and leaves the answers of the first alone', async () => {
  const dataDir = newDataDir();
  const first = await startProcess({ DATA_DIR: dataDir, LLM_URL: 'offline:?delayMs=4&tokens=1500' });
  const person = await signUp(first, 'Ratna');
  const room = await createRoom(person, { assistant: { trigger: 'always' } });
  const client = await person.connect();
  await client.ask('room:join', { roomId: room.id });
  await client.ask('message:send', { roomId: room.id, clientId: newClientId(), text: 'Ceritakan' });
  await client.until('turn:delta');

  const env = { PATH: process.env.PATH ?? '', PORT: '0', DATA_DIR: dataDir };
  const second = spawnSync(process.execPath, ['main.ts'], { env, encoding: 'utf8', cwd: process.cwd() });
  expect(second.status).toBe(1);
  expect(`${second.stdout}${second.stderr}`.trim()).toBe(
    `ProjectWise runs on the data in ${dataDir} already: stop it first, or set DATA_DIR.`,
  );
  const ended = await client.until('turn:ended');
  expect(ended).toMatchObject({ reason: 'completed' });
  expect(client.textOf(ended.turnId)).toBe(ended.message?.text);
  client.close();
  await first.end('SIGTERM');
});
