// What happened to one tool server lately, for whoever looks at the desk: a few lines, and its latency over the last hour.

export type JournalKind = 'connected' | 'failed' | 'lost' | 'stopped';

export interface JournalLine {
  /** Epoch ms. */
  at: number;
  kind: JournalKind;
  text: string;
  tookMs?: number;
}

export interface Journal {
  note(kind: JournalKind, text: string, tookMs?: number): void;
  /** @param ms undefined: no reply */
  latency(ms: number | undefined): void;
  /** Newest first. */
  lines(): JournalLine[];
  /** Oldest first. */
  latencies(): { at: number; ms?: number }[];
  lastLatency(): { latencyMs?: number };
}

const MOST_LINES = 30;
const MOST_LATENCIES = 120;
const KEPT_MS = 60 * 60_000;

export function createJournal(now: () => number = Date.now): Journal {
  let lines: JournalLine[] = [];
  let latencies: { at: number; ms?: number }[] = [];
  const rounded = (ms: number) => Math.round(ms * 10) / 10;
  return {
    note(kind, text, tookMs) {
      lines.unshift({ at: now(), kind, text, ...(tookMs === undefined ? {} : { tookMs: rounded(tookMs) }) });
      lines = lines.slice(0, MOST_LINES);
    },
    latency(ms) {
      latencies.push({ at: now(), ...(ms === undefined ? {} : { ms: rounded(ms) }) });
      latencies = latencies.filter(({ at }) => now() - at < KEPT_MS).slice(-MOST_LATENCIES);
    },
    lines: () => [...lines],
    latencies: () => [...latencies],
    lastLatency() {
      const ms = latencies.findLast((one) => one.ms !== undefined)?.ms;
      return ms === undefined ? {} : { latencyMs: ms };
    },
  };
}
