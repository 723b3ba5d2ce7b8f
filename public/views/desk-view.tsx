// The operations desk: every tool server live, what was called, and what may be called where. For administrators.
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { ToolServer } from '../../src/protocol/mcp-models.ts';
import '../styles/desk.css';
import { DeskCalls } from '../components/desk-calls.tsx';
import { DeskServerCard } from '../components/desk-server-card.tsx';
import { DeskServers, type ServerAction } from '../components/desk-servers.tsx';
import { Dialog } from '../components/dialog.tsx';
import { Alert, useAction } from '../components/field.tsx';
import { Icon } from '../components/icon.tsx';
import { OfflineBanner } from '../components/offline-banner.tsx';
import { PageHead } from '../components/page-head.tsx';
import { call } from '../lib/api.ts';
import { desk } from '../lib/desk-words.ts';
import { words } from '../lib/i18n.ts';
import { goHome } from '../state/app.ts';
import { link } from '../state/connection.ts';
import { describeError } from '../state/sentences.ts';
import {
  isAdministrator,
  isAsWanted,
  loadToolServers,
  noteToolServer,
  toolServers,
  toolServersFailed,
  troubledServers,
} from '../state/tool-servers.ts';

/** So many are named; the others are counted. */
const MOST_NAMED = 3;

export function DeskView() {
  return isAdministrator.value ? <Desk /> : <NotForYou />;
}

function NotForYou() {
  const text = desk.value;
  return (
    <main class="room" id="desk" tabIndex={-1}>
      <div class="middle">
        <div class="empty">
          <h1>{text.onlyAdministrators}</h1>
          <p>{text.onlyAdministratorsText}</p>
          <button class="btn primary" type="button" onClick={goHome}>
            {text.toTheRooms}
          </button>
        </div>
      </div>
    </main>
  );
}

function Desk() {
  const servers = toolServers.value;
  const action = useAction();
  const chosen = useSignal<string | undefined>(undefined);
  const closing = useSignal<ToolServer | undefined>(undefined);
  const isAdding = useSignal(false);
  useEffect(() => {
    void loadToolServers();
  }, []);
  const act = (what: ServerAction, server?: ToolServer) => {
    if (what === 'shutDown' && server) closing.value = server;
    else void action.run(() => doIt(what, server?.name));
  };
  const hasServers = servers !== undefined && servers.length > 0;
  const open = servers?.find(({ name }) => name === chosen.value) ?? troubledServers.value[0] ?? servers?.[0];
  return (
    <main class="room ops" id="desk" tabIndex={-1}>
      <Bar
        canReconnect={hasServers}
        isBusy={action.isBusy}
        onReconnect={() => act('reconnect')}
        onAdd={() => {
          isAdding.value = true;
        }}
      />
      <OfflineBanner />
      <div class="ops-scroll">
        <div class="ops-inner">
          {action.error && <Alert>{action.error}</Alert>}
          {servers === undefined && <Waiting />}
          {servers?.length === 0 && <Empty />}
          {hasServers && (
            <>
              <Lead servers={servers} />
              <DeskServers
                servers={servers}
                openName={open?.name}
                isBusy={action.isBusy}
                onOpen={(name) => {
                  chosen.value = name;
                }}
                onAct={act}
              />
              <div class="ops-columns">
                <DeskCalls servers={servers} />
                {open && <DeskServerCard key={open.name} server={open} />}
              </div>
            </>
          )}
        </div>
      </div>
      {isAdding.value && (
        <Dialog
          title={desk.value.addServer}
          class="wide"
          onClose={() => {
            isAdding.value = false;
          }}
        >
          <HowTo />
        </Dialog>
      )}
      {closing.value && (
        <ShutDown
          server={closing.value}
          onClose={() => {
            closing.value = undefined;
          }}
          onConfirm={(server) => {
            closing.value = undefined;
            void action.run(() => doIt('shutDown', server.name));
          }}
        />
      )}
    </main>
  );
}

const ROUTES = { connect: 'mcpConnect', reconnect: 'mcpReconnect', shutDown: 'mcpShutdown' } as const;

/** Of all of them when none is named. */
async function doIt(what: ServerAction, server?: string): Promise<void> {
  const { servers } = await call(ROUTES[what], { query: server === undefined ? {} : { server } });
  for (const one of servers) noteToolServer(one);
}

interface BarProps {
  canReconnect: boolean;
  isBusy: boolean;
  onReconnect: () => void;
  onAdd: () => void;
}

function Bar({ canReconnect, isBusy, onReconnect, onAdd }: BarProps) {
  const text = desk.value;
  const isLive = link.value.state === 'connected';
  return (
    <PageHead title={text.title} sub={text.sub}>
      <span class="meta row ops-live">
        <span class={`dot ${isLive ? 'ok' : 'off'}`} />
        {isLive ? text.live : text.notLive}
      </span>
      {canReconnect && (
        <button class="btn ops-all" type="button" aria-disabled={isBusy} onClick={onReconnect}>
          <Icon name="again" />
          <span class="lbl-text">{text.reconnectAll}</span>
        </button>
      )}
      <button class="btn primary ops-add" type="button" onClick={onAdd}>
        <Icon name="plus" />
        <span class="lbl-text">{text.addServer}</span>
      </button>
    </PageHead>
  );
}

/** The state of everything in one sentence, before any table. */
function Lead({ servers }: { servers: readonly ToolServer[] }) {
  const text = desk.value;
  const troubled = servers.filter((server) => !isAsWanted(server));
  const named = troubled.slice(0, MOST_NAMED);
  const others = troubled.length - named.length;
  const right = servers.length - troubled.length;
  return (
    <p class="lead">
      {troubled.length === 0 ? text.allRight(servers.length) : text.someRight(right, servers.length)}{' '}
      {named.map((server, place) => (
        <>
          <b key={server.name} class={toneOf(server)}>
            {server.name}
          </b>{' '}
          {text.trouble(server.state)}
          {place < named.length - 1 ? '; ' : others > 0 ? `, ${text.others(others)}. ` : '. '}
        </>
      ))}
      {troubled.length > 0 && text.goesOn}
    </p>
  );
}

const toneOf = ({ state }: ToolServer): string => (state === 'failed' || state === 'needs_auth' ? 'is-bad' : 'is-warn');

function Waiting() {
  const { app } = words.value;
  const failure = toolServersFailed.value;
  if (failure === undefined) {
    return (
      <div class="skeleton ops-waiting" aria-hidden="true">
        {[46, 100, 100, 100].map((width, place) => (
          <div key={`${place}-${width}`} class="sk line" style={{ width: `${width}%` }} />
        ))}
      </div>
    );
  }
  return (
    <p class="note" role="alert">
      <Icon name="warn" />
      <span>
        {desk.value.loadFailed} {describeError(failure)}{' '}
        <button class="link" type="button" onClick={() => void loadToolServers()}>
          {app.tryAgain}
        </button>
      </span>
    </p>
  );
}

function Empty() {
  const text = desk.value;
  return (
    <div class="ops-empty">
      <h2>{text.emptyTitle}</h2>
      <p>{text.emptyText}</p>
      <HowTo />
    </div>
  );
}

const ONE = 'MCP_SERVER_URL=https://tools.example.com/mcp';
const FILE = 'MCP_SERVERS_FILE=servers.json';
const MANY = `{
  "mcpServers": {
    "pricing": {
      "url": "https://tools.example.com/mcp",
      "headers": { "Authorization": "Bearer \${PRICING_KEY}" },
      "rooms": ["marabintan-layanan-terpadu"],
      "writingTools": "ask"
    }
  }
}`;

/** Never over the network: only whoever runs the product decides what its assistant may reach. */
function HowTo() {
  const text = desk.value;
  return (
    <div class="how-to">
      <p>{text.howTo}</p>
      <p>{text.howToOne}</p>
      <Sample text={ONE} label={text.howToOne} />
      <p>{text.howToMany}</p>
      <Sample text={FILE} label={text.howToMany} />
      <Sample text={MANY} label="servers.json" />
      <p>{text.howToEnd}</p>
    </div>
  );
}

/** Scrolls within itself, also by keyboard. */
function Sample({ text, label }: { text: string; label: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
    <section class="sample" aria-label={label} tabIndex={0}>
      <pre>{text}</pre>
    </section>
  );
}

interface ShutDownProps {
  server: ToolServer;
  onClose: () => void;
  onConfirm: (server: ToolServer) => void;
}

function ShutDown({ server, onClose, onConfirm }: ShutDownProps) {
  const text = desk.value;
  const footer = (
    <>
      <button class="btn" type="button" onClick={onClose}>
        {words.value.app.cancel}
      </button>
      <button class="btn danger solid" type="button" onClick={() => onConfirm(server)}>
        {text.shutDown}
      </button>
    </>
  );
  return (
    <Dialog title={text.shutDownQuestion(server.name)} onClose={onClose} footer={footer}>
      <p>{text.shutDownText(server.callsRunning)}</p>
    </Dialog>
  );
}
