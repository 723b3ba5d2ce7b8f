// Times as the model and people in prompts read them.

/** `2026-11-21 09:05` in the given IANA zone, from epoch ms. */
export function createTimeStamp(timeZone: string): (time: number) => string {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' });
  return (time) => format.format(time);
}

const LOCALES = { en: 'en-GB', id: 'id-ID' };

/** The same moment as a sentence writes it: `21 November 2026, 09:05`, `21 November 2026 pukul 09.05`. Anything else stays as it is. */
export function stampInWords(stamp: string, language: 'en' | 'id'): string {
  const [, date = '', hours, minutes] = /^(\d{4}-\d{2}-\d{2}) (\d{2}):(\d{2})$/.exec(stamp) ?? [];
  const time = Date.parse(date);
  if (Number.isNaN(time)) return stamp;
  const day = new Intl.DateTimeFormat(LOCALES[language], { dateStyle: 'long', timeZone: 'UTC' }).format(time);
  return language === 'id' ? `${day} pukul ${hours}.${minutes}` : `${day}, ${hours}:${minutes}`;
}
