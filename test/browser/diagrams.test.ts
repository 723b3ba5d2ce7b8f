// Diagrams: drawn when their fence is closed, shown as pictures that can do nothing, with their source one press away.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type MarkdownPage, type MarkdownPages, startMarkdownPages } from '../support/markdown-kit.ts';
import { eventually } from '../support/product.ts';

let pages: MarkdownPages;
let opened: MarkdownPage;

beforeAll(async () => {
  pages = await startMarkdownPages();
  opened = await pages.open();
});
afterAll(() => pages.stop());

const FLOW = 'flowchart LR\n  A[Unggah] --> B{Terbaca?}\n  B -->|ya| C[Tanya]';
const fence = (source: string) => `\`\`\`mermaid\n${source}\n\`\`\``;
const drawingSource = async (): Promise<string> =>
  decodeURIComponent((await opened.page.locator('.drawing img').getAttribute('src')) ?? '');

test('until its fence is closed a diagram is its source; then it is drawn in the same frame', async () => {
  const asked: string[] = [];
  opened.page.on('request', (request) => asked.push(request.url()));
  await opened.kit('start');
  await opened.kit('push', `\`\`\`mermaid\n${FLOW}\n`);
  await opened.kit('nextFrame');
  expect(await opened.page.locator('figure pre').isVisible()).toBe(true);
  expect(asked.filter((url) => url.endsWith('.js'))).toEqual([]);
  const top = await opened.page.locator('figure').evaluate((figure) => figure.getBoundingClientRect().top);
  await opened.kit('push', '```\n\nSelesai.');
  const image = opened.page.locator('.drawing img');
  await image.waitFor();
  expect(await opened.page.locator('figure pre').isVisible()).toBe(false);
  expect(await opened.page.locator('figure').evaluate((figure) => figure.getBoundingClientRect().top)).toBe(top);
  expect(
    await opened.page.evaluate(
      `(async () => { const image = document.querySelector('.drawing img'); await image.decode(); return image.naturalWidth; })()`,
    ),
  ).toBeGreaterThan(100);
  await opened.kit('finish');
  expect(opened.foreign).toEqual([]);
  expect(opened.problems).toEqual([]);
});

test('the source can be seen and copied, also while the drawing is shown', async () => {
  await opened.kit('drawStatic', fence(FLOW));
  await opened.page.locator('.drawing img').waitFor();
  const source = opened.page.getByRole('button', { name: 'Show source' });
  await source.press('Enter');
  expect(await opened.page.locator('pre').isVisible()).toBe(true);
  expect(await source.getAttribute('aria-pressed')).toBe('true');
  await source.press('Enter');
  expect(await opened.page.locator('pre').isVisible()).toBe(false);
  await opened.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await opened.page.getByRole('button', { name: 'Copy code' }).click();
  expect(await opened.page.evaluate('navigator.clipboard.readText()')).toBe(FLOW);
});

test('what is no diagram, or too large for one, stays as written and says so', async () => {
  await opened.kit('drawStatic', fence('ini bukan diagram'));
  await opened.page.getByText('cannot be drawn as a diagram').waitFor();
  expect(await opened.page.locator('pre').isVisible()).toBe(true);
  const large = `flowchart LR\n${Array.from({ length: 400 }, (_, place) => `A${place} --> A${place + 1}`).join('\n')}`;
  await opened.kit('drawStatic', fence(large));
  await opened.page.getByText('too large to be drawn').waitFor();
  expect(await opened.page.locator('body > svg, body > div > svg').count()).toBe(0);
});

test('the drawing follows the theme', async () => {
  await opened.kit('drawStatic', fence(FLOW));
  await opened.page.locator('.drawing img').waitFor();
  const light = await drawingSource();
  await opened.page.emulateMedia({ colorScheme: 'dark' });
  const image = opened.page.locator('.drawing img');
  await eventually(async () => (await drawingSource()) !== light, 'the dark drawing');
  await image.waitFor();
  await opened.page.emulateMedia({ colorScheme: 'light' });
  await eventually(async () => (await drawingSource()) === light, 'the light drawing');
});

const PWN = 'window.__pwned=1';
const HOSTILE = [
  `flowchart LR\n  A[x] --> B\n  click A "javascript:${PWN}"`,
  `flowchart LR\n  A --> B\n  click A call alert(1)`,
  `flowchart LR\n  A --> B\n  click A href "javascript:${PWN}" _self`,
  `flowchart LR\n  A["<img src=x onerror=${PWN}>"] --> B["<script>${PWN}</script>"]`,
  `flowchart LR\n  A["<a href='javascript:${PWN}'>x</a>"]`,
  `flowchart LR\n  A@{ img: "http://198.51.100.7/p.png", label: "x" }`,
  `flowchart LR\n  A@{ "\\u0069mg": "http://198.51.100.7/p.png", label: "x" }`,
  `%%{init: {"securityLevel": "loose", "htmlLabels": true, "flowchart": {"htmlLabels": true}}}%%\nflowchart LR\n  A["<img src=x onerror=${PWN}>"]`,
  `%%{init: {"themeCSS": "* { background: url(http://198.51.100.7/x) }"}}%%\nflowchart LR\n  A`,
  `%%{init: {"theme": "base", "themeVariables": {"fontFamily": "x}</style><img src=x onerror=${PWN}>"}}}%%\nflowchart LR\n  A`,
  `---\nconfig:\n  securityLevel: loose\n  themeCSS: "body{display:none}"\n---\nflowchart LR\n  A["<img src=x onerror=${PWN}>"]`,
  `flowchart LR\n  A:::x\n  classDef x fill:red} body{display:none`,
  `flowchart LR\n  A\n  style A fill:url(http://198.51.100.7/x)`,
  `sequenceDiagram\n  A->>B: <img src=x onerror=${PWN}>\n  link A: x @ javascript:${PWN}`,
  `classDiagram\n  class A\n  link A "javascript:${PWN}" "x"\n  callback A "alert"`,
  `gantt\n  title <img src=x onerror=${PWN}>\n  section A\n  x :a, 2026-01-01, 1d\n  click a href "javascript:${PWN}"`,
  `flowchart LR\n  A["$$\\href{javascript:${PWN}}{x}$$"]`,
  `erDiagram\n  A ||--o{ B : "<svg onload=${PWN}>"`,
  `mindmap\n  root((<img src=x onerror=${PWN}>))`,
  `pie title <script>${PWN}</script>\n  "a" : 1`,
];

/** What could be active in the drawings that are shown, were they not pictures. */
const activeInDrawings = `[...document.querySelectorAll('.drawing img')].flatMap((image) => {
  const drawn = new DOMParser().parseFromString(decodeURIComponent(image.src.split(',')[1]), 'image/svg+xml');
  return [...drawn.querySelectorAll('*')].flatMap((element) => [
    ...(/^(script|foreignObject|image|a|use|iframe|parsererror)$/.test(element.localName) ? [element.localName] : []),
    ...[...element.attributes].filter(({ name, value }) => /^on|href$/.test(name) || /javascript:|198\\.51/.test(value)).map(({ name }) => name),
    ...(element.localName === 'style' && /@import|198\\.51/.test(element.textContent) ? ['style'] : []),
  ]);
})`;

test('hostile diagrams run nothing, ask nobody and restyle nothing', async () => {
  for (const source of HOSTILE) {
    expect(await opened.kit('drawHostile', fence(source)), source).toEqual([]);
    expect(await opened.page.evaluate(activeInDrawings), source).toEqual([]);
  }
  expect(await opened.page.evaluate('window.__pwned')).toBeUndefined();
  expect(opened.foreign).toEqual([]);
  expect(await opened.page.evaluate('getComputedStyle(document.body).display')).not.toBe('none');
  // Nothing of the drawing lies about in the page.
  expect(await opened.page.evaluate(`document.querySelectorAll('body > [id]').length`)).toBe(0);
});

test('the largest diagram that is drawn does not hold the page up for long', async () => {
  const edges = Array.from({ length: 140 }, (_, place) => `  N${place % 40} --> N${(place * 7) % 40}`).join('\n');
  await opened.kit('drawStatic', fence(FLOW));
  await opened.page.locator('.drawing img').waitFor();
  const longest = await opened.page.evaluate(`(async () => {
    kit.drawStatic(${JSON.stringify(fence(`flowchart LR\n${edges}`))});
    let longest = 0;
    let last = performance.now();
    for (let frames = 0; frames < 400 && !document.querySelector('.drawing > *'); frames += 1) {
      await kit.nextFrame();
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
    }
    return longest;
  })()`);
  console.info(`the largest diagram: ${Math.round(Number(longest))} ms`);
  expect(longest).toBeLessThan(10_000);
});
