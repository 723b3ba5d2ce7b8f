// The log: console and daily files, errors and request ids included, secrets and query strings never.
import { AsyncLocalStorage } from 'node:async_hooks';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import winston from 'winston';
import DailyRotateFile from 'winston-daily-rotate-file';
import { makeFolder } from './folder.ts';
import { redact, redactText } from './redact.ts';

export type LogFields = Record<string, unknown>;

/**
 * Fields are plain data or errors; values whose key names a secret are hidden, and so is what people wrote.
 * Nothing of this throws, whatever is logged.
 */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** Resolves when every line has been handed to the system. Later lines are lost. Idempotent. */
  close(): Promise<void>;
}

export interface LogOptions {
  level: 'debug' | 'info' | 'warn' | 'error';
  format: 'text' | 'json';
  retentionDays: number;
  dir: string;
  console: boolean;
}

const requestIds = new AsyncLocalStorage<string>();

/** Every line logged inside `run`, however deep, carries this request id. */
export const withRequestId = <T>(requestId: string, run: () => T): T => requestIds.run(requestId, run);
export const currentRequestId = (): string | undefined => requestIds.getStore();

const FILE_NAME = /^projectwise-(\d{4}-\d{2}-\d{2})\.log$/;
const REOPEN_AFTER_MS = 60_000;

/** @throws Error with one sentence when the folder for the files cannot be had */
export function createLogger(options: LogOptions): Logger {
  makeFolder(options.dir, 'LOG_DIR');
  const root = winston.createLogger({
    level: options.level,
    format: winston.format.printf((info) => render(options.format, info as unknown as Line)),
    // Without any transport winston complains on the console.
    transports: [new winston.transports.Console({ silent: !options.console, stderrLevels: ['error'] })],
  });
  let closing: Promise<void> | undefined;
  const files = keepFile(root, options, () => closing !== undefined);
  const close = (): Promise<void> => {
    closing ??= (async () => {
      const ended = new Promise<void>((resolve) => root.once('finish', () => resolve()));
      root.end();
      await ended;
      await files.flush();
    })();
    return closing;
  };
  return makeLogger(root, close, () => closing !== undefined);
}

function makeLogger(root: winston.Logger, close: () => Promise<void>, isClosed: () => boolean): Logger {
  const write = (level: LogOptions['level'], message: string, fields?: LogFields): void => {
    if (isClosed() || !root.isLevelEnabled(level)) return;
    const requestId = currentRequestId();
    const all = redact({ ...fields, ...(requestId === undefined ? {} : { requestId }) });
    root.log({ level, message: redactText(message), time: new Date().toISOString(), fields: all });
  };
  return {
    debug: (message, fields) => write('debug', message, fields),
    info: (message, fields) => write('info', message, fields),
    warn: (message, fields) => write('warn', message, fields),
    error: (message, fields) => write('error', message, fields),
    close,
  };
}

/** The daily file; when it cannot be written (a full disk) the product runs on, and the file is tried again later. */
function keepFile(root: winston.Logger, options: LogOptions, isClosing: () => boolean): { flush(): Promise<void> } {
  let file: DailyRotateFile | undefined;
  let reopen: NodeJS.Timeout | undefined;

  const open = (): void => {
    const opened = new DailyRotateFile({
      dirname: options.dir,
      filename: 'projectwise-%DATE%.log',
      datePattern: 'YYYY-MM-DD',
      utc: true,
      options: { flags: 'a', mode: 0o600 },
    });
    file = opened;
    removeOldFiles(options);
    opened.on('rotate', () => removeOldFiles(options));
    const fail = (error: unknown): void => {
      if (file !== opened) return;
      file = undefined;
      // Nobody can be told any more.
      if (isClosing()) return;
      root.remove(opened);
      root.log({
        level: 'error',
        message: 'The log file cannot be written',
        time: new Date().toISOString(),
        fields: redact({ error }),
      });
      reopen = setTimeout(open, REOPEN_AFTER_MS).unref();
    };
    opened.on('error', fail);
    opened.logStream.on('error', fail);
    root.add(opened);
  };
  open();

  return {
    flush: async () => {
      clearTimeout(reopen);
      const stream = file?.logStream;
      if (stream) await new Promise<void>((resolve) => stream.end(() => resolve()));
    },
  };
}

/** Counts by the date in the name, so that a changed retention also holds for the files that are already there. */
function removeOldFiles({ dir, retentionDays }: LogOptions): void {
  const oldest = new Date(Date.now() - retentionDays * 86_400_000).toISOString().slice(0, 10);
  for (const name of readdirSync(dir)) {
    const date = FILE_NAME.exec(name)?.[1];
    if (date !== undefined && date <= oldest) rmSync(join(dir, name), { force: true });
  }
}

interface Line {
  level: string;
  message: string;
  time: string;
  fields: LogFields;
}

function render(format: LogOptions['format'], { level, message, time, fields }: Line): string {
  if (format === 'json') return JSON.stringify({ time, level, message, ...fields });
  const stacks: string[] = [];
  const pairs = Object.entries(fields).map(([key, value]) => {
    if (!isSerializedError(value))
      return ` ${key}=${typeof value === 'string' && /^[\w./:@+-]+$/.test(value) ? value : JSON.stringify(value)}`;
    const { stack, ...rest } = value;
    stacks.push(stack);
    return ` ${key}=${JSON.stringify(rest)}`;
  });
  // One line per entry, whatever the message holds; stack traces follow, indented.
  const oneLine = message.replace(/[\r\n]+/g, ' ');
  return [
    `${time} ${level.toUpperCase().padEnd(5)} ${oneLine}${pairs.join('')}`,
    ...stacks.map((stack) => stack.replace(/^/gm, '    ')),
  ].join('\n');
}

const isSerializedError = (value: unknown): value is { stack: string } =>
  typeof value === 'object' && value !== null && typeof (value as { stack?: unknown }).stack === 'string';
