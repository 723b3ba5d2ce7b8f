// The servers of the desk as a table: wanted beside now, attempts with a countdown, what went wrong in words on its own line.
// biome-ignore-all lint/a11y/noRedundantRoles: narrow screens lay the table out as cards; then only roles say that it is one
import type { ToolServer } from '../../src/protocol/mcp-models.ts';
import { desk, formatMs, formatSpan, useClock } from '../lib/desk-words.ts';
import { formatMoment } from '../lib/i18n.ts';
import { isAsWanted } from '../state/tool-servers.ts';
import { Icon } from './icon.tsx';
import { Sparkline } from './sparkline.tsx';

export type ServerAction = 'connect' | 'reconnect' | 'shutDown';

interface DeskServersProps {
  servers: readonly ToolServer[];
  /** Whose log and tools are shown below. */
  openName: string | undefined;
  isBusy: boolean;
  onOpen: (name: string) => void;
  onAct: (what: ServerAction, server: ToolServer) => void;
}

/** A countdown is right to the second; how long something lasts, to the minute. */
const COUNTDOWN_MS = 500;
const SPAN_MS = 20_000;

export function DeskServers({ servers, openName, isBusy, onOpen, onAct }: DeskServersProps) {
  const text = desk.value;
  const isCounting = servers.some(({ nextAttemptAt }) => nextAttemptAt !== undefined);
  const now = useClock(isCounting ? COUNTDOWN_MS : SPAN_MS);
  const heads = [text.server, text.wanted, text.now, text.since, text.attempts, text.latency];
  return (
    <section class="card" id="servers" aria-label={text.servers}>
      <table class="servers" role="table" aria-label={text.servers}>
        <thead role="rowgroup">
          <tr role="row">
            {heads.map((head) => (
              <th key={head} role="columnheader" scope="col">
                {head}
              </th>
            ))}
            <th role="columnheader" scope="col" class="n">
              {text.tools}
            </th>
            <th role="columnheader" scope="col">
              <span class="sr">{text.actions}</span>
            </th>
          </tr>
        </thead>
        {servers.map((server) => (
          <tbody key={server.name} role="rowgroup" data-open={server.name === openName ? '' : undefined}>
            <tr role="row" class={server.lastError && !isAsWanted(server) ? 'has-error' : undefined}>
              <NameCell server={server} isOpen={server.name === openName} onOpen={onOpen} />
              <td role="cell" data-label={text.wanted} class={isAsWanted(server) ? 'muted' : undefined}>
                {text.state(server.desired)}
              </td>
              <td role="cell" data-label={text.now}>
                <State server={server} />
              </td>
              <td role="cell" data-label={text.since} class="num">
                {formatMoment(server.since)}
                <span class="under">{sinceWhen(server, now)}</span>
              </td>
              <td role="cell" data-label={text.attempts} class={`num${server.attempts > 0 ? '' : ' muted'}`}>
                <Attempts server={server} now={now} />
              </td>
              <td role="cell" data-label={text.latency} class="latency">
                <Latency server={server} />
              </td>
              <td role="cell" data-label={text.tools} class={`n${server.isStale ? ' muted' : ''}`}>
                {server.tools}
                {server.isStale && server.tools > 0 && <span class="sr">, {text.toolsKept}</span>}
              </td>
              <td role="cell" class="acts-cell">
                <Actions server={server} isBusy={isBusy} onAct={onAct} />
              </td>
            </tr>
            <ErrorRow server={server} />
          </tbody>
        ))}
      </table>
    </section>
  );
}

function NameCell({
  server,
  isOpen,
  onOpen,
}: {
  server: ToolServer;
  isOpen: boolean;
  onOpen: DeskServersProps['onOpen'];
}) {
  return (
    <th role="rowheader" scope="row" class="name">
      <button
        class="name-button"
        type="button"
        aria-current={isOpen ? 'true' : undefined}
        onClick={() => onOpen(server.name)}
      >
        {server.name}
      </button>
      <span class="where cut" title={server.url ?? server.command}>
        {server.url ?? server.command}
      </span>
    </th>
  );
}

export const toneOf = (server: ToolServer): 'ok' | 'warn' | 'bad' | 'off' => {
  if (server.state === 'stopped') return 'off';
  if (server.state === 'failed' || server.state === 'needs_auth') return isAsWanted(server) ? 'off' : 'bad';
  return server.state === 'connected' && isAsWanted(server) ? 'ok' : 'warn';
};

function State({ server }: { server: ToolServer }) {
  const tone = toneOf(server);
  return (
    <span class={`state ${tone}`}>
      <span class={`dot ${tone}`} />
      {desk.value.state(server.state)}
    </span>
  );
}

function sinceWhen(server: ToolServer, now: number): string {
  if (server.state === 'stopped' && server.changedBy) return desk.value.by(server.changedBy);
  return formatSpan(now - Date.parse(server.since));
}

/** The countdown is for eyes: read aloud it would never end. */
function Attempts({ server, now }: { server: ToolServer; now: number }) {
  const text = desk.value;
  const { attempts, nextAttemptAt, state } = server;
  if (state === 'connecting') return <>{text.attempt(attempts)}</>;
  if (!isAsWanted(server) && (state === 'failed' || state === 'needs_auth')) return <>{text.notTried(attempts)}</>;
  if (nextAttemptAt === undefined) return <>{attempts}</>;
  const leftMs = Date.parse(nextAttemptAt) - now;
  const lastAt = Date.parse(server.log[0]?.at ?? server.since);
  const whole = Date.parse(nextAttemptAt) - lastAt;
  const share = whole > 0 ? Math.min(1, Math.max(0, 1 - leftMs / whole)) : 1;
  return (
    <>
      <span aria-hidden="true" class="countdown">
        {leftMs <= 0 ? (
          text.nextNow(attempts)
        ) : (
          <>
            {text.nextIn(attempts)} <b>{formatSpan(leftMs + 999)}</b>
          </>
        )}
        <span class="bar-p">
          <i style={{ width: `${share * 100}%` }} />
        </span>
      </span>
      <span class="sr">
        {attempts}, {text.triedAgain}
      </span>
    </>
  );
}

function Latency({ server }: { server: ToolServer }) {
  const text = desk.value;
  const { latencies, latencyMs, name, state } = server;
  if (state === 'stopped' || (latencies.length === 0 && state === 'connected')) return null;
  const isGone = state !== 'connected';
  const label = isGone || latencyMs === undefined ? text.latencyGone(name) : text.latencyNow(name, formatMs(latencyMs));
  return (
    <>
      <Sparkline latencies={latencies} isGone={isGone} label={label} />{' '}
      <span class={`num${isGone ? ' muted' : ''}`} aria-hidden="true">
        {isGone || latencyMs === undefined ? text.noReply : formatMs(latencyMs)}
      </span>
    </>
  );
}

function Actions({ server, isBusy, onAct }: { server: ToolServer } & Pick<DeskServersProps, 'isBusy' | 'onAct'>) {
  const text = desk.value;
  const { name, state, desired } = server;
  if (desired === 'stopped') {
    return (
      <button
        class="btn sm"
        type="button"
        aria-disabled={isBusy}
        aria-label={text.of(text.connect, name)}
        onClick={() => onAct('connect', server)}
      >
        <Icon name="plug" class="sm" />
        {text.connect}
      </button>
    );
  }
  const again =
    state === 'connected' ? text.reconnect : state === 'needs_auth' || state === 'failed' ? text.tryAgain : text.tryNow;
  return (
    <>
      <button
        class="btn sm"
        type="button"
        aria-disabled={isBusy}
        aria-label={text.of(again, name)}
        onClick={() => onAct('reconnect', server)}
      >
        <Icon name="again" class="sm" />
        {again}
      </button>
      <button
        class="btn quiet sm"
        type="button"
        aria-disabled={isBusy}
        aria-label={text.of(text.shutDown, name)}
        onClick={() => onAct('shutDown', server)}
      >
        <Icon name="stopped" class="sm" />
        {text.shutDown}
      </button>
    </>
  );
}

function ErrorRow({ server }: { server: ToolServer }) {
  const text = desk.value;
  const { lastError, problem, roomsTold } = server;
  if (!lastError || isAsWanted(server)) return null;
  const own = problem && text.problem(problem);
  return (
    <tr role="row" class={`error ${toneOf(server)}`}>
      <td role="cell" colSpan={8}>
        <p class="error-line">
          <Icon name="warn" />
          <span>
            {own ? <b>{own}</b> : <b lang="en">{lastError}</b>} {own && <span lang="en">({lastError}) </span>}
            {problem && text.advice(problem)} {roomsTold > 0 && text.roomsTold(roomsTold)}
          </span>
        </p>
      </td>
    </tr>
  );
}
