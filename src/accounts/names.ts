// Names of people: which are taken by the assistant, and the handle made of one. Pure.
import { AppError } from '../lib/errors.ts';
import { ASSISTANT_NAME } from '../protocol/names.ts';

/** Letters and digits that pass for those of the assistant's name. */
const LOOKALIKES: Record<string, string> = {
  а: 'a',
  с: 'c',
  ϲ: 'c',
  е: 'e',
  ε: 'e',
  '3': 'e',
  і: 'i',
  ı: 'i',
  ι: 'i',
  '1': 'i',
  l: 'i',
  ј: 'j',
  о: 'o',
  ο: 'o',
  '0': 'o',
  р: 'p',
  ρ: 'p',
  ѕ: 's',
  '5': 's',
  т: 't',
  τ: 't',
  ԝ: 'w',
  ѡ: 'w',
};

/** What a reader takes a name for: without case, spaces, punctuation and marks, look-alikes as what they look like. */
const skeleton = (name: string): string =>
  [...name.normalize('NFKD').toLowerCase()]
    .filter((character) => /[\p{L}\p{N}]/u.test(character))
    .map((character) => LOOKALIKES[character] ?? character)
    .join('');

const ASSISTANT_SKELETON = skeleton(ASSISTANT_NAME);

/** @throws AppError invalid (name_reserved) when it reads like the assistant's */
export function requireFreeName(name: string): void {
  if (skeleton(name) !== ASSISTANT_SKELETON) return;
  throw new AppError('invalid', `"${ASSISTANT_NAME}" is the assistant's name. Choose another one.`, {
    reason: 'name_reserved',
  });
}

const RESERVED_HANDLES = new Set([
  'projectwise',
  'assistant',
  'everyone',
  'all',
  'room',
  'here',
  'me',
  'system',
  'admin',
]);
const MAX_PART_UNITS = 24;

/** ASCII letters and digits of a text, lower case, marks taken off. */
export const foldToAscii = (text: string): string =>
  text
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/g, '');

/** What every handle made of this name begins with. */
export const handleStem = (fullName: string): string => partsOf(fullName)[0] ?? 'member';

/** The first name; when that is taken first.last; then the first name and a number. */
export function makeHandle(fullName: string, isTaken: (handle: string) => boolean): string {
  const stem = handleStem(fullName);
  const parts = partsOf(fullName);
  const isFree = (handle: string) => !RESERVED_HANDLES.has(handle) && !isTaken(handle);
  if (isFree(stem)) return stem;
  const full = `${stem}.${parts.at(-1)}`;
  if (parts.length > 1 && isFree(full)) return full;
  let number = 2;
  while (!isFree(`${stem}${number}`)) number += 1;
  return `${stem}${number}`;
}

/** The words of a name; titles such as "Dr." only when there is nothing else. */
function partsOf(fullName: string): string[] {
  const words = fullName.split(/[\s,]+/);
  const names = words.filter((word) => !word.endsWith('.'));
  const fold = (list: string[]) =>
    list.map((word) => foldToAscii(word).slice(0, MAX_PART_UNITS)).filter((word) => word !== '');
  const folded = fold(names);
  return folded.length > 0 ? folded : fold(words);
}
