// Finding names by what somebody types of them: beginnings of words first, a slip of one letter allowed, letters left out last.
import UFuzzy from '@leeoniya/ufuzzy';

const LETTERS = {
  unicode: true,
  interSplit: "[^\\p{L}\\d']+",
  intraSplit: '\\p{Ll}\\p{Lu}',
  intraBound: '\\p{L}\\d|\\d\\p{L}|\\p{Ll}\\p{Lu}',
  intraChars: "[\\p{L}\\d']",
  intraContr: "'\\p{L}{1,2}\\b",
};
const EXACT = new UFuzzy({ ...LETTERS, intraMode: 0 });
const CAREFUL = new UFuzzy({ ...LETTERS, intraMode: 1 });
/** A slip in a shorter word makes another word of it. */
const SLIPS_FROM = 4;
/** `mlt` finds Marabintan Layanan Terpadu. */
const GENEROUS = new UFuzzy({ ...LETTERS, intraMode: 0, intraIns: Number.POSITIVE_INFINITY });

/** Those of `items` whose name fits, the best first; of equals the one that stood first. */
export function findByName<T>(items: readonly T[], nameOf: (item: T) => string, query: string): T[] {
  const needle = query.trim();
  if (needle === '') return [...items];
  const names = UFuzzy.latinize(items.map(nameOf));
  const wanted = UFuzzy.latinize(needle);
  const withSlips = wanted.length < SLIPS_FROM ? undefined : CAREFUL;
  return (
    search(EXACT, names, wanted) ??
    (withSlips && search(withSlips, names, wanted)) ??
    search(GENEROUS, names, wanted.replaceAll(/\s+/g, '')) ??
    []
  );

  function search(finder: UFuzzy, haystack: string[], text: string): T[] | undefined {
    const [indexes, info, order] = finder.search(haystack, text, 1);
    if (!indexes || indexes.length === 0) return undefined;
    const places = order && info ? order.map((place) => info.idx[place] ?? 0) : indexes;
    return places.flatMap((place) => items[place] ?? []);
  }
}
