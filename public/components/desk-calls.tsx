// The calls that were made, newest first: which tool, for whom, how it ended, how long it took.
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { RouteResult } from '../../src/protocol/api.ts';
import type { ToolCall, ToolServer } from '../../src/protocol/mcp-models.ts';
import { call } from '../lib/api.ts';
import { desk, formatClock, formatTook } from '../lib/desk-words.ts';
import { formatMoment, words } from '../lib/i18n.ts';
import { roomPath } from '../lib/router.ts';
import { describeError } from '../state/sentences.ts';

const PAGE = 12;
/** Facts of a server say that something was called, not what; they come close to each other. */
const LOOK_AGAIN_MS = 400;

type Calls = RouteResult<'mcpCalls'>;

/** Asked again whenever one of the servers is told of. */
function useCalls(servers: readonly ToolServer[]) {
  const calls = useSignal<Calls | undefined>(undefined);
  const failure = useSignal<unknown>(undefined);
  const failedOnly = useSignal(false);
  const asked = useRef(0);
  const load = async () => {
    const mine = ++asked.current;
    // What was unfolded stays so.
    const limit = Math.min(200, Math.max(PAGE, calls.peek()?.items.length ?? 0));
    try {
      const found = await call('mcpCalls', { query: { limit, ...(failedOnly.peek() ? { failed: true } : {}) } });
      if (mine !== asked.current) return;
      calls.value = found;
      failure.value = undefined;
    } catch (error) {
      if (mine === asked.current) failure.value = error;
    }
  };
  const more = async () => {
    const now = calls.peek();
    if (!now?.nextCursor) return;
    const query = { limit: PAGE, cursor: now.nextCursor, ...(failedOnly.peek() ? { failed: true } : {}) };
    try {
      const next = await call('mcpCalls', { query });
      calls.value = { ...next, items: [...now.items, ...next.items] };
    } catch (error) {
      failure.value = error;
    }
  };
  useEffect(() => {
    const timer = setTimeout(() => void load(), calls.peek() ? LOOK_AGAIN_MS : 0);
    return () => clearTimeout(timer);
  }, [servers]);
  return { calls, failure, failedOnly, load, more };
}

export function DeskCalls({ servers }: { servers: readonly ToolServer[] }) {
  const text = desk.value;
  const { calls, failure, failedOnly, load, more } = useCalls(servers);
  const items = calls.value?.items;
  const today = calls.value?.today;
  return (
    <section class="card" aria-labelledby="desk-calls">
      <header>
        <h2 id="desk-calls" class="grow">
          {text.calls}
        </h2>
        {today && <span class="meta num">{text.callsToday(today.calls, today.failed)}</span>}
        <button
          class="btn quiet sm"
          type="button"
          aria-pressed={failedOnly.value}
          onClick={() => {
            failedOnly.value = !failedOnly.value;
            calls.value = undefined;
            void load();
          }}
        >
          {text.failedOnly}
        </button>
      </header>
      {failure.value !== undefined && (
        <p class="card-note bad" role="alert">
          {text.callsFailed} {describeError(failure.value)}{' '}
          <button class="link" type="button" onClick={() => void load()}>
            {words.value.app.tryAgain}
          </button>
        </p>
      )}
      {items?.length === 0 && <p class="card-note">{failedOnly.value ? text.noFailed : text.noCalls}</p>}
      {items && items.length > 0 && <CallTable items={items} />}
      {calls.value?.nextCursor && (
        <p class="card-more">
          <button class="btn quiet sm" type="button" onClick={() => void more()}>
            {text.older}
          </button>
        </p>
      )}
    </section>
  );
}

function CallTable({ items }: { items: readonly ToolCall[] }) {
  const text = desk.value;
  const longestMs = Math.max(1, ...items.map(({ tookMs }) => tookMs));
  const heads = [text.time, text.tool, text.room, text.for, text.outcome];
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
    <section class="calls-scroll" aria-label={text.calls} tabIndex={0}>
      <table class="calls">
        <thead>
          <tr>
            {heads.map((head) => (
              <th key={head} scope="col">
                {head}
              </th>
            ))}
            <th scope="col" class="n">
              {text.took}
            </th>
          </tr>
        </thead>
        <tbody>
          {items.map((one) => (
            <tr key={one.id}>
              <td class="num muted">
                <time dateTime={one.at} title={formatMoment(one.at)}>
                  {isToday(one.at) ? formatClock(one.at) : formatMoment(one.at)}
                </time>
              </td>
              <td class="mono">
                {one.server}.{one.tool}
              </td>
              <td>{one.room ? <a href={roomPath(one.room.id)}>{one.room.name}</a> : text.tried}</td>
              <td>{one.askedBy.name}</td>
              <td>
                <Outcome call={one} />
              </td>
              <td class="n">
                <span class={`bar-p took ${toneOf(one)}`}>
                  <i style={{ width: `${Math.max(3, (one.tookMs / longestMs) * 100)}%` }} />
                </span>
                {formatTook(one.tookMs)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

const isToday = (at: string): boolean => new Date(at).toDateString() === new Date().toDateString();

/** A `no` of a person and a cancelled turn are nothing that an operator has to see to. */
const QUIET: ReadonlySet<ToolCall['outcome']> = new Set(['cancelled', 'declined']);
const toneOf = ({ outcome }: ToolCall): string =>
  outcome === 'ok' ? '' : QUIET.has(outcome) ? 'off' : outcome === 'not_sent' || outcome === 'timeout' ? 'warn' : 'bad';

function Outcome({ call: one }: { call: ToolCall }): ComponentChildren {
  const text = desk.value;
  const said = text.outcomes(one.outcome);
  if (one.outcome === 'ok') {
    const allowed = one.allowed === 'room' ? text.allowedRoom : one.allowed && text.allowedOnce;
    return allowed ? <span class="tag ok">{allowed}</span> : said;
  }
  return (
    <>
      <span class={`tag ${toneOf(one)}`}>{said}</span>
      {one.detail && (
        <span class="under detail" lang="en" title={one.detail}>
          {one.detail}
        </span>
      )}
    </>
  );
}
