// What is looked for in what people say, and what never becomes a memory, whoever finds it.
import { MAX_MEMORY_UNITS, type MemoryKind } from '../protocol/names.ts';

/** A message that a person typed. */
export interface TypedMessage {
  id: string;
  authorId: string;
  authorName: string;
  text: string;
  /** Epoch ms */
  createdAt: number;
}

export interface FoundFact {
  messageId: string;
  text: string;
  kind: MemoryKind;
  /** What it is about; two facts about one subject contradict each other. */
  subject?: string;
}

/** Longer than people say things: something was pasted. */
const PASTE_UNITS = 1_500;
const PASTE_LINES = 14;
const LEAST_UNITS = 10;

const SECRET_WORDS =
  /\b(?:pass(?:word|code|phrase)|(?:kata )?sandi|pin|otp|token|api[- ]?keys?|secret|kredensial|credentials?|private key|kunci (?:api|rahasia)|cvv|kartu kredit|credit card|rekening|nik|ktp|npwp|paspor|passport)\b/i;
/** Keys, tokens and hashes are long and mix letters with digits; cards have thirteen digits and more. */
const SECRET_SHAPES = /\b(?=[\w-]*\d)(?=[\w-]*[a-z])[\w-]{20,}\b|\b(?:\d[ -]?){13,19}\b|\bsk-\w{8,}/i;

export const isSecret = (text: string): boolean => SECRET_WORDS.test(text) || SECRET_SHAPES.test(text);

/** On one line and without what misleads: it is shown beside other people's and put into prompts. */
export const cleanFact = (text: string): string =>
  text
    .toWellFormed()
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(/\s{2,}/g, ' ')
    .trim();

export const hasFactLength = (text: string): boolean => text.length >= LEAST_UNITS && text.length <= MAX_MEMORY_UNITS;

/** What a person typed themselves: without quotes, code and tables; nothing of what was pasted. */
export function ownWords(text: string): string {
  const own = text
    .replace(/```[\s\S]*?(?:```|$)/g, '\n')
    .split('\n')
    .filter((line) => !/^\s*(?:>|\||[-+*#]{3,})/.test(line))
    .join('\n')
    .replace(/`[^`\n]*`/g, ' ');
  const isPaste = own.length > PASTE_UNITS || own.split('\n').filter((line) => line.trim() !== '').length > PASTE_LINES;
  return isPaste ? '' : own;
}

/** Whether it is worth looking at: a greeting, a question or a request holds nothing to remember. */
export const mayHoldFact = (text: string): boolean =>
  sentencesOf(ownWords(text)).some((sentence) => !isQuestion(sentence) && sentence.split(/\s+/).length >= 3);

const ABBREVIATIONS = /\b(?:no|jl|dr|ir|drs|pt|cv|bpk|tn|ny|rp|hal|mr|mrs|ms|st|vs|dll|dsb|tgl|ex|approx)\.$/i;

export function sentencesOf(text: string): string[] {
  const sentences: string[] = [];
  for (const piece of text.split(/(?<=[.!?…])\s+|\n+|;\s+/)) {
    const before = sentences.at(-1);
    if (before !== undefined && ABBREVIATIONS.test(before)) sentences[sentences.length - 1] = `${before} ${piece}`;
    else sentences.push(piece);
  }
  return sentences
    .map((sentence) =>
      sentence
        .replace(/^\s*(?:[-*•]|\d{1,2}[.)])\s+/, '')
        .replace(/(^|\s)@[\p{L}\p{N}_.-]+[,:]?/gu, ' ')
        .trim(),
    )
    .filter((sentence) => sentence !== '');
}

const ASKING_FIRST =
  /^(?:dan |lalu |terus |jadi |and |so )?(?:apa(?:kah)?|siapa(?:kah)?|kapan(?:kah)?|berapa(?:kah)?|bagaimana(?:kah)?|gimana|kenapa|mengapa|(?:di|ke|dari) ?mana|mana|bisakah|bolehkah|adakah|what|who|when|where|why|how|which|whose|is|are|was|were|do|does|did|can|could|should|would|will|shall|may|has|have)\b/i;
const ASKING_ANYWHERE = /\b(?:berapa|apakah|siapa yang|kapan(?! pun)|bagaimana (?:kalau|jika|dengan))\b/i;

export const isQuestion = (sentence: string): boolean =>
  /[?？]\s*["')\]]*$/.test(sentence) || ASKING_FIRST.test(sentence) || ASKING_ANYWHERE.test(sentence);
