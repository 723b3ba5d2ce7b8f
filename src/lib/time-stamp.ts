// Times as the model and people in prompts read them.

/** `2026-11-21 09:05` in the given IANA zone, from epoch ms. */
export function createTimeStamp(timeZone: string): (time: number) => string {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' });
  return (time) => format.format(time);
}
