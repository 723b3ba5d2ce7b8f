// What step lines say of documents, in the language of the room; the one place in the server that speaks to people in two languages besides answers.
import type { Language } from '../lib/words.ts';

export interface SearchCounts {
  documents: number;
  passages: number;
  pages: number;
}

export type SearchProblem = 'late' | 'unavailable';

interface StepWords {
  found(counts: SearchCounts, keywordsOnly: boolean): string;
  problem: Record<SearchProblem, string>;
  /** @param what a document's name, or how many there are */
  read(done: number, total: number, what: string | number): string;
}

const count = (number: number, one: string, more: string): string => `${number} ${number === 1 ? one : more}`;

const WORDS: Record<Language, StepWords> = {
  en: {
    found: ({ documents, passages, pages }, keywordsOnly) =>
      `Searched ${count(documents, 'document', 'documents')}, found ${
        passages === 0
          ? 'nothing'
          : `${count(passages, 'passage', 'passages')} on ${count(pages, 'page', 'pages')}${keywordsOnly ? ', by words only' : ''}`
      }`,
    problem: {
      late: 'Searching the documents took too long; answering without it',
      unavailable: 'The documents cannot be searched right now; answering without it',
    },
    read: (done, total, what) =>
      `Read ${done} of ${count(total, 'page', 'pages')} of ${typeof what === 'number' ? count(what, 'document', 'documents') : what}`,
  },
  id: {
    found: ({ documents, passages, pages }, keywordsOnly) =>
      passages === 0
        ? `Mencari di ${documents} dokumen, tidak menemukan apa pun`
        : `Mencari di ${documents} dokumen, menemukan ${passages} bagian di ${pages} halaman${keywordsOnly ? ', hanya menurut kata' : ''}`,
    problem: {
      late: 'Pencarian dokumen terlalu lama; menjawab tanpanya',
      unavailable: 'Dokumen sedang tidak dapat dicari; menjawab tanpanya',
    },
    read: (done, total, what) =>
      `Membaca ${done} dari ${total} halaman ${typeof what === 'number' ? `di ${what} dokumen` : what}`,
  },
};

export const stepWords = (language: string): StepWords => WORDS[language === 'en' ? 'en' : 'id'];

type DecisionWords = (asks: 'run' | 'share', decision: 'once' | 'room' | 'no', why: string, name: string) => string;

/** How a call that somebody had to allow was decided. */
export const decisionWords = (language: string): DecisionWords =>
  language === 'en' ? describeInEnglish : describeInIndonesian;

const describeInEnglish: DecisionWords = (asks, decision, why, name) => {
  if (asks === 'share') return decision === 'no' ? 'Kept private' : `Shared by ${name}`;
  if (decision !== 'no') return `Allowed by ${name}${decision === 'room' ? ' for this room' : ''}`;
  if (why === 'timeout') return 'Nobody answered in time';
  return why === 'left' ? `${name} went away` : `Not allowed by ${name}`;
};

const describeInIndonesian: DecisionWords = (asks, decision, why, name) => {
  if (asks === 'share') return decision === 'no' ? 'Tidak dibagikan' : `Dibagikan oleh ${name}`;
  if (decision !== 'no') return `Diizinkan oleh ${name}${decision === 'room' ? ' untuk ruang ini' : ''}`;
  if (why === 'timeout') return 'Tidak ada jawaban tepat waktu';
  return why === 'left' ? `${name} pergi` : `Tidak diizinkan oleh ${name}`;
};
