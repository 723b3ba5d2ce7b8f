// What the built-in responder says about documents: quotes with their markers, or that nothing fits and what comes closest.
import { escapeMarkdown } from '../../lib/escape-markdown.ts';
import type { Language } from '../../lib/words.ts';
import type { Quote } from './offline-quotes.ts';
import type { GivenDocuments, GivenPassage } from './offline-table.ts';

const SENTENCES = {
  id: {
    page: 'hlm.',
    nothing: (documents: number) => `Tidak ada bagian tentang ini di ${documents} dokumen di ruang ini.`,
    closest: 'Terdekat:',
    problem: 'Dokumen di ruang ini sedang tidak dapat dicari. Coba lagi sebentar lagi.',
    unread: 'Belum selesai dibaca:',
    also: 'Lihat juga:',
  },
  en: {
    page: 'p.',
    nothing: (documents: number) =>
      `I found nothing about this in the ${documents} ${documents === 1 ? 'document' : 'documents'} here.`,
    closest: 'Closest:',
    problem: 'The documents of this room cannot be searched right now. Try again in a moment.',
    unread: 'Not read to the end yet:',
    also: 'See also:',
  },
} as const;

/** With a best quote that covers less than this, other places are named too. */
const SURE_SHARE = 0.8;
const ALSO_PAGES = 2;
const CITED_PAGES = 3;

/** Each quote with its marker and where it stands. */
export const quoteBlocks = (quotes: readonly Quote[], language: Language): string[] =>
  quotes.map(({ text, passage }) => {
    const where = `${escapeMarkdown(passage.document)}, ${SENTENCES[language].page} ${passage.page}`;
    return `> ${withoutBlocks(text)} ${passage.cite}\n>\n> — ${where}`;
  });

/** Pages that may hold more, when what was quoted does not surely answer. */
export function alsoLine(quotes: readonly Quote[], given: GivenDocuments, language: Language): string[] {
  const best = Math.max(0, ...quotes.map(({ share }) => share));
  const cited = new Set(quotes.map(({ passage }) => placeOf(passage)));
  if (best >= SURE_SHARE || cited.size >= CITED_PAGES) return [];
  const others = new Map<string, GivenPassage>();
  for (const passage of given.passages) {
    const place = placeOf(passage);
    if (!cited.has(place) && !others.has(place) && others.size < ALSO_PAGES) others.set(place, passage);
  }
  if (others.size === 0) return [];
  return [`${SENTENCES[language].also} ${[...others.values()].map((one) => placeInWords(one, language)).join(', ')}.`];
}

/** Why there is no answer, and what comes closest. */
export function nothingFound(given: GivenDocuments, closest: Quote | undefined, language: Language): string {
  const say = SENTENCES[language];
  if (given.problem && given.passages.length === 0) return say.problem;
  const place = closest?.passage ?? given.passages[0];
  const said = [
    say.nothing(given.total),
    ...(place ? [`${say.closest} ${placeInWords(place, language)}.`] : []),
    ...unreadLine(given, language),
  ].join(' ');
  return closest ? `${said}\n\n> ${withoutBlocks(closest.text)}` : said;
}

export function unreadLine({ unread }: GivenDocuments, language: Language): string[] {
  if (unread.length === 0) return [];
  const names = unread.map(({ name, status }) => `${escapeMarkdown(name)} (${status})`);
  return [`${SENTENCES[language].unread} ${names.join(', ')}.`];
}

/** `hlm.` or `p.` */
export const placeWord = (language: Language): string => SENTENCES[language].page;

const placeOf = ({ document, page }: GivenPassage): string => `${document} ${page}`;

const placeInWords = (passage: GivenPassage, language: Language): string =>
  `${escapeMarkdown(passage.document)} ${SENTENCES[language].page} ${passage.page} ${passage.cite}`;

/** A quote is one line of its block: what would begin a block of its own there is made harmless. */
export const withoutBlocks = (text: string): string =>
  text.replace(/[<>`]/g, '\\$&').replace(/^(\d*)([#+*.)-])(?=\s)/, '$1\\$2');
