// Words, spans and durations of the operations desk, in the language of the interface.
import { computed, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { en } from '../words/desk-en.ts';
import { id } from '../words/desk-id.ts';
import { language } from './i18n.ts';

export const desk = computed(() => (language.value === 'id' ? id : en));

const formats = computed(() => {
  const locale = language.value === 'id' ? 'id-ID' : 'en-GB';
  return {
    clock: new Intl.DateTimeFormat(locale, {
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      hourCycle: 'h23',
    }),
    tenths: new Intl.NumberFormat(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 }),
    whole: new Intl.NumberFormat(locale, { maximumFractionDigits: 0 }),
  };
});

/** With seconds: calls and attempts are close to each other. */
export const formatClock = (at: string): string => formats.value.clock.format(new Date(at));

/** 84 ms */
export const formatMs = (ms: number): string => desk.value.milliseconds(formats.value.whole.format(ms));

/** 34 ms, 0.8 s, 12 s */
export const formatTook = (ms: number): string => {
  if (ms < 100) return formatMs(ms);
  const seconds = ms / 1000;
  return desk.value.seconds((seconds < 10 ? formats.value.tenths : formats.value.whole).format(seconds));
};

const MINUTE_MS = 60_000;

/** 17 min, 2 h 16 min, 1 d 3 h; seconds below a minute. */
export function formatSpan(ms: number): string {
  const words = desk.value;
  if (ms < MINUTE_MS) return words.seconds(formats.value.whole.format(Math.max(0, Math.floor(ms / 1000))));
  const minutes = Math.floor(ms / MINUTE_MS);
  if (minutes < 60) return words.minutes(minutes);
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return words.hours(hours, minutes % 60);
  return words.days(Math.floor(hours / 24), hours % 24);
}

/** The time now, which moves on. */
export function useClock(everyMs: number): number {
  const now = useSignal(Date.now());
  useEffect(() => {
    now.value = Date.now();
    const ticking = setInterval(() => {
      now.value = Date.now();
    }, everyMs);
    return () => clearInterval(ticking);
  }, [everyMs]);
  return now.value;
}
