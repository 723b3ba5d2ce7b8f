// Runs in a worker thread: counts the tokens of a text.
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';

/**
 * The tokenizer takes quadratic time within one run without a word boundary (32,000 CJK characters: 2 s), so long runs
 * are cut. A cut adds at most a token or two; ordinary text has no such runs and is counted exactly.
 */
const LONGEST_RUN_UNITS = 256;
const LONG_RUN = new RegExp(`\\S{${LONGEST_RUN_UNITS + 1},}|\\s{${LONGEST_RUN_UNITS + 1},}`, 'g');

/** People may write `<|endoftext|>`: it counts as the plain text it is. */
const PLAIN = { disallowedSpecial: new Set<string>() };

export function countTextTokens(text: string): number {
  let tokens = 0;
  let from = 0;
  for (const run of text.matchAll(LONG_RUN)) {
    if (run.index > from) tokens += countTokens(text.slice(from, run.index), PLAIN);
    from = run.index + run[0].length;
    for (let at = run.index; at < from; ) {
      const end = cutBefore(text, Math.min(at + LONGEST_RUN_UNITS, from), from);
      tokens += countTokens(text.slice(at, end), PLAIN);
      at = end;
    }
  }
  return from < text.length ? tokens + countTokens(text.slice(from), PLAIN) : tokens;
}

/** Half a surrogate pair would count as a replacement character. */
function cutBefore(text: string, end: number, limit: number): number {
  const unit = text.charCodeAt(end - 1);
  return end < limit && unit >= 0xd800 && unit <= 0xdbff ? end - 1 : end;
}
