// Words of a text as search knows them, and what is left of a word without its endings, for Indonesian and English.

/** Longer runs are no words that somebody looks for; they are cut. */
const LONGEST_WORD_UNITS = 64;
/** Shorter words have no endings to lose. */
const SHORTEST_WITH_ENDINGS = 5;
const SHORTEST_STEM = 3;

const STOP_WORDS = new Set(
  `yang dan di ke dari untuk dengan pada ini itu adalah atau tidak akan dapat bisa sudah juga oleh sebagai dalam karena
  jika maka saat ketika anda saya kami kita mereka dia ia nya para lebih telah agar bagi
  the a an and or of to in on for with is are was were be been this that it as at by from you your we our they i not can
  will if when do does did how what`.split(/\s+/),
);

/** Words that stand in nearly every text and question. */
export const isStopWord = (word: string): boolean => STOP_WORDS.has(word);

/** Letters and digits in lower case without accents, in order; everything else separates. */
export function words(text: string): string[] {
  const plain = text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  const found = plain.match(/[\p{L}\p{N}]+/gu) ?? [];
  return found.map((word) => (word.length > LONGEST_WORD_UNITS ? word.slice(0, LONGEST_WORD_UNITS) : word));
}

/**
 * The same for words that mean the same: `menuliskan`, `tulisan` and `tulis` have one stem. It is no word itself and only to be compared
 * with other stems. Light: it takes off what is regular and leaves the rest.
 */
export function stem(word: string): string {
  if (word.length < SHORTEST_WITH_ENDINGS || /\d/.test(word)) return word;
  const base = withoutSuffixes(withoutEnglishEnding(word));
  let bare = withoutPrefix(base);
  // Two prefixes: memper-, diper-, keber-.
  if (bare !== base && bare.length >= 7 && /^(?:ber|ter|per|di|ke)/.test(bare)) bare = withoutPrefix(bare);
  // Where a prefix swallows the first consonant (tulis, menulis), the bare word loses it too.
  if (bare.length >= 4 && /^[tpks][aiueo]/.test(bare)) bare = bare.slice(1);
  return bare.length >= SHORTEST_STEM ? bare : word;
}

/** Only what no Indonesian word ends in: `batas`, `tulis` and `proses` keep their s. */
const ENGLISH_ENDINGS: [RegExp, string][] = [
  [/(sh|ch|x|ss)es$/, '$1'],
  [/([cgv])es$/, '$1e'],
  [/ies$/, 'y'],
  [/([^aeious])s$/, '$1'],
  [/(...)ing$/, '$1'],
  [/(...)ed$/, '$1'],
];

function withoutEnglishEnding(word: string): string {
  const ending = ENGLISH_ENDINGS.find(([pattern]) => pattern.test(word));
  return ending ? word.replace(ending[0], ending[1]) : word;
}

function withoutSuffixes(word: string): string {
  let rest = word;
  for (const ending of [/(?:lah|kah|tah|pun)$/, /(?:ku|mu|nya)$/, /(?:kan|an|i)$/]) {
    const shorter = rest.replace(ending, '');
    if (shorter.length >= 4) rest = shorter;
  }
  return rest;
}

/** What each prefix takes off, and how much must remain; the first that fits. */
const PREFIXES: [RegExp, number][] = [
  [/^(?:meny|peny)(?=[aiueo])/, 3],
  [/^(?:meng|peng)/, 3],
  [/^(?:mem|pem|men|pen)/, 3],
  [/^(?:ber|ter|per|bel|pel|di|ke|se)/, 4],
  [/^(?:me|pe|be)(?=[lrwy])/, 4],
];

function withoutPrefix(word: string): string {
  for (const [prefix, least] of PREFIXES) {
    const bare = word.replace(prefix, '');
    if (bare !== word && bare.length >= least) return bare;
  }
  return word;
}
