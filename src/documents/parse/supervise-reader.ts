// One reader's process as the service sees it: started with as little as it needs, watched, and ended at once when it goes beyond its bounds.
import { type ChildProcess, fork } from 'node:child_process';
import { realpath } from 'node:fs/promises';
import { constants, setPriority } from 'node:os';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TextRecognizer } from '../../engines/ocr/text-recognizer.ts';
import { AppError } from '../../lib/errors.ts';
import type { Logger } from '../../lib/log.ts';
import type { ReadReason } from './format.ts';
import type { ReadBounds, ReadEvent, ReadRequest } from './parsed.ts';
import { type FromReader, TOO_MUCH_MEMORY, TOO_MUCH_TIME, type ToReader } from './reader-messages.ts';

const ENTRY = fileURLToPath(new URL('./reader.process.ts', import.meta.url));
const PROJECT_DIR = fileURLToPath(new URL('../../..', import.meta.url));
const LOOK_EVERY_MS = 100;
/** Events that may wait to be taken: so many that neither side waits for the other at every page, so few that nothing is read far ahead. */
const WINDOW = 8;
/** The reader counts its CPU time itself; one that waits for what never comes uses none. On a busy machine work takes a multiple. */
const PATIENCE = 4;
const STDERR_UNITS = 4_000;

export interface Reader {
  /** The next event; undefined at the end. @throws AppError, or what `end` was told */
  next(): Promise<ReadEvent | undefined>;
  /** Kills the process, if it still runs; who waits for an event gets `error`. */
  end(error: unknown): void;
  /** Resolves when the process is gone. */
  readonly gone: Promise<void>;
}

export interface ReaderOptions {
  recognizer: TextRecognizer;
  log: Logger;
  /** Address of the module with FORMATS. */
  formats: string;
}

export async function startReader(request: ReadRequest, options: ReaderOptions): Promise<Reader> {
  const path = await realpath(request.path).catch((error) => {
    throw refusal('file_unreadable', 'The stored file could not be opened.', error);
  });
  const child = spawnReader(path, request, options.formats);
  const waiting: ReadEvent[] = [];
  let outcome: { error?: unknown } | undefined;
  let wake: (() => void) | undefined;
  const recognitions = new AbortController();
  let recognizing = 0;

  const settle = (result: { error?: unknown }): void => {
    if (outcome) return;
    outcome = result;
    recognitions.abort();
    wake?.();
  };
  const end = (error: unknown): void => {
    settle({ error });
    child.kill('SIGKILL');
  };
  const tell = (message: ToReader): void => {
    // A reader that is gone hears nothing; its end is noticed by `exit`.
    if (child.connected) child.send(message, () => {});
  };
  const watch = watchTime(request, {
    isAtWork: () => waiting.length < WINDOW && recognizing === 0,
    onBreach: (message) => end(refusal('file_too_complex', message)),
  });

  const recognize = async (id: number, picture: Uint8Array): Promise<void> => {
    recognizing += 1;
    try {
      const words = await options.recognizer.recognize(picture, recognitions.signal);
      tell({ kind: 'recognized', id, words });
    } catch (error) {
      tell({ kind: 'notRecognized', id, message: error instanceof Error ? error.message : String(error) });
    } finally {
      recognizing -= 1;
    }
  };

  child.on('message', (message: FromReader) => {
    watch.heard();
    if (message.kind === 'recognize') void recognize(message.id, message.picture);
    else if (message.kind === 'event') {
      waiting.push(message.event);
      wake?.();
    } else if (message.problem) {
      const { reason, message: sentence, detail } = message.problem;
      options.log.debug('A file could not be read', { reason, detail });
      settle({ error: refusal(reason, sentence) });
    } else settle({});
  });
  const gone = watchEnd(child, request.bounds, (error) => {
    watch.stop();
    if (!outcome) options.log.warn('A reader of documents ended early', { error, contentType: request.contentType });
    settle({ error });
  });

  tell({
    kind: 'read',
    request: { ...request, path },
    formats: options.formats,
    canRecognize: options.recognizer.engine !== 'none',
    window: WINDOW,
  });

  return {
    gone,
    end,
    async next() {
      while (waiting.length === 0 && !outcome) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      const event = waiting.shift();
      if (event) {
        tell({ kind: 'taken', events: 1 });
        return event;
      }
      if (outcome && 'error' in outcome) throw outcome.error;
      return undefined;
    },
  };
}

/** It may read its file, our sources and the libraries: nothing of what runs here, and it may write and start nothing. */
function spawnReader(path: string, { bounds }: ReadRequest, formats: string): ChildProcess {
  const readable = [`${PROJECT_DIR}src/`, `${PROJECT_DIR}node_modules/`, `${PROJECT_DIR}package.json`, path];
  const child = fork(ENTRY, [], {
    execArgv: [
      '--permission',
      ...[...readable, dirname(fileURLToPath(formats))].map((place) => `--allow-fs-read=${place}`),
      // For its watchdog.
      '--allow-worker',
      '--disallow-code-generation-from-strings',
      '--no-warnings',
      // The heap alone; the watchdog counts what lies outside of it too.
      `--max-old-space-size=${Math.floor(bounds.memoryMb * 0.8)}`,
    ],
    env: { TZ: 'UTC' },
    cwd: dirname(ENTRY),
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    serialization: 'advanced',
  });
  try {
    // People who chat come first.
    if (child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // It has ended already; that is told by `exit`.
  }
  return child;
}

/** Counts the time in which the reader is at work. Its memory and its CPU time are watched from within, see watchdog.thread.ts. */
function watchTime(
  { bounds }: ReadRequest,
  { isAtWork, onBreach }: { isAtWork(): boolean; onBreach(message: string): void },
): { heard(): void; stop(): void } {
  let worked = 0;
  let silent = 0;
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    // A machine that slept, or a busy main thread, is not the reader's fault.
    const passed = Math.min(now - last, 3 * LOOK_EVERY_MS);
    last = now;
    if (!isAtWork()) {
      silent = 0;
      return;
    }
    worked += passed;
    silent += passed;
    if (worked > bounds.timeoutMs) onBreach(`The file takes longer than ${bounds.timeoutMs / 1000} seconds to read.`);
    else if (silent > PATIENCE * bounds.silenceMs) {
      onBreach(tooLong(bounds.silenceMs));
    }
  }, LOOK_EVERY_MS);
  return {
    heard: () => {
      silent = 0;
    },
    stop: () => clearInterval(timer),
  };
}

/** Calls `onEnd` with what to tell when the process is gone; that it had said its last word before is for the caller to know. */
function watchEnd(child: ChildProcess, bounds: ReadBounds, onEnd: (error: AppError) => void): Promise<void> {
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-STDERR_UNITS);
  });
  return new Promise((resolve) => {
    child.once('error', (error) => {
      onEnd(new AppError('unavailable', 'The reader of documents could not be started.', undefined, { cause: error }));
      if (child.pid === undefined) resolve();
    });
    // `close` comes after everything it wrote was read.
    child.once('close', (code, signal) => {
      const cause = new Error(`The reader ended with ${signal ?? code}.\n${stderr}`);
      onEnd(describeEnd(bounds, signal, stderr, cause));
      resolve();
    });
  });
}

function describeEnd(bounds: ReadBounds, signal: NodeJS.Signals | null, stderr: string, cause: Error): AppError {
  // Who ends a service often ends all of its processes: that is not the file's fault, and it is read again.
  if (signal === 'SIGTERM' || signal === 'SIGINT' || signal === 'SIGHUP') {
    return new AppError('unavailable', 'The reader of documents was ended from outside.', undefined, { cause });
  }
  if (stderr.includes(TOO_MUCH_TIME)) return refusal('file_too_complex', tooLong(bounds.silenceMs), cause);
  // A SIGKILL that is neither ours nor the watchdog's comes from the system, when memory is short.
  if (signal === 'SIGKILL' || stderr.includes(TOO_MUCH_MEMORY) || /out of memory|allocation failed/i.test(stderr)) {
    return refusal('file_too_complex', 'The file takes more memory to read than it is given.', cause);
  }
  return refusal('file_corrupt', 'The file is damaged: its reader broke down on it.', cause);
}

const tooLong = (ms: number): string => `A part of the file takes longer than ${ms / 1000} seconds to read.`;

function refusal(reason: ReadReason, message: string, cause?: unknown): AppError {
  return new AppError(reason === 'file_too_complex' ? 'too_large' : 'invalid', message, { reason }, { cause });
}
