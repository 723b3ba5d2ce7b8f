// The little we know about the words of Indonesian and English: function words, light stemming, which language is which.

export type Language = 'id' | 'en';

const words = (text: string): Set<string> => new Set(text.split(/\s+/));

const INDONESIAN = words(
  `yang dan di ke dari untuk pada dengan ini itu adalah ada tidak tak bukan belum sudah telah akan bisa dapat harus
  boleh apa apakah siapa kapan dimana mana bagaimana gimana kenapa mengapa berapa saya aku kami kita anda kamu dia
  mereka nya juga atau tapi tetapi namun jika kalau karena sebab agar supaya oleh dalam luar atas bawah saat ketika
  maka jadi lagi saja hanya masih sangat sekali lebih para sebuah suatu tersebut begitu seperti antara tentang soal
  mengenai tolong mohon coba dong ya yuk sih kah lah pun tadi kemarin nanti sekarang menurut bilang kata katakan
  sebutkan jelaskan ringkas carikan cari semua setiap halo hai terima kasih bila apabila bilamana terjadi yaitu yakni
  adakah berapakah kapankah siapakah bagaimanakah`,
);
const ENGLISH = words(
  `the a an and or but if of to in on at by for with from as is are was were be been being am do does did have has had
  will would can could should shall may might must not no this that these those it its he she they we you i me my our
  your his her their them us what which who whom whose when where why how there here then than so too very just about
  into over under out up down again all any each some such only own same also please tell show give say says said
  think know find search summarize explain let hello hi thanks please within happens happen s t re ve ll d m`,
);

const isFunctionWord = (word: string): boolean => INDONESIAN.has(word) || ENGLISH.has(word);
/** Longer runs are pastes, not words. */
const MAX_WORD_UNITS = 40;

/** Words as written, lower case, without @handles. */
export function wordsOf(text: string): string[] {
  const found =
    text
      .toLowerCase()
      .replace(/(^|\s)@[\p{L}\p{N}_.-]+/gu, ' ')
      .match(/[\p{L}\p{N}]+/gu) ?? [];
  return found.filter((word) => word.length <= MAX_WORD_UNITS);
}

/** The words that carry meaning, as written, each once. Digits count at any length, letters from two on. */
export function contentWordsOf(text: string): string[] {
  const content = wordsOf(text).filter((word) => !isFunctionWord(word) && (word.length > 1 || /\d/.test(word)));
  return [...new Set(content)];
}

/** Content words reduced to stems, with repetitions. */
export function stemsOf(text: string): string[] {
  return wordsOf(text)
    .filter((word) => !isFunctionWord(word) && (word.length > 1 || /\d/.test(word)))
    .map(stem);
}

const MIN_STEM_UNITS = 4;
const SUFFIXES = ['nya', 'lah', 'kah', 'kan', 'ing', 'an', 'ed', 's'];
/** `switches`, `boxes`: the plural takes an e. */
const PLURAL_WITH_E = /(?<=.(?:ch|sh|x|ss|z))es$/;
/** Nasal prefixes swallow the first letter of the root: tawar → menawarkan, penawaran. */
const NASAL: [RegExp, string][] = [
  [/^(?:meny|peny)(?=[aeiou])/, 's'],
  [/^(?:mem|pem)(?=[aeiou])/, 'p'],
  [/^(?:men|pen)(?=[aeiou])/, 't'],
  [/^(?:meng|peng|mem|pem|men|pen)/, ''],
];
const PREFIX = /^(?:ber|ter|per|di|ke|se|me|pe)/;

/** Takes off common affixes. Not right for every word, but the same on both sides of a comparison. */
export function stem(word: string): string {
  if (/\d/.test(word)) return word;
  let root = word.replace(PLURAL_WITH_E, '');
  for (const suffix of SUFFIXES) {
    if (root.endsWith(suffix) && root.length - suffix.length >= MIN_STEM_UNITS && !root.endsWith('ss')) {
      root = root.slice(0, -suffix.length);
    }
  }
  for (const [prefix, letter] of NASAL) {
    const rest = root.replace(prefix, letter);
    if (rest !== root && rest.length >= MIN_STEM_UNITS) return rest;
  }
  const rest = root.replace(PREFIX, '');
  return rest.length >= MIN_STEM_UNITS ? rest : root;
}

/** The language of a question by its function words; `fallback` when they do not tell. */
export function detectLanguage(text: string, fallback: string | undefined): Language {
  let indonesian = 0;
  let english = 0;
  for (const word of wordsOf(text)) {
    if (INDONESIAN.has(word)) indonesian++;
    if (ENGLISH.has(word)) english++;
  }
  if (indonesian !== english) return indonesian > english ? 'id' : 'en';
  return fallback?.toLowerCase().startsWith('en') ? 'en' : 'id';
}
