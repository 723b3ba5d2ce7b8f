// The comparison of pictures: what varies is covered, a changed state is found and shown, new and lost ones are told.
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PNG } from 'pngjs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { acceptPictures, comparePictures, type Folders } from '../scripts/compare-pictures.ts';
import type { Area } from '../scripts/take-picture.ts';

let root: string;
let folders: Folders;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'projectwise-pictures-'));
  folders = { taken: root, accepted: join(root, 'accepted'), differences: join(root, 'differences') };
});
afterEach(() => rmSync(root, { recursive: true }));

/** A white picture with a black box. */
function draw(name: string, box: Area, varying: Area[] = []): void {
  const picture = new PNG({ width: 720, height: 400 });
  picture.data.fill(255);
  for (let y = box.y; y < box.y + box.height; y += 1) {
    for (let x = box.x; x < box.x + box.width; x += 1) picture.data.fill(0, (y * 720 + x) * 4, (y * 720 + x) * 4 + 3);
  }
  writeFileSync(join(root, `${name}.png`), PNG.sync.write(picture));
  writeFileSync(join(root, `${name}.json`), JSON.stringify(varying));
}

test('the same pictures are the same, and what varies does not count', () => {
  const time = { x: 600, y: 10, width: 100, height: 40 };
  draw('room', { x: 610, y: 15, width: 40, height: 30 }, [time]);
  acceptPictures(folders);
  expect(comparePictures(folders)).toEqual([]);
  draw('room', { x: 640, y: 15, width: 40, height: 30 }, [time]);
  expect(comparePictures(folders)).toEqual([]);
});

test('a state that looks different is told and shown beside the accepted one', () => {
  draw('room', { x: 10, y: 10, width: 200, height: 60 });
  acceptPictures(folders);
  draw('room', { x: 10, y: 40, width: 200, height: 60 });
  expect(comparePictures(folders)).toMatchObject([{ name: 'room.png', what: expect.stringContaining('differs in') }]);
  expect(readdirSync(folders.differences)).toEqual(['room.png']);
});

test('new and lost states are told', () => {
  draw('one', { x: 0, y: 0, width: 10, height: 10 });
  acceptPictures(folders);
  rmSync(join(root, 'one.png'));
  draw('two', { x: 0, y: 0, width: 10, height: 10 });
  expect(comparePictures(folders).map(({ name, what }) => `${name} ${what}`)).toEqual([
    'one.png is no longer taken',
    'two.png is new',
  ]);
});
