// The interface in two languages: words, and numbers and times as each language writes them. Only the words in use are loaded.
import { batch, computed, type ReadonlySignal, signal } from '@preact/signals';
import { LANGUAGES, type Language } from '../../src/protocol/names.ts';
import type { Words } from '../words/en.ts';
import { readStored, writeStored } from './storage.ts';

const LOAD: Record<Language, () => Promise<Words>> = {
  en: async () => (await import('../words/en.ts')).en,
  id: async () => (await import('../words/id.ts')).id,
};
/** British forms: 09:21, 18 November. */
const LOCALES: Record<Language, string> = { en: 'en-GB', id: 'id-ID' };

export const language = signal<Language>('en');
const current = signal<Words | undefined>(undefined);
/** All words of the current language: `words.value.composer.send`. There before the first page is: `startLanguage`. */
export const words = current as ReadonlySignal<Words>;

const formats = computed(() => {
  const locale = LOCALES[language.value];
  const make = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locale, options);
  return {
    time: make({ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }),
    day: make({ weekday: 'long', day: 'numeric', month: 'long' }),
    dayOfYear: make({ weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' }),
    date: make({ day: 'numeric', month: 'short' }),
    dateTime: make({ day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }),
    exact: make({
      weekday: 'long',
      day: 'numeric',
      month: 'long',
      year: 'numeric',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    }),
    number: new Intl.NumberFormat(locale),
    short: new Intl.NumberFormat(locale, { maximumSignificantDigits: 2 }),
    whole: new Intl.NumberFormat(locale, { maximumFractionDigits: 0 }),
    tenths: new Intl.NumberFormat(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 }),
  };
});

const isSameDay = (a: Date, b: Date) => a.toDateString() === b.toDateString();

export const formatTime = (at: string | number) => formats.value.time.format(new Date(at));
export const formatNumber = (value: number) => formats.value.number.format(value);

/** 214 KB, 3.4 MB, 262 MB: as file managers count. */
export function formatBytes(bytes: number): string {
  const { size } = words.value.app;
  const { short, whole } = formats.value;
  if (bytes < 1_024) return size(whole.format(bytes), 'B');
  const [value, unit] = bytes < 1_024 ** 2 ? ([bytes / 1_024, 'KB'] as const) : ([bytes / 1_024 ** 2, 'MB'] as const);
  return size((value < 10 ? short : whole).format(value), unit);
}

/** 0.4 s, 12 s. */
export function formatSeconds(ms: number): string {
  const { tenths, whole } = formats.value;
  return words.value.app.seconds(ms < 9_950 ? tenths.format(ms / 1_000) : whole.format(ms / 1_000));
}

/** `share` from 0 to 1. */
export const formatPercent = (share: number): string =>
  words.value.app.percent(formats.value.whole.format(Math.floor(share * 100)));

export const formatDate = (at: string) => formats.value.date.format(new Date(at));

/** Tuesday 18 November; the year only when it is another one. */
export function formatDay(at: string): string {
  const date = new Date(at);
  const format = date.getFullYear() === new Date().getFullYear() ? formats.value.day : formats.value.dayOfYear;
  return format.format(date).replace(',', '');
}

/** The time when it was today, else date and time. */
export function formatMoment(at: string): string {
  const date = new Date(at);
  return isSameDay(date, new Date()) ? formatTime(at) : formats.value.dateTime.format(date).replace(',', '');
}

/** Weekday, date and time: what a short time stands for. */
export const formatExactly = (at: string) => formats.value.exact.format(new Date(at));

let wanted: Language | undefined;

/**
 * The language of the interface from now on; kept on this device for the time before signing in.
 * @throws when its words cannot be loaded: then the language stays as it is
 */
export async function setLanguage(next: Language): Promise<void> {
  wanted = next;
  const loaded = await LOAD[next]();
  // Chosen again while these were on their way.
  if (wanted !== next) return;
  batch(() => {
    current.value = loaded;
    language.value = next;
  });
  document.documentElement.lang = next;
  writeStored('language', next);
}

/** Loads the words of the language that this device or its browser prefers; in need, those of another one. */
export async function startLanguage(): Promise<void> {
  const known = (code: string | undefined) =>
    LANGUAGES.find((language) => language === code?.slice(0, 2).toLowerCase());
  const preferred = [readStored<string | undefined>('language', undefined), ...navigator.languages];
  const first = preferred.map(known).find(Boolean) ?? 'en';
  const other = LANGUAGES.find((code) => code !== first) ?? 'en';
  await setLanguage(first).catch(() => setLanguage(other));
}
