// What the built-in responder says: answers by quoting the room, titles, extractive summaries. No model, no state.

import { createPacer } from '../../lib/pace.ts';
import { sentencesOf, shorten, tellingLines } from '../../lib/telling-lines.ts';
import { stampInWords } from '../../lib/time-stamp.ts';
import { contentWordsOf, detectLanguage, type Language, stemsOf } from '../../lib/words.ts';
import type { ModelMessage, ModelRequest } from './language-model.ts';
import { asksWhatItCan, composeAbilities } from './offline-abilities.ts';
import { alsoLine, nothingFound, quoteBlocks, unreadLine } from './offline-documents.ts';
import { composeList } from './offline-list.ts';
import { isMemories, memoriesIn } from './offline-memories.ts';
import { type FoundQuotes, quotesFor } from './offline-quotes.ts';
import { DOCUMENT_TOOLS, documentsIn, type GivenDocuments, isTable, textOf } from './offline-table.ts';

/** One thing somebody said. */
export interface Passage {
  author: string;
  /** As in the prompt: `2026-11-21 09:05`. */
  at: string;
  text: string;
  /** Somebody had it remembered. */
  isRemembered?: true;
}

const MAX_QUOTES = 3;
const MAX_QUOTE_UNITS = 320;
const MAX_QUERY_WORDS = 8;
const MAX_TITLE_WORDS = 6;
const MAX_TITLE_UNITS = 60;
/** Passages well below the best one are noise. */
const MIN_SHARE_OF_BEST = 0.35;
const REMEMBERED_WEIGHT = 1.5;
/** A message that covers less of the question than this is not quoted beside documents. */
const SHARE_BESIDE_DOCUMENTS = 0.7;
const SHARE_CLEARLY_MORE = 0.25;
/** Only the assistant writes this; such passages are its own text whatever name it carries. */
const OWN_MARKS = ['penjawab bawaan tanpa model bahasa', 'built-in responder, without a language model'];

const SENTENCES = {
  id: {
    who: (images: boolean) =>
      `Saya penjawab bawaan tanpa model bahasa${images ? ', tidak dapat melihat gambar,' : ''} dan hanya bisa mengutip apa yang sudah ada di ruang ini.`,
    found: 'Yang paling cocok dengan pertanyaan Anda:',
    fromDocuments: 'Yang paling cocok dari dokumen:',
    unsure: 'Belum tentu menjawab pertanyaan Anda; yang paling dekat di dokumen:',
    fromRoom: 'Dari percakapan di ruang ini:',
    nothing:
      'Saya tidak menemukan pesan yang cocok. Cobalah kata yang dipakai orang di ruang ini, atau mintalah pengelola memasang model bahasa.',
    greeting: 'Tanyakan sesuatu yang pernah dibahas di ruang ini, misalnya tenggat, harga, atau nama orang.',
    untitled: 'Percakapan baru',
    remembered: 'diingat dari',
    brief: 'Keterangan ruang',
    summary: 'Ringkasan pembicaraan sebelumnya',
  },
  en: {
    who: (images: boolean) =>
      `I am the built-in responder, without a language model${images ? ' and without eyes for images' : ''}, and can only quote what this room already holds.`,
    found: 'What fits your question best:',
    fromDocuments: 'What fits best in the documents:',
    unsure: 'This may not answer your question; what comes closest in the documents:',
    fromRoom: 'From what was said in this room:',
    nothing:
      'I found no message that fits. Try words that people used in this room, or ask your administrator to set up a language model.',
    greeting: 'Ask about something that was discussed in this room, for example a deadline, a price or a person.',
    untitled: 'New conversation',
    remembered: 'remembered from',
    brief: 'Room description',
    summary: 'Summary of what was said before',
  },
} as const;

/** The question of a prompt: its last user message. */
export interface Question {
  text: string;
  author: string;
  hasImages: boolean;
  language: Language;
  /** Words worth searching for, as written. */
  query: string[];
}

export function questionOf(request: ModelRequest): Question {
  const last = request.messages.findLast((message) => message.role === 'user');
  const parts = last?.role === 'user' ? last.parts : [];
  const said = passageOf(textOf(parts));
  return {
    text: said.text,
    author: said.author,
    hasImages: parts.some((part) => part.type === 'image'),
    language: detectLanguage(said.text, request.language),
    query: asksWhatItCan(said.text) ? [] : contentWordsOf(said.text).slice(0, MAX_QUERY_WORDS),
  };
}

/** Quotes what fits the question, from the prompt's user messages and from the results of tools. */
export async function composeAnswer(request: ModelRequest, assistantName: string): Promise<string> {
  const question = questionOf(request);
  const say = SENTENCES[question.language];
  const who = say.who(question.hasImages);
  const given = documentsIn(request.messages);
  if (given?.whole) {
    return composeList(question.text, given, question.language, given.whole === 'first' ? who : undefined);
  }
  if (asksWhatItCan(question.text)) {
    const readable = given ? given.total - given.unread.length : 0;
    return composeAbilities(question.language, who, readable);
  }
  if (question.query.length === 0) return `${who} ${say.greeting}`;
  const candidates = [
    ...backgroundOf(request.system ?? '', say),
    ...candidatesOf(request.messages, question, assistantName),
  ];
  const best = await rank(question, candidates);
  const stems = new Set(question.query.flatMap(stemsOf));
  const said = best.map(({ passage }) => quote(passage, stems, question.language));
  if (!given) return said.length === 0 ? `${who} ${say.nothing}` : [`${who} ${say.found}`, ...said].join('\n\n');
  const quoted = await quotesFor(question.text, given.passages);
  const share = best[0]?.share ?? 0;
  return composeWithDocuments({ given, quoted, said, share, who, language: question.language });
}

/** The documents speak first, unless the room says clearly more about it. */
function composeWithDocuments(found: {
  given: GivenDocuments;
  quoted: FoundQuotes;
  said: string[];
  /** How much of the question the best message covers, 0 to 1. */
  share: number;
  who: string;
  language: Language;
}): string {
  const { given, quoted, share, who, language } = found;
  const { quotes } = quoted;
  const say = SENTENCES[language];
  const best = Math.max(0, ...quotes.map((one) => one.share));
  const said = share >= (quotes.length > 0 ? SHARE_BESIDE_DOCUMENTS : 0) ? found.said : [];
  if (quotes.length === 0 && said.length === 0) return `${nothingFound(given, quoted.closest, language)}\n\n${who}`;
  const fromRoom = said.length === 0 ? [] : [say.fromRoom, ...said.slice(0, quotes.length > 0 ? 1 : MAX_QUOTES)];
  const fromDocuments =
    quotes.length === 0
      ? [nothingFound(given, quoted.closest, language)]
      : [
          quoted.isUnsure ? say.unsure : say.fromDocuments,
          ...quoteBlocks(quotes, language),
          ...alsoLine(quotes, given, language),
        ];
  const roomFirst = quotes.length === 0 || share > best + SHARE_CLEARLY_MORE;
  const parts = roomFirst ? [...fromRoom, ...fromDocuments] : [...fromDocuments, ...fromRoom];
  return [...parts, ...unreadLine(quotes.length === 0 ? { ...given, unread: [] } : given, language), who].join('\n\n');
}

/** A title of at most six words from the first thing a person said. */
export function composeTitle(request: ModelRequest): string {
  const first = request.messages.find((message) => message.role === 'user');
  const text = first?.role === 'user' ? passageOf(textOf(first.parts)).text : '';
  const title = text
    .replace(/(^|\s)@[\p{L}\p{N}_.-]+[,:]?/gu, ' ')
    .replace(/[#*_>`[\]()]/g, ' ')
    .trim()
    .split(/\s+/)
    .slice(0, MAX_TITLE_WORDS)
    .join(' ')
    .slice(0, MAX_TITLE_UNITS)
    .replace(/[\s.,;:!?-]+$/u, '');
  if (title === '') return SENTENCES[detectLanguage(text, request.language)].untitled;
  return title.charAt(0).toUpperCase() + title.slice(1);
}

/** The most informative sentences with their authors, in the order they were said. */
export async function composeSummary(request: ModelRequest, assistantName: string): Promise<string> {
  const notes = request.messages.flatMap((message) => (message.role === 'user' ? notesOf(textOf(message.parts)) : []));
  const said = notes.filter(({ author }) => normalize(author) !== normalize(assistantName));
  return (await tellingLines(said)).join('\n');
}

const HEADER = /^\[(.{1,200}?), (\d{4}-\d{2}-\d{2} \d{2}:\d{2})\] ?/;

function passageOf(text: string): Passage {
  const header = HEADER.exec(text);
  if (!header) return { author: '', at: '', text: text.trim() };
  return { author: header[1]!, at: header[2]!, text: text.slice(header[0].length).trim() };
}

/** A user message may carry a whole transcript: every line with a header begins another passage. */
function passagesOf(text: string): Passage[] {
  const passages: Passage[] = [];
  for (const line of text.split('\n')) {
    const last = passages.at(-1);
    if (!last || HEADER.test(line)) passages.push(passageOf(line));
    else last.text += `\n${line}`;
  }
  return passages;
}

const SHORT_HEADER = /^\[([^\]\n]{1,200})\] /;

/** For a summary the time of a message may be left out: `[Rina] text`. */
function notesOf(text: string): Passage[] {
  const short = HEADER.test(text) ? null : SHORT_HEADER.exec(text);
  return short ? [{ author: short[1]!, at: '', text: text.slice(short[0].length) }] : passagesOf(text);
}

function* resultPassagesOf(text: string): Iterable<Passage> {
  for (const line of text.split('\n')) {
    if (!line.trimStart().startsWith('{')) continue;
    try {
      const { author, at, text: said } = JSON.parse(line) as Record<string, unknown>;
      if (typeof said !== 'string') continue;
      yield {
        author: typeof author === 'string' ? author : '',
        at: typeof at === 'string' ? at : '',
        text: said.trim(),
      };
    } catch {
      // A result that was cut ends in half a line.
    }
  }
}

/** What the system prompt quotes about the room, sentence by sentence. */
function backgroundOf(system: string, say: { brief: string; summary: string }): Passage[] {
  return (['brief', 'summary'] as const).flatMap((name) => {
    const quoted = new RegExp(`<${name}>\\n([\\s\\S]*?)\\n</${name}>`).exec(system)?.[1] ?? '';
    return sentencesOf(quoted).map((text) => ({ author: say[name], at: '', text }));
  });
}

const normalize = (text: string): string => text.toLowerCase().replace(/\s+/g, ' ').trim();

/** Everything that may be quoted, each text once; never the question, never the assistant's own words. */
function candidatesOf(messages: ModelMessage[], question: Question, assistantName: string): Passage[] {
  const taken = new Set([normalize(question.text), '']);
  for (const message of messages) if (message.role === 'assistant') taken.add(normalize(message.text));
  const passages: Passage[] = [];
  const offer = (passage: Passage): void => {
    const text = normalize(passage.text);
    if (taken.has(text) || normalize(passage.author) === normalize(assistantName)) return;
    if (OWN_MARKS.some((mark) => text.includes(mark))) return;
    taken.add(text);
    passages.push(passage);
  };
  // First, so that the message it was found in does not say the same once more.
  for (const passage of memoriesIn(messages)) offer(passage);
  for (const message of messages) {
    if (message.role === 'user' && !isTable(textOf(message.parts)) && !isMemories(textOf(message.parts))) {
      for (const passage of passagesOf(textOf(message.parts))) offer(passage);
    }
    if (message.role === 'tool' && !message.isError && !DOCUMENT_TOOLS.has(message.name)) {
      for (const passage of resultPassagesOf(textOf(message.parts))) offer(passage);
    }
  }
  return passages;
}

/** BM25 over stems; the author's name counts as part of what was said, so that "what did Rina say" finds Rina. */
async function rank(question: Question, passages: Passage[]): Promise<{ passage: Passage; share: number }[]> {
  const wanted = [...new Set(question.query.flatMap(stemsOf))];
  const needed = Math.ceil(wanted.length / 3);
  const counts: { passage: Passage; length: number; found: Map<string, number> }[] = [];
  const pause = createPacer();
  for (const passage of passages) {
    const stems = stemsOf(`${passage.author} ${passage.text}`);
    const found = new Map<string, number>();
    for (const stem of stems) if (wanted.includes(stem)) found.set(stem, (found.get(stem) ?? 0) + 1);
    counts.push({ passage, length: stems.length, found });
    await pause();
  }
  const averageLength = counts.reduce((sum, { length }) => sum + length, 0) / Math.max(1, counts.length) || 1;
  const rarity = new Map(
    wanted.map((stem) => {
      const holders = counts.filter(({ found }) => found.has(stem)).length;
      // Among few passages a word that all of them hold still says something.
      return [stem, 0.5 + Math.log(1 + (counts.length - holders + 0.5) / (holders + 0.5))];
    }),
  );
  const scored = counts.flatMap(({ passage, length, found }) => {
    if (found.size < needed || found.size === 0) return [];
    let score = 0;
    for (const [stem, times] of found) {
      score += (rarity.get(stem)! * times * 2.2) / (times + 1.2 * (0.25 + (0.75 * length) / averageLength));
    }
    // What people had remembered is worth more than what was once said.
    if (passage.isRemembered) score *= REMEMBERED_WEIGHT;
    return [{ passage, score, share: found.size / wanted.length }];
  });
  scored.sort((a, b) => b.score - a.score || b.passage.at.localeCompare(a.passage.at));
  // Somebody asking the same is no answer; such a line is better than nothing only when nobody said more.
  const statements = scored.filter(({ passage }) => !isQuestion(passage.text));
  const worth = statements.length > 0 ? statements : scored;
  const best = worth[0]?.score ?? 0;
  return worth.filter(({ score }) => score >= best * MIN_SHARE_OF_BEST).slice(0, MAX_QUOTES);
}

/** Asked of anybody, or said to the assistant. */
const isQuestion = (text: string): boolean => {
  const end = text.slice(-20).trimEnd();
  return end.endsWith('?') || end.endsWith('？') || /^\s{0,9}@[\p{L}\p{N}_.-]/u.test(text);
};

function quote(passage: Passage, stems: ReadonlySet<string>, language: Language): string {
  const author = passage.author && `**${passage.author.replace(/[\\`*_[\]<>]/g, '\\$&')}**`;
  const by = [author, stampInWords(passage.at, language)].filter(Boolean);
  const how = passage.isRemembered ? `${SENTENCES[language].remembered} ` : '';
  const lines = excerpt(passage.text, stems).split('\n');
  // An open code fence would swallow the name below it.
  if (lines.filter((line) => /^\s*```/.test(line)).length % 2 === 1) lines.push('```');
  return [...lines, ...(by.length > 0 ? ['', `— ${how}${by.join(', ')}`] : [])]
    .map((line) => `> ${line}`.trimEnd())
    .join('\n');
}

/** A long text is cut to its sentence that says most about the question, and what follows it. */
function excerpt(text: string, stems: ReadonlySet<string>): string {
  if (text.length <= MAX_QUOTE_UNITS) return text;
  const sentences = sentencesOf(text);
  const hits = sentences.map((sentence) => new Set(stemsOf(sentence).filter((stem) => stems.has(stem))).size);
  const from = Math.max(0, hits.indexOf(hits.reduce((most, hit) => Math.max(most, hit), 0)));
  const cut = shorten(sentences.slice(from).join(' '), MAX_QUOTE_UNITS);
  return from > 0 ? `… ${cut}` : cut;
}
