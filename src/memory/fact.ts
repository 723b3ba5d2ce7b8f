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

/** Of a chat that was copied: `[12/10/26 09.15] Budi: …`, `12/10/26, 09:15 - Siti: …`. */
const CHAT_LINE =
  /^\s*(?:\[\d{1,4}[/.-]\d{1,2}[/.-]\d{2,4},?\s+\d{1,2}[.:]\d\d(?:[.:]\d\d)?(?:\s*[ap]m)?\]\s*|\d{1,4}[/.-]\d{1,2}[/.-]\d{2,4},?\s+\d{1,2}[.:]\d\d(?:\s*[ap]m)?\s+[-–]\s+)[^:\n]{1,60}:\s/i;
/** What follows was written by somebody else. */
const MAIL_BELOW =
  /^\s*(?:(?:on|pada)\b[^\n]{6,120}\b(?:wrote|menulis):|-{2,}\s*(?:original message|forwarded message|pesan (?:asli|terusan|yang diteruskan)))/i;
const MAIL_FIELD = /^\s*(?:from|dari|sent|dikirim|date|tanggal|subject|perihal|cc|to|kepada)\s*:\s*\S/i;
const LEAST_MAIL_FIELDS = 3;

/** Without lines of a chat and without the mail below, which were copied here. */
function withoutCopies(text: string): string {
  const lines = text.split('\n');
  const fields = lines.flatMap((line, index) => (MAIL_FIELD.test(line) ? [index] : []));
  const heads = [
    ...(fields.length >= LEAST_MAIL_FIELDS ? fields.slice(0, 1) : []),
    ...lines.flatMap((line, index) => (MAIL_BELOW.test(line) ? [index] : [])),
  ];
  return lines
    .slice(0, heads.length > 0 ? Math.min(...heads) : undefined)
    .filter((line) => !CHAT_LINE.test(line))
    .join('\n');
}

/** What a person typed themselves: without quotes, code, tables and what was copied; nothing of a long paste. */
export function ownWords(text: string): string {
  const own = withoutCopies(text)
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

const ABBREVIATIONS =
  /\b(?:no|jl|dr|ir|drs|prof|pt|cv|ud|tbk|bpk|tn|ny|sdr|hj?|rp|hal|hlm|lt|kab|kec|prov|mr|mrs|ms|st|vs|dll|dsb|tgl|ex|approx|incl|excl|inc|ltd|co|min|maks?|max|est|ref|vol|ver|thn|bln|a\.n|d\.a|u\.p|s\.d|e\.g|i\.e|m\.b\.a|s\.t|m\.t|s\.e|m\.m|s\.h)\.$/i;

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
const ASKING_LAST = /\b(?:apa|siapa|mana|berapa|kapan)(?:\s+(?:ya|sih|nih|dong))?[\s.!]*$/i;
const ASKING_ANYWHERE = /\b(?:berapa|apakah|siapa yang|kapan(?! pun)|bagaimana (?:kalau|jika|dengan))\b/i;

export const isQuestion = (sentence: string): boolean =>
  /[?？]\s*["')\]]*$/.test(sentence) ||
  ASKING_FIRST.test(sentence) ||
  ASKING_ANYWHERE.test(sentence) ||
  ASKING_LAST.test(sentence);
