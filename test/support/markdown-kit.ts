// The page of the Markdown tests in a real browser, and its functions by name.
import { launchBrowser, type OpenedPage, type OpenPageOptions, openPage } from './browser.ts';
import { buildFixture } from './browser-fixture.ts';
import { startStaticServer } from './static-server.ts';

export interface MarkdownPage extends OpenedPage {
  /** Calls a function of the fixture page. */
  kit<Result>(name: string, ...input: unknown[]): Promise<Result>;
}

export interface MarkdownPages {
  open(options?: Omit<OpenPageOptions, 'url'>): Promise<MarkdownPage>;
  stop(): Promise<void>;
}

export async function startMarkdownPages(): Promise<MarkdownPages> {
  const server = await startStaticServer(await buildFixture('markdown.tsx'));
  const browser = await launchBrowser();
  return {
    async open(options = {}) {
      const opened = await openPage(browser, { ...options, url: `${server.origin}/fixture.html` });
      return {
        ...opened,
        kit: async (name, ...input) =>
          (await opened.page.evaluate(`kit[${JSON.stringify(name)}](...${JSON.stringify(input)})`)) as never,
      };
    },
    async stop() {
      await browser.close();
      await server.stop();
    },
  };
}
