// Takes one picture of a page, and notes which parts of it are different each time: clock times, sizes, faces, links.
import { writeFileSync } from 'node:fs';
import type { Page } from 'playwright-core';

/** From the upper left corner of the picture, in CSS pixels. */
export interface Area {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** What may differ from one run to the next without anything having changed. */
const VARYING = String.raw`\d{1,2}[:.]\d{2}|\d+(?:[.,]\d+)? ?(?:s|ms|d|dtk|detik|seconds?|KB|MB|menit|min|minutes?|tokens?|token|%)(?!\w)|\d{1,2} (?:Jan|Feb|Mar|Apr|Mei|May|Jun|Jul|Agu|Aug|Sep|Okt|Oct|Nov|Des|Dec)|https?://|pw_|@example\.test`;

/** Runs in the page. */
const FIND_VARYING = `(() => {
  const areas = [];
  const add = ({ x, y, width, height }) => {
    if (width > 0 && height > 0 && x < innerWidth && y < innerHeight && x + width > 0 && y + height > 0)
      areas.push({ x, y, width, height });
  };
  const varying = new RegExp(${JSON.stringify(VARYING)});
  for (const face of document.querySelectorAll('.av, .spin, .skeleton, .caret, progress')) add(face.getBoundingClientRect());
  for (const field of document.querySelectorAll('input, textarea')) if (varying.test(field.value)) add(field.getBoundingClientRect());
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (!varying.test(node.data)) continue;
    const holder = node.parentElement;
    if (!holder.closest('.prose')) { for (const box of holder.getClientRects()) add(box); continue; }
  }
  return areas;
})()`;

/** Writes `path` and, beside it, the areas that vary (`.json`). */
export async function takePicture(page: Page, path: string): Promise<void> {
  await page.evaluate('document.fonts.ready.then(() => undefined)');
  await page.screenshot({ path, caret: 'hide', animations: 'disabled' });
  writeFileSync(path.replace(/\.png$/, '.json'), JSON.stringify(await page.evaluate(FIND_VARYING)));
}
