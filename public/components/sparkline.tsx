// How quickly a server answered over the last hour: a line with a number beside it, broken where there was no reply.
import type { ToolServer } from '../../src/protocol/mcp-models.ts';

interface SparklineProps {
  latencies: ToolServer['latencies'];
  /** It does not answer now: what follows the line is dashed. */
  isGone: boolean;
  label: string;
}

const WIDTH = 76;
const HEIGHT = 20;
const EDGE = 3;
/** Above the slowest: a single answer is no peak. */
const HEADROOM = 1.6;
/** Behind the line, for what is missing. */
const GAP = 32;

export function Sparkline({ latencies, isGone, label }: SparklineProps) {
  const points = pointsOf(latencies, isGone ? WIDTH - GAP : WIDTH - EDGE);
  const last = points.at(-1);
  return (
    <svg class={isGone ? 'spark gone' : 'spark'} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
      {points.length > 1 && <polyline points={points.map(({ x, y }) => `${x},${y}`).join(' ')} />}
      {isGone && <path class="gap" d={`M${(last?.x ?? 0) + 2} ${HEIGHT / 2}H${WIDTH}`} />}
      {!isGone && last && <circle class="end" cx={last.x} cy={last.y} r="2.2" />}
    </svg>
  );
}

function pointsOf(latencies: ToolServer['latencies'], width: number): { x: number; y: number }[] {
  const known = latencies.flatMap(({ ms }) => (ms === undefined ? [] : [ms]));
  const most = Math.max(1, ...known) * HEADROOM;
  const step = known.length > 1 ? width / (known.length - 1) : 0;
  return known.map((ms, place) => ({
    x: round(known.length > 1 ? place * step : width),
    y: round(HEIGHT - EDGE - (ms / most) * (HEIGHT - 2 * EDGE)),
  }));
}

const round = (value: number): number => Math.round(value * 10) / 10;
