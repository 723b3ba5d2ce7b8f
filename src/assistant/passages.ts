// What the assistant was shown of documents in one turn: passages under numbers by which the answer can cite them.

/** Part of a document, as a search or a reading found it. */
export interface Passage {
  /** Of the index; a page that was read whole has one of its own. */
  chunkId: string;
  documentId: string;
  documentName: string;
  /** Page, sheet or slide where it begins. */
  page: number;
  /** The headings above it, outermost first; may be empty. */
  heading: string;
  /** What its first rows are about, when that stands before it. */
  under?: string;
  text: string;
  score: number;
}

/** Passages that are found beforehand may take this share of the prompt. */
export const PASSAGES_SHARE = 1 / 4;

export interface ShownPassage extends Passage {
  number: number;
}

/** The passages of one turn. The same passage keeps its number, whichever search finds it. */
export interface PassageShelf {
  /** Numbers those that are new, in order. Of one that is shown in pieces all of them are kept under its number. */
  put(passages: readonly Passage[]): ShownPassage[];
  find(number: number): ShownPassage | undefined;
  /** In the order of their numbers. */
  all(): readonly ShownPassage[];
  readonly size: number;
}

export function createPassageShelf(): PassageShelf {
  const shown: ShownPassage[] = [];
  const byChunk = new Map<string, ShownPassage>();
  return {
    put: (passages) =>
      passages.map((passage) => {
        const known = byChunk.get(passage.chunkId);
        if (known) {
          if (!known.text.includes(passage.text)) known.text += `\n${passage.text}`;
          return { ...passage, number: known.number };
        }
        const one = { ...passage, number: shown.length + 1 };
        shown.push(one);
        byChunk.set(passage.chunkId, one);
        return one;
      }),
    find: (number) => shown[number - 1],
    all: () => shown,
    get size() {
      return shown.length;
    },
  };
}

/** Of a page that was read whole. */
export const pageChunkId = (documentId: string, page: number): string => `${documentId}:page-${page}`;

export const markerOf = ({ number }: { number: number }): string => `[${number}]`;

/**
 * One passage as one line of JSON: whatever stands in its text stays inside the line, and so inside the quotation. What looks like
 * one of our markers is put into round brackets, so that quoting a footnote never cites a passage.
 */
export const passageLine = (passage: ShownPassage): string =>
  jsonLine({
    cite: markerOf(passage),
    document: passage.documentName,
    page: passage.page,
    ...(passage.heading === '' ? {} : { heading: passage.heading }),
    ...(passage.under ? { under: passage.under } : {}),
    text: passage.text,
  });

/** JSON on one line without what could break it or hide in it. Texts in it are made harmless, see above. */
export const jsonLine = (value: Record<string, unknown>): string =>
  JSON.stringify(value, (key, part) => (typeof part === 'string' && key !== 'cite' ? harmless(part) : part));

/** Controls, line separators, zero-width and direction characters, tags: what nobody sees on the page should not speak to a model. */
const UNSEEN = /[\p{Cc}\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\u{e0000}-\u{e007f}]/gu;

const MARKERS = /\[(\d{1,3}(?:\s*[,;–-]\s*\d{1,3})*)\](?!\()/g;

const harmless = (text: string): string =>
  text
    .toWellFormed()
    .replace(/\r\n?|[\u2028\u2029]/g, '\n')
    .replace(UNSEEN, (unseen) => (unseen === '\n' ? '\n' : unseen === '\t' ? ' ' : ''))
    .replace(MARKERS, '($1)');

/** What people, briefs and tools say in our markers names no passage; repeated in an answer it would seem to. */
export const withoutCites = (text: string): string => text.replace(MARKERS, '($1)');
