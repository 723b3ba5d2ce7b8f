// One server of the desk: what happened to it lately, and its tools with who may use them where.
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { ServerTool, ToolServer } from '../../src/protocol/mcp-models.ts';
import { call } from '../lib/api.ts';
import { desk, formatClock, formatTook } from '../lib/desk-words.ts';
import { formatMoment, words } from '../lib/i18n.ts';
import { describeError } from '../state/sentences.ts';
import { toneOf } from './desk-servers.tsx';
import { DeskTool } from './desk-tool.tsx';

const LOG_LINES = 8;

export function DeskServerCard({ server }: { server: ToolServer }) {
  const text = desk.value;
  const id = 'desk-server';
  const facts = [
    server.program && ([text.program, server.program] as const),
    server.protocol && ([text.speaks, `${server.transport ?? ''} ${server.protocol}`.trim()] as const),
    server.callsRunning > 0 && ([text.running, text.runningCalls(server.callsRunning)] as const),
    server.changedBy && ([text.wanted, text.wantedBy(server.changedBy)] as const),
  ].filter((fact) => fact !== false && fact !== undefined && fact !== '');
  return (
    <section class="card server-card" aria-labelledby={id}>
      <header>
        <h2 id={id} class="grow cut">
          {server.name}
        </h2>
        <span class={`tag ${toneOf(server)}`}>{text.state(server.state)}</span>
      </header>
      {facts.length > 0 && (
        <dl class="facts">
          {facts.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd class="cut">{value}</dd>
            </div>
          ))}
        </dl>
      )}
      <h3 class="sect">{text.log}</h3>
      <Log server={server} />
      <Tools server={server} />
    </section>
  );
}

function Log({ server }: { server: ToolServer }) {
  const text = desk.value;
  const lines = together(server.log).slice(0, LOG_LINES);
  if (lines.length === 0 && server.nextAttemptAt === undefined) return <p class="card-note">{text.noLog}</p>;
  return (
    <ol class="log">
      {server.nextAttemptAt !== undefined && (
        <li>
          <time dateTime={server.nextAttemptAt}>{formatClock(server.nextAttemptAt)}</time>
          <span class="dot off" />
          <span>{text.nextAttempt}</span>
        </li>
      )}
      {lines.map((line) => (
        <li key={`${line.at} ${line.kind} ${line.text}`}>
          <time dateTime={line.at} title={formatMoment(line.at)}>
            {formatClock(line.at)}
          </time>
          <span class={`dot ${TONES[line.kind]}`} />
          <span>
            {line.kind === 'connected' ? (
              text.connected
            ) : line.kind === 'stopped' ? (
              text.wasShutDown
            ) : (
              <>
                {line.kind === 'lost' ? text.lost : text.attemptFailed} <span lang="en">{line.text}</span>
              </>
            )}
            <span class="meta">
              {line.times > 1 && ` ${text.times(line.times)}`}
              {line.tookMs !== undefined && ` ${text.after(formatTook(line.tookMs))}`}
            </span>
          </span>
        </li>
      ))}
    </ol>
  );
}

/** The same again and again is one line: the newest, and how often. */
function together(log: ToolServer['log']): (ToolServer['log'][number] & { times: number })[] {
  const lines: (ToolServer['log'][number] & { times: number })[] = [];
  for (const line of log) {
    const last = lines.at(-1);
    if (last?.kind === line.kind && last.text === line.text) last.times += 1;
    else lines.push({ ...line, times: 1 });
  }
  return lines;
}

const TONES = { connected: 'ok', failed: 'warn', lost: 'bad', stopped: 'off' } as const;

function Tools({ server }: { server: ToolServer }) {
  const text = desk.value;
  const tools = useSignal<readonly ServerTool[] | undefined>(undefined);
  const failure = useSignal<unknown>(undefined);
  const load = async () => {
    try {
      tools.value = (await call('mcpTools', { query: { server: server.name } })).items;
      failure.value = undefined;
    } catch (error) {
      failure.value = error;
    }
  };
  // Its tools may have changed when their number did, when it came or when it went.
  useEffect(() => {
    void load();
  }, [server.name, server.tools, server.isStale, server.since]);
  const take = (changed: ServerTool) => {
    tools.value = tools.peek()?.map((tool) => (tool.name === changed.name ? changed : tool));
  };
  return (
    <>
      <h3 class="sect">{server.isStale && server.state !== 'connected' ? text.toolsBack : text.toolsThere}</h3>
      {failure.value !== undefined && (
        <p class="card-note bad" role="alert">
          {describeError(failure.value)}{' '}
          <button class="link" type="button" onClick={() => void load()}>
            {words.value.app.tryAgain}
          </button>
        </p>
      )}
      {tools.value?.length === 0 && <p class="card-note">{text.noTools}</p>}
      <ul class="toolset">
        {tools.value?.map((tool) => (
          <DeskTool key={tool.name} tool={tool} isThere={server.state === 'connected'} onChange={take} />
        ))}
      </ul>
      {server.leftOut.length > 0 && (
        <details class="left-out">
          <summary>{text.leftOut(server.leftOut.length)}</summary>
          <ul>
            {server.leftOut.map(({ name, why }) => (
              <li key={name}>
                <span class="mono">{name}</span> <span lang="en">{why}</span>
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}
