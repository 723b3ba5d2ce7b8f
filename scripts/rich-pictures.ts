// Pictures of what words can hold besides words: code in colours, formulas, diagrams, a diagram by itself.
import type { Page } from 'playwright-core';
import type { Room } from '../src/protocol/models.ts';
import { createRoom, eventually, type Person, type TestProduct } from '../test/support/product.ts';

interface Gallery {
  invite: (room: Room) => Promise<unknown>;
  each: (act: (page: Page) => Promise<unknown>) => Promise<unknown>;
  take: (state: string) => Promise<void>;
}

const TEXT = `Plafon denda $D = 0{,}05 \\cdot N$, tercapai setelah $h$ jam:

$$h = \\frac{0{,}05 \\cdot N}{0{,}005 \\cdot N / 36} = 360$$

\`\`\`python
nilai = 18_600_000_000   # rev 3
def denda(jam: int) -> float:
    return jam * 0.005 * nilai / 36
\`\`\`

\`\`\`mermaid
flowchart LR
  A[Gangguan] --> B{Lewat RTO?}
  B -->|ya| C[Denda 1 %]
  B -->|tidak| D[Catat]
\`\`\``;

export async function takeRichPictures(product: TestProduct, owner: Person, gallery: Gallery): Promise<void> {
  const room = await createRoom(owner, { name: 'Hitung denda' });
  await gallery.invite(room);
  const client = await owner.connect();
  await client.ask('message:send', { roomId: room.id, clientId: 'rich-1', text: TEXT, assistant: 'skip' });
  client.close();
  await gallery.each(async (page) => {
    await page.goto(`${product.url}/main/rooms/${room.id}`);
    await page.waitForSelector('.drawing img');
    await page.waitForSelector('.formula[data-drawn]');
    // Asked from outside again and again: what a page waits for by itself is a string to evaluate, which it refuses.
    const isColoured = () => page.evaluate(() => [...CSS.highlights.values()].some(({ size }) => size > 0));
    await eventually(isColoured, 'code in colours', 120_000);
  });
  await gallery.take('60-code-formula-diagram');
  await gallery.each(async (page) => {
    await page.locator('.diagram .enlarge').click();
    await page.waitForSelector('.canvas img');
  });
  await gallery.take('61-diagram-enlarged');
  await gallery.each((page) => page.keyboard.press('Escape'));
}
