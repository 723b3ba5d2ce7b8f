// Real Chromium for the browser tests: unpacked once, launched as it is for people, every complaint and outside request noted.
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

// Only what a container needs: a browser with its web security switched off would prove nothing.
const LAUNCH_ARGUMENTS = ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu', '--font-render-hinting=none'];

const PATIENCE_MS = 60_000;

export interface OpenPageOptions {
  url: string;
  width?: number;
  height?: number;
  theme?: 'light' | 'dark';
  language?: 'en' | 'id';
  reducedMotion?: boolean;
  /** A phone: touch and a mobile viewport. Default size 390 × 844. */
  phone?: boolean;
  context?: BrowserContextOptions;
}

export interface OpenedPage {
  page: Page;
  /** Console errors, uncaught errors and dialogs, in order. Empty when all is well. */
  problems: string[];
  /** Addresses requested from any other host than the page's own. */
  foreign: string[];
  close(): Promise<void>;
}

/** The browser's path, unpacked from the development dependency on first use; `CHROMIUM_PATH` names another one. */
export async function chromiumPath(): Promise<string> {
  const chosen = process.env.CHROMIUM_PATH;
  if (chosen) return chosen;
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new Error(
      `The packed Chromium is for Linux on x64, this is ${process.platform} on ${process.arch}: set CHROMIUM_PATH to an installed one.`,
    );
  const require = createRequire(import.meta.url);
  const manifest = join(dirname(require.resolve('@sparticuz/chromium')), '../package.json');
  const { version } = JSON.parse(await readFile(manifest, 'utf8')) as { version: string };
  const home = join(tmpdir(), `projectwise-chromium-${version}`);
  if (!existsSync(home)) await unpackInto(home);
  return join(home, 'chromium');
}

// The unpacker writes into the temporary folder and takes any file there for a complete one; a renamed folder is always complete.
async function unpackInto(home: string): Promise<void> {
  const partial = `${home}.${process.pid}`;
  const before = process.env.TMPDIR;
  await mkdir(partial, { recursive: true });
  process.env.TMPDIR = partial;
  try {
    const packed = await import('@sparticuz/chromium');
    await packed.default.executablePath();
    await rename(partial, home).catch((error: unknown) => {
      if (!existsSync(home)) throw error;
    });
  } finally {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
    await rm(partial, { recursive: true, force: true });
  }
}

/** Starts the browser. Throws one sentence that says what is missing when this host cannot run it. */
export async function launchBrowser(): Promise<Browser> {
  const executablePath = await chromiumPath();
  try {
    return await chromium.launch({ executablePath, args: LAUNCH_ARGUMENTS });
  } catch (error) {
    throw new Error(explainLaunch(String(error), executablePath), { cause: error });
  }
}

/** What a failed launch means for the person who ran the tests. */
export function explainLaunch(text: string, path: string): string {
  const library = /error while loading shared libraries: ([^:\s]+)/.exec(text)?.[1];
  if (library)
    return `Chromium cannot start on this host: the shared library ${library} is missing (on Debian: apt-get install libnss3 libnspr4).`;
  if (/ENOENT|doesn't exist|does not exist/.test(text)) return `Chromium cannot start: there is no program at ${path}.`;
  if (/EACCES/.test(text)) return `Chromium cannot start: ${path} may not be executed (is its folder mounted noexec?).`;
  if (/ENOSPC/.test(text)) return 'Chromium cannot start: the temporary folder is full.';
  return `Chromium cannot start on this host: ${text.split('\n', 1)[0]}`;
}

/** Opens a page in a fresh context and waits until it has loaded. */
export async function openPage(browser: Browser, options: OpenPageOptions): Promise<OpenedPage> {
  const size = {
    width: options.width ?? (options.phone ? 390 : 1440),
    height: options.height ?? (options.phone ? 844 : 900),
  };
  const context = await browser.newContext({
    viewport: size,
    colorScheme: options.theme ?? 'light',
    locale: options.language === 'id' ? 'id-ID' : 'en-GB',
    timezoneId: 'Asia/Jakarta',
    reducedMotion: options.reducedMotion ? 'reduce' : 'no-preference',
    hasTouch: options.phone ?? false,
    isMobile: options.phone ?? false,
    // What a page keeps for a day without a network is for the tests of that day.
    serviceWorkers: 'block',
    ...options.context,
  });
  // Far more than anything takes: a machine may be busy.
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  const { problems, foreign } = watchPage(page, options.url);
  await page.goto(options.url, { waitUntil: 'load' });
  return { page, problems, foreign, close: () => context.close() };
}

function watchPage(page: Page, url: string): { problems: string[]; foreign: string[] } {
  const problems: string[] = [];
  const foreign: string[] = [];
  const own = new URL(url).host;
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text());
  });
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('dialog', (dialog) => {
    problems.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    const target = new URL(request.url());
    if (target.protocol !== 'data:' && target.protocol !== 'blob:' && target.host !== own) foreign.push(request.url());
  });
  return { problems, foreign };
}
