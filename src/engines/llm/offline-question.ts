// What a question asks for: its parts, and the kind of thing that would answer each.
import { stemsOf } from '../../lib/words.ts';

const MAX_PARTS = 3;
/** Words of the other parts of a question say what it is about. */
const OTHER_PART_WEIGHT = 0.35;
/** Of two things that the same is asked of, what stands before the `and` is about both. */
const FIRST_SIDE_WEIGHT = 0.8;

/** Part of a question, with other words of it that count, though less. */
export interface QuestionPart {
  text: string;
  others: string;
  otherWeight: number;
  /** Absent when anything may answer. */
  expected: Kind | undefined;
}

const NEW_QUESTION =
  /[?;]+|(?:,?\s+(?:dan|serta|lalu|and)\s+)(?=(?:berapa|kapan|siapa|apa|di ?mana|bagaimana|sampai|sejak|how|what|when|who|where|which|until|since)\b)/i;

/** The parts of a question that ask for different things: `berapa bobotnya dan berapa passing grade?` has two. */
export const partsOf = (question: string): string[] =>
  question
    .split(NEW_QUESTION)
    .map((part) => part.trim())
    .filter((part) => stemsOf(part).length > 0)
    .slice(0, MAX_PARTS);

/** The same, and what is asked of two things at once (`kapasitas switch core dan switch distribusi`) for each of them. */
export function questionParts(question: string): QuestionPart[] {
  const parts = partsOf(question);
  const [only] = parts;
  const sides = parts.length === 1 ? only!.split(/\s+(?:dan|and)\s+/i).filter((side) => stemsOf(side).length > 0) : [];
  if (sides.length === 2) {
    const expected = expectedBy(question, question);
    return sides.map((text, index) => ({
      text,
      others: index === 0 ? '' : sides[0]!,
      otherWeight: FIRST_SIDE_WEIGHT,
      expected,
    }));
  }
  return parts.map((text, index) => ({
    text,
    others: parts.filter((_, other) => other !== index).join(' '),
    otherWeight: OTHER_PART_WEIGHT,
    expected: expectedBy(text, question),
  }));
}

/** What kind of thing answers a question, and the words of a question that it answers by being of this kind. */
export interface Kind {
  pattern: RegExp;
  words: ReadonlySet<string>;
}

const MONTHS =
  'jan(?:uari|uary)?|feb(?:ruari|ruary)?|mar(?:et|ch)?|apr(?:il)?|mei|may|jun[ie]?|jul[iy]?|agu?s?(?:tus)?|aug(?:ust)?|sep(?:t(?:ember)?)?|o[kc]t(?:ober)?|nov(?:ember)?|de[sc](?:ember)?';
export const DATE = new RegExp(
  `\\d{1,2}\\s*(?:${MONTHS})\\b|\\b(?:${MONTHS})\\s+\\d{1,4}|\\d{1,2}[/.-]\\d{1,2}[/.-]\\d{2,4}|\\bQ[1-4]\\s+(?:FY)?\\d{2,4}`,
  'i',
);
export const MONEY =
  /(?:rp\.?|idr|inr|usd|sgd|myr|eur|gbp|us\$|s\$|rm|\$|€|£|₹)\s*\d|\d{1,3}(?:[.,]\d{3})+|\d\s*(?:juta|miliar|milyar|triliun|million|billion|crore|cr|lakh)\b/i;
const COUNTED =
  'hari|minggu|bulan|tahun|jam|menit|detik|kali|days?|weeks?|months?|years?|hours?|hrs?|minutes?|mins?|seconds?|secs?|times?|yrs?';

const kind = (pattern: RegExp, words: string): Kind => ({ pattern, words: new Set(stemsOf(words)) });

/** Made when first asked for. */
let kinds: Record<'date' | 'duration' | 'money' | 'number' | 'person', Kind> | undefined;
const kindsOfAnswers = () => {
  kinds ??= {
    date: kind(DATE, 'tanggal batas akhir jadwal tenggat dijadwalkan waktu date deadline schedule scheduled due'),
    duration: kind(
      new RegExp(`\\d+[\\s-]*(?:\\([^)]{0,40}\\)\\s*)?x?\\s*(?:${COUNTED})\\b`, 'i'),
      'lama masa jangka waktu durasi hari minggu bulan tahun jam menit long period duration take takes last days weeks months years hours minutes',
    ),
    money: kind(MONEY, 'nilai harga biaya jumlah besar besaran amount price cost value worth'),
    number: kind(/\d/, 'jumlah banyak nilai amount number quantity many'),
    person: kind(/\p{Lu}[\p{L}'’.-]+\s+\p{Lu}/u, 'nama orang name person'),
  };
  return kinds;
};

/** @param part what is asked; `question` tells points from money */
function expectedBy(part: string, question: string): Kind | undefined {
  const asks = part.toLowerCase();
  const { date, duration, money, number, person } = kindsOfAnswers();
  const isCount = /\b(?:berapa|how (?:many|much|long|often)|nilai|jumlah|amount)\b/.test(asks);
  if (/\b(?:kapan|tanggal|when|date|deadline)\b/.test(asks)) return date;
  if (new RegExp(`\\b(?:berapa (?:lama|${COUNTED})|how (?:long|often|many (?:${COUNTED})))\\b`).test(asks))
    return duration;
  if (/\b(?:siapa|who)\b/.test(asks)) return person;
  if (!isCount) return undefined;
  const isMoney = /\b(?:harga|nilai|biaya|hps|pagu|anggaran|rupiah|rp|amount|price|budget|cost|value)\b/.test(asks);
  const isPoints = /\b(?:bobot|passing|skor|evaluasi|score|weight)\b/i.test(question);
  return isMoney && !isPoints ? money : number;
}
