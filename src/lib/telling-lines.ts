// A summary without a model: of everything that was said the sentences that say most, as they were said.
import { createPacer } from './pace.ts';
import { stemsOf } from './words.ts';

const LINE_UNITS = 320;
const SUMMARY_UNITS = 1_200;
const MOST_CANDIDATES = 200;
/** What adds less than this to a summary is not worth its line. */
const LEAST_SHARE_OF_BEST = 0.2;
const QUESTION_WEIGHT = 0.5;

/** Each `author: sentence`, in the order they were said, within 1,200 characters. Gives the event loop its turns. */
export async function tellingLines(statements: Iterable<{ author: string; text: string }>): Promise<string[]> {
  const pause = createPacer();
  const sentences: Sentence[] = [];
  const frequency = new Map<string, number>();
  for (const { author, text } of statements) {
    for (const said of sentencesOf(text)) {
      // `Summary so far:` and other headings say nothing by themselves.
      if (said.endsWith(':')) continue;
      const stems = [...new Set(stemsOf(said))];
      for (const stem of stems) frequency.set(stem, (frequency.get(stem) ?? 0) + 1);
      const line = shorten(author === '' ? said : `${author}: ${said}`, LINE_UNITS);
      sentences.push({ index: sentences.length, line, stems });
      await pause();
    }
  }
  return chooseSentences(sentences, frequency).map(({ line }) => line);
}

interface Sentence {
  index: number;
  line: string;
  stems: string[];
}

/** Takes again and again the sentence that says most that has not been said, while that is worth a line. */
function chooseSentences(sentences: Sentence[], frequency: ReadonlyMap<string, number>): Sentence[] {
  const covered = new Set<string>();
  const gainOf = ({ line, stems }: Sentence): number => {
    const news = stems.reduce((sum, stem) => sum + (covered.has(stem) ? 0 : 1 + Math.log(frequency.get(stem) ?? 1)), 0);
    const facts = /\d/.test(line) ? 1.5 : 1;
    return (news * facts * (line.endsWith('?') ? QUESTION_WEIGHT : 1)) / Math.sqrt(stems.length + 4);
  };
  const gains = new Map(sentences.map((sentence) => [sentence, gainOf(sentence)]));
  const candidates = sentences.toSorted((a, b) => gains.get(b)! - gains.get(a)!).slice(0, MOST_CANDIDATES);
  const enough = candidates[0] ? gains.get(candidates[0])! * LEAST_SHARE_OF_BEST : 0;
  const kept: Sentence[] = [];
  let room = SUMMARY_UNITS;
  for (;;) {
    let best: Sentence | undefined;
    for (const candidate of candidates) {
      if (candidate.line.length + 1 <= room && (!best || gainOf(candidate) > gainOf(best))) best = candidate;
    }
    if (!best || gainOf(best) === 0 || gainOf(best) < enough) return kept.sort((a, b) => a.index - b.index);
    kept.push(best);
    room -= best.line.length + 1;
    for (const stem of best.stems) covered.add(stem);
  }
}

/** Also lines. */
export const sentencesOf = (text: string): string[] =>
  text
    .split(/(?<=[.!?…])\s+|\n+/)
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence !== '');

/** At a word, with a sign that something is missing. */
export function shorten(text: string, maxUnits: number): string {
  if (text.length <= maxUnits) return text;
  const cut = text.slice(0, maxUnits - 2).replace(/[\ud800-\udbff]$/, '');
  return `${cut.replace(/\s+\S*$/, '') || cut} …`;
}
