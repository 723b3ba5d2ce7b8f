// Starts the product and stops it on a signal: config → createApp → start → wait → stop.
import crypto from 'node:crypto';

// Asked for what it can do, before anything native is loaded: under the wrong Node that would end without a word.
if (!('argon2' in crypto && 'randomUUIDv7' in crypto)) {
  console.error(`ProjectWise needs Node 24.21 or newer, this is ${process.version}: start it with "npm start".`);
  process.exit(1);
}
const { loadConfig, readEnvironment } = await import('./src/config.ts');
const { createApp } = await import('./src/app.ts');

try {
  const config = loadConfig(readEnvironment());
  const product = await createApp(config);
  const stop = (exitCode: number) => {
    process.exitCode = exitCode;
    // The process ends by itself; what still holds it after everything was closed is not waited for.
    void product.stop().finally(() => setTimeout(() => process.exit(), 1_000).unref());
  };
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => stop(0));
  for (const event of ['unhandledRejection', 'uncaughtException'] as const) {
    process.on(event, (error) => product.app.log.error('Something failed that nobody waited for', { event, error }));
  }
  for (const output of [process.stdout, process.stderr]) output.on('error', () => {}); // a closed pipe stops nothing
  const { url } = await product.start().catch((error) => product.stop().then(() => Promise.reject(error)));
  if (!config.log.console || !/debug|info/.test(config.log.level)) console.log(`ProjectWise ready on ${url}`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
