// Indonesian or English, by the small words that only one of them has; for the voice that reads a page aloud.

const SMALL_WORDS = {
  id: /\b(dan|yang|untuk|dengan|dari|pada|dalam|adalah|atau|tidak)\b/gi,
  en: /\b(the|and|of|for|with|from|shall|is|or|not)\b/gi,
} as const;

const ENOUGH = 4_000;

export function guessLanguage(text: string): 'id' | 'en' | undefined {
  const start = text.slice(0, ENOUGH);
  const found = (language: 'id' | 'en') => start.match(SMALL_WORDS[language])?.length ?? 0;
  const [indonesian, english] = [found('id'), found('en')];
  if (indonesian === english) return undefined;
  return indonesian > english ? 'id' : 'en';
}
