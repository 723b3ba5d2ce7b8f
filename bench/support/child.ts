// Servers and clients of a benchmark run in processes of their own; this is how the runner calls functions in them.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

// biome-ignore lint/suspicious/noExplicitAny: any set of functions whose arguments and results can be sent as JSON
type Functions = Record<string, (input: any) => unknown>;

export interface Child<F extends Functions> {
  call<N extends keyof F & string>(name: N, ...input: Parameters<F[N]>): Promise<Awaited<ReturnType<F[N]>>>;
  stop(): Promise<void>;
}

interface Call {
  id: number;
  name: string;
  input: unknown;
}
type Answer = { id: number; value: unknown } | { id: number; error: string };

/** Starts `bench/support/<file>`; `F` is the type of what it serves. */
export function startChild<F extends Functions>(file: string, execArgv: string[] = []): Child<F> {
  const path = fileURLToPath(new URL(file, import.meta.url));
  const child = fork(path, { execArgv, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  let calls = 0;
  child.on('message', (answer: Answer) => {
    const call = waiting.get(answer.id);
    waiting.delete(answer.id);
    if ('error' in answer) call?.reject(new Error(`${file}: ${answer.error}`));
    else call?.resolve(answer.value);
  });
  child.on('exit', (code, signal) => {
    for (const call of waiting.values()) call.reject(new Error(`${file} ended with ${signal ?? code}`));
  });
  return {
    call: (name, ...input) =>
      new Promise((resolve, reject) => {
        const id = ++calls;
        waiting.set(id, { resolve: resolve as (value: unknown) => void, reject });
        child.send({ id, name, input: input[0] } satisfies Call);
      }),
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** Serves `functions` to the process that started this one. `onStop` runs before the process ends. */
export function serveCalls(functions: Functions, onStop: () => unknown = () => undefined): void {
  process.on('message', async ({ id, name, input }: Call) => {
    try {
      process.send?.({ id, value: await functions[name]!(input) } satisfies Answer);
    } catch (error) {
      process.send?.({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    }
  });
  const stop = async () => {
    await onStop();
    process.exit();
  };
  process.once('SIGTERM', stop);
  process.once('disconnect', stop);
}
