// Recognition by the program `tesseract` of the machine: one process per picture, nothing written to disk.
import { spawn } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import { createQueue } from './queue.ts';
import { parseTsv } from './tesseract-output.ts';
import type { TextRecognizer } from './text-recognizer.ts';

export interface TesseractOptions {
  /** A name to be found in PATH, or a path. */
  command?: string;
  languages: readonly string[];
  /** What the program finds its libraries and its languages with; it gets nothing else of our environment. */
  environment: Readonly<Record<string, string>>;
  /** Pictures at a time; more wait in order. */
  parallel: number;
  /** For one picture. */
  timeoutMs: number;
}

const PROBE_MS = 5_000;
/** More than a page of small print needs by far. */
const MOST_OUTPUT_BYTES = 16 * 1024 * 1024;

/** The recognizer, when the program is there and knows at least one of the languages. */
export async function findTesseract(options: TesseractOptions): Promise<TextRecognizer | undefined> {
  const listed = await run(options, ['--list-langs'], undefined, AbortSignal.timeout(PROBE_MS)).catch(() => undefined);
  if (listed === undefined) return undefined;
  const installed = new Set(listed.split(/\s+/));
  const languages = options.languages.filter((language) => installed.has(language));
  return languages.length === 0 ? undefined : createTesseract({ ...options, languages });
}

function createTesseract(options: TesseractOptions): TextRecognizer {
  const closing = new AbortController();
  const places = createQueue(options.parallel);
  const running = new Set<Promise<unknown>>();

  return {
    engine: 'tesseract',
    languages: options.languages,
    async recognize(picture, asked) {
      // Anything else is taken for a list of files to be opened.
      if (!isPicture(picture)) throw new Error('What is to be recognised is neither PNG nor JPEG.');
      const signals = [closing.signal, ...(asked ? [asked] : [])];
      const leave = await places.take(AbortSignal.any(signals));
      const result = run(
        options,
        ['stdin', 'stdout', '-l', options.languages.join('+'), '--psm', '3', 'tsv'],
        picture,
        AbortSignal.any([...signals, AbortSignal.timeout(options.timeoutMs)]),
      ).finally(leave);
      running.add(result);
      try {
        return parseTsv(await result);
      } finally {
        running.delete(result);
      }
    },
    async close() {
      closing.abort(new Error('The recognizer is closed.'));
      await Promise.allSettled(running);
    },
  };
}

const isPicture = (bytes: Uint8Array): boolean =>
  (bytes[0] === 0x89 && bytes[1] === 0x50 && bytes[2] === 0x4e && bytes[3] === 0x47) ||
  (bytes[0] === 0xff && bytes[1] === 0xd8);

/** @returns what it printed @throws when it ends otherwise than well, or the reason of `signal` */
function run(
  { command = 'tesseract', environment }: TesseractOptions,
  args: string[],
  input: Uint8Array | undefined,
  signal: AbortSignal,
): Promise<string> {
  return new Promise((resolve, reject) => {
    // One picture takes one core: that is what `parallel` counts.
    const env = { ...environment, OMP_THREAD_LIMIT: '1' };
    const child = spawn(command, args, { env, stdio: ['pipe', 'pipe', 'pipe'], windowsHide: true });
    const chunks: Buffer[] = [];
    let bytes = 0;
    let complaint = '';
    const kill = (): void => {
      child.kill('SIGKILL');
    };
    signal.addEventListener('abort', kill, { once: true });
    if (signal.aborted) kill();
    child.once('spawn', () => lowerPriority(child.pid));
    child.stdout.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > MOST_OUTPUT_BYTES) kill();
      else chunks.push(chunk);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      complaint = (complaint + text).slice(-500);
    });
    // It may end before it has read everything; its exit says why.
    child.stdin.on('error', () => {});
    child.stdin.end(input);
    child.once('error', reject);
    child.once('close', (code) => {
      signal.removeEventListener('abort', kill);
      if (signal.aborted) reject(signal.reason);
      else if (code === 0) resolve(Buffer.concat(chunks).toString('utf8'));
      else reject(new Error(`tesseract ended with ${code}: ${complaint.trim()}`));
    });
  });
}

/** People who chat come first. */
function lowerPriority(pid: number | undefined): void {
  try {
    if (pid !== undefined) setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // It has ended already.
  }
}
