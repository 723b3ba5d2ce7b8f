// What a fact is about, in stems, so that a newer one about the same is known to contradict it.
import { stemsOf, wordsOf } from '../lib/words.ts';
import type { MemoryKind } from '../protocol/names.ts';

const MONTHS =
  'jan(?:uari|uary)?|feb(?:ruari|ruary)?|mar(?:et|ch)?|apr(?:il)?|mei|may|jun[ie]?|jul[iy]?|agu(?:stus|st)?|aug(?:ust)?|sep(?:t|tember)?|okt(?:ober)?|oct(?:ober)?|nov(?:ember)?|des(?:ember)?|dec(?:ember)?';
const DAYS = "senin|selasa|rabu|kamis|jum'?at|sabtu|monday|tuesday|wednesday|thursday|friday|saturday|sunday";
const DAY = `\\b\\d{4}-\\d\\d-\\d\\d\\b|\\b(?:${MONTHS})\\s+\\d{4}\\b|\\b\\d{1,2}[/-]\\d{1,2}[/-]\\d{2,4}\\b|\\b\\d{1,2}\\s+(?:${MONTHS})\\b(?:\\s+\\d{4})?|\\b(?:${MONTHS})\\s+\\d{1,2}(?:st|nd|rd|th)?\\b(?:,?\\s+\\d{4})?|\\b(?:hari )?(?:${DAYS})\\b`;
/** A day, or every one: a time alone says only when today. */
export const DAY_VALUE = new RegExp(`${DAY}|\\b(?:setiap|tiap|every)\\s+\\p{L}+`, 'iu');
const DATE_VALUE = new RegExp(`${DAY}|\\b(?:pukul|jam|at)\\s+\\d{1,2}(?:[.:]\\d\\d)?\\b`, 'i');
const NUMBER_WORDS =
  'satu|dua|tiga|empat|lima|enam|tujuh|delapan|sembilan|sepuluh|sebelas|seratus|setahun|sebulan|one|two|three|four|five|six|seven|eight|nine|ten|twelve';
const UNITS =
  '%|persen|percent|permil|juta|miliar|m|t|k|milyar|ribu|triliun|jt|bulan|bln|tahun|thn|hari|minggu|jam|menit|unit|user|pengguna|orang|buah|titik|gb|tb|mbps|gbps|km|months?|years?|days?|weeks?|hours?|minutes?|mnt|dtk|detik|seconds?|lokasi|kali|units?|users?|people|million|billion';
export const FIGURE_VALUE = new RegExp(
  `(?:\\b(?:rp|idr|usd|sgd|eur)\\.?\\s*|\\$\\s*)\\d[\\d.,]*(?:\\s*(?:${UNITS})(?!\\w))?|(?<![\\w.,])\\d[\\d.,]*(?:\\s*(?:${UNITS})(?!\\w))?|\\b(?:${NUMBER_WORDS})(?:\\s+(?:${NUMBER_WORDS}|puluh|belas|ratus))*\\s+(?:${UNITS})(?!\\w)`,
  'gi',
);
/** `Ralat, …`, `Update: …`: what follows is about something. */
const LEAD_IN =
  /^(?:update|ralat|koreksi|revisi|info(?:rmasi)?|perubahan|penting|catatan|correction|important|note|change)\s*[:,–-]\s*/i;
const TELEPHONE = /\+?\d[\d\s()-]{6,}\d/g;
/** Says of a number what it counts. */
const MEASURE = new RegExp(`^(?:rp|idr|usd|sgd|eur|\\$)|(?:${UNITS})$`, 'i');
const COPULA = /\s(?:adalah|ialah|yaitu|yakni|merupakan|menjadi|jadi|sebesar|is|are|was|will be|becomes?)\s|\s*[=:]\s/i;
const NAMES =
  /(?<![\p{L}])(?:[Pp]ak|[Bb]u|[Ii]bu|[Bb]apak|[Mm]as|[Mm]bak|M(?:r|rs|s))\.?\s+\p{L}[\p{L}.'-]*(?:\s+\p{Lu}[\p{L}'-]+)*|(?<![\p{L}])\p{Lu}[\p{Ll}'-]+(?:\s+\p{Lu}[\p{Ll}'-]+)*/gu;

/** Words that frame a statement and say nothing of what it is about. */
const FRAME = new Set(
  stemsOf(
    `tanggal hari pukul jam putuskan diputuskan memutuskan sepakat disepakati setuju keputusan keputusannya catat ingat
    diubah berubah ubah pindah dipindah mundur dimundurkan maju dimajukan revisi direvisi baru final fix resmi tetap
    note remember decided agreed changed moved now new date day updated fixed final sebesar senilai sekitar total
    paling lambat oleh by ternyata rupanya sementara benar terbaru turun naik rp idr usd pakai gunakan menggunakan use using`,
  ),
);
const MOST_STEMS = 10;
/** One stem alone says too little, but for what a room has one of. */
const UNIQUE = new Set(stemsOf('deadline tenggat anggaran pagu hps budget'));
/** Of two subjects one of which holds the other. */
const LEAST_OVERLAP = 0.7;

/** @returns stems in order, joined by spaces; undefined when nothing can be said to contradict it */
export function subjectOf(text: string, kind: MemoryKind): string | undefined {
  const left = leftOf(text, kind);
  return left === undefined ? undefined : toSubject(left);
}

/** What the model says a fact is about. */
export function toSubject(words: string): string | undefined {
  // Single letters and digits tell things apart: package A, phase 2.
  const single = wordsOf(words).filter((word) => word.length === 1);
  const stems = [...new Set([...stemsOf(words), ...single])].filter((stem) => !FRAME.has(stem)).sort();
  if (stems.length === 0 || stems.length > MOST_STEMS) return undefined;
  if (stems.length === 1 && !UNIQUE.has(stems[0]!)) return undefined;
  return stems.join(' ').slice(0, 255);
}

/** The same words, or all of the one in the other with little more. */
export function isSameSubject(one: string, other: string): boolean {
  const [a, b] = [new Set(one.split(' ')), new Set(other.split(' '))];
  const common = [...a].filter((stem) => b.has(stem)).length;
  const holds = common === a.size || common === b.size;
  return holds && common / (a.size + b.size - common) >= LEAST_OVERLAP;
}

/** What stands before the value that the fact gives. */
function leftOf(said: string, kind: MemoryKind): string | undefined {
  const text = said.replace(LEAD_IN, '');
  if (kind === 'preference') return undefined;
  const copula = COPULA.exec(text)?.index ?? -1;
  if (kind === 'role') {
    const withoutNames = text
      .replace(TELEPHONE, ' ')
      .replace(NAMES, (name, at: number) => (at === 0 && !/\s/.test(name) ? startingWord(name, text) : ' '));
    return withoutNames.replace(/\b(?:saya|aku|i|adalah|oleh|is|are|yang)\b/gi, ' ');
  }
  const date = DATE_VALUE.exec(text)?.index ?? -1;
  if (kind === 'date') return before(text, copula > 0 && copula < date ? copula : date);
  const figures = [...text.matchAll(FIGURE_VALUE)];
  // `Jaminan 3 % …, masa berlaku 90 hari`: the first that is one of something; `Harga paket 2: 500` has none.
  const figure = (figures.find(([value]) => MEASURE.test(value)) ?? figures.at(-1))?.index ?? -1;
  if (kind === 'figure') return before(text, copula > 0 && copula < figure ? copula : figure);
  if (kind === 'decision') return before(text, [date, figure].filter((at) => at > 0).sort((a, b) => a - b)[0] ?? -1);
  return before(text, copula);
}

/** A capital at the beginning makes no name of a word that the language knows in small letters. */
const startingWord = (word: string, text: string): string =>
  /^(?:pic|ketua|penanggung|kontak|penawaran|dokumen|harga|proposal|tender|rapat|proyek|the|contact|lead|project|yang)$/i.test(
    word,
  ) || text.toLowerCase().split(word.toLowerCase()).length > 2
    ? word
    : ' ';

const before = (text: string, at: number): string | undefined => (at > 0 ? text.slice(0, at) : undefined);
