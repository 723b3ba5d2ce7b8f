// Reads docs/protocol.md as data: its marked tables and its examples.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const PAGE_FILE = fileURLToPath(new URL('../../docs/protocol.md', import.meta.url));
export const page = readFileSync(PAGE_FILE, 'utf8');

/** The cells of each row below `<!-- marker -->`, without the head. @throws when there is no such table */
export function tableOf(marker: string): string[][] {
  const [, after] = page.split(`<!-- ${marker} -->\n`);
  const rows = /^(?:\|.*\n)+/.exec(after ?? '')?.[0];
  if (rows === undefined) throw new Error(`docs/protocol.md has no table marked "${marker}"`);
  return rows
    .trimEnd()
    .split('\n')
    .slice(2)
    .map((row) =>
      row
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim()),
    );
}

/** What stands in backticks. */
export const namesIn = (text: string): string[] => [...text.matchAll(/`([^`\n]+)`/g)].map(([, name]) => name!);

/** Names of all tables whose marker begins so. */
export const markersLike = (beginning: string): string[] =>
  [...page.matchAll(/<!-- (.+?) -->/g)].map(([, marker]) => marker!).filter((marker) => marker.startsWith(beginning));

export interface PageExample {
  label: string;
  text: string;
}

/** Every `<!-- example: … -->` with the JSON that follows it. */
export const examples: PageExample[] = [...page.matchAll(/<!-- example: (.+?) -->\n```json\n([\s\S]*?)```/g)].map(
  ([, label, text]) => ({ label: label!, text: text! }),
);
