// The product as a process that comes back under the same address with the same data.
import { join } from 'node:path';
import { freePort, newDataDir, type ProductProcess, startProcess } from '../support/process.ts';
import type { SoakServer } from './run-soak.ts';

/** @param model what the built-in responder is told, as in LLM_URL */
export async function startSoakServer(model: string): Promise<SoakServer> {
  const dataDir = newDataDir();
  const env = {
    PORT: String(await freePort()),
    DATA_DIR: dataDir,
    APP_ENV: 'test',
    REGISTRATION: 'open',
    LLM_URL: model,
    LOG_LEVEL: 'warn',
    // One machine plays everybody.
    LIMIT_SENDS_BURST: '1000',
    LIMIT_SENDS_PER_SECOND: '1000',
  };
  let running: ProductProcess = await startProcess(env);
  return {
    url: running.url,
    databaseFile: join(dataDir, 'projectwise.sqlite'),
    async end(signal) {
      await running.end(signal);
    },
    async start() {
      running = await startProcess(env);
    },
  };
}
