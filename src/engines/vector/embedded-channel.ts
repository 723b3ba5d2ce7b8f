// One of the two threads of the embedded index, seen from outside: calls wait here, so that those given up are never sent.
import { Worker } from 'node:worker_threads';
import type { ReadCall, WorkerAnswer, WorkerData, WriteCall } from './embedded-calls.ts';
import { searchUnavailable } from './query-guard.ts';

/** The file is broken: only a new one helps. */
export class BrokenIndex extends Error {}

interface Waiting {
  call: WriteCall | ReadCall;
  transfer: ArrayBuffer[];
  resolve: (result: never) => void;
  reject: (error: unknown) => void;
  signal: AbortSignal | undefined;
}

const WORKER = new URL('./embedded.worker.ts', import.meta.url);
const CLOSE_MS = 2_000;

export class WorkerChannel {
  /** Resolves when the file is open. */
  readonly opened: Promise<{ isNew: boolean }>;
  readonly #worker: Worker;
  readonly #waiting: Waiting[] = [];
  readonly #gone: Promise<void>;
  #current: Pick<Waiting, 'resolve' | 'reject'> | undefined;
  #end: Error | undefined;

  constructor(data: WorkerData) {
    // Flags of the main process (test runners, watchers) are not for the workers.
    this.#worker = new Worker(WORKER, { workerData: data, execArgv: [], name: `index-${data.role}` });
    this.opened = new Promise((resolve, reject) => {
      this.#current = { resolve, reject };
    });
    this.opened.catch(() => undefined);
    this.#worker.on('message', (answer: WorkerAnswer) => this.#settle(answer));
    this.#worker.on('error', (error) => this.#fail(searchUnavailable(error.message, error)));
    this.#gone = new Promise((resolve) => {
      this.#worker.once('exit', () => {
        this.#fail(searchUnavailable('its thread has ended.'));
        resolve();
      });
    });
  }

  get isOver(): boolean {
    return this.#end !== undefined;
  }

  /** @throws BrokenIndex, AppError unavailable, or what `signal` was aborted with while it waited */
  call<Result>(call: WriteCall | ReadCall, options: { signal?: AbortSignal; transfer?: ArrayBuffer[] } = {}) {
    return new Promise<Result>((resolve, reject) => {
      if (this.#end) {
        reject(this.#end);
        return;
      }
      this.#waiting.push({ call, transfer: options.transfer ?? [], resolve, reject, signal: options.signal });
      this.#next();
    });
  }

  /** Lets the current call end. Idempotent. */
  async close(): Promise<void> {
    this.#end ??= searchUnavailable('it is closed.');
    this.#rejectWaiting(this.#end);
    this.#worker.postMessage('close');
    const timer = setTimeout(() => void this.#worker.terminate(), CLOSE_MS);
    await this.#gone;
    clearTimeout(timer);
  }

  #next(): void {
    while (!this.#current && this.#waiting.length > 0) {
      const { call, transfer, signal, ...next } = this.#waiting.shift()!;
      if (signal?.aborted) {
        next.reject(signal.reason);
        continue;
      }
      this.#current = next;
      this.#worker.postMessage(call, transfer);
    }
  }

  #settle(answer: WorkerAnswer): void {
    const current = this.#current;
    this.#current = undefined;
    if ('result' in answer) current?.resolve(answer.result as never);
    else current?.reject(answer.isBroken ? new BrokenIndex(answer.problem) : searchUnavailable(answer.problem));
    this.#next();
  }

  #fail(error: Error): void {
    this.#end ??= error;
    this.#current?.reject(this.#end);
    this.#current = undefined;
    this.#rejectWaiting(this.#end);
  }

  #rejectWaiting(error: Error): void {
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }
}
