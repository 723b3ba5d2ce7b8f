// The frame of what stands beside the conversation: its tabs, one of them open. On phones it is a sheet from the lower edge.
import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import '../styles/panels.css';
import { formatNumber, words } from '../lib/i18n.ts';
import { usePhone } from '../lib/media.ts';
import { memoryWords } from '../lib/memory-words.ts';
import { shelfOf } from '../state/documents.ts';
import { proposedIn } from '../state/memories.ts';
import type { OpenRoom } from '../state/open-room.ts';
import { closePanel, showPanel } from '../state/panels.ts';
import { Icon } from './icon.tsx';

export type Tab = 'documents' | 'why' | 'memory';
const TABS: readonly Tab[] = ['documents', 'why', 'memory'];

interface PanelProps {
  room: OpenRoom;
  tab: Tab;
  children: ComponentChildren;
}

export function PanelFrame({ room, tab, children }: PanelProps) {
  const isPhone = usePhone();
  const { panels } = memoryWords.value;
  if (isPhone) {
    return (
      <Sheet label={panels.tabs[tab]}>
        <PanelTabs room={room} tab={tab} />
        {children}
      </Sheet>
    );
  }
  return (
    <aside
      class="panel"
      id={tab}
      aria-label={panels.tabs[tab]}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || event.defaultPrevented) return;
        event.stopPropagation();
        closePanel();
      }}
    >
      <PanelTabs room={room} tab={tab} />
      {children}
    </aside>
  );
}

/** What the open tab shows. */
export function TabBody({ tab, label, children }: { tab: Tab; label: string; children: ComponentChildren }) {
  return (
    <div class="tab-body" role="tabpanel" id={`tab-of-${tab}`} aria-labelledby={`tab-${tab}`}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be reached by the keyboard */}
      <section class="scroll panel-scroll" tabIndex={0} aria-label={label}>
        {children}
      </section>
    </div>
  );
}

export function PanelTabs({ room, tab }: { room: OpenRoom; tab: Tab }) {
  const list = useRef<HTMLDivElement>(null);
  const { panels } = memoryWords.value;
  const { app } = words.value;
  // The keyboard goes on where it has opened something.
  useEffect(() => {
    list.current?.querySelector<HTMLElement>('[aria-selected="true"]')?.focus({ preventScroll: true });
  }, []);
  const onKeyDown = (event: KeyboardEvent) => {
    const at = TABS.indexOf(tab);
    const next = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: TABS.length - 1 }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    showPanel(TABS[(next + TABS.length) % TABS.length]!);
  };
  return (
    <header class="panel-head tabs">
      <div ref={list} role="tablist" aria-label={panels.label} onKeyDown={onKeyDown}>
        {TABS.map((one) => (
          <button
            key={one}
            type="button"
            role="tab"
            id={`tab-${one}`}
            aria-selected={one === tab}
            aria-controls={one === tab ? `tab-of-${one}` : undefined}
            tabIndex={one === tab ? 0 : -1}
            onClick={() => showPanel(one)}
          >
            {panels.tabs[one]}
            <Count room={room} tab={one} />
          </button>
        ))}
      </div>
      <span class="grow" />
      <button class="btn quiet icon" type="button" aria-label={app.close} onClick={closePanel}>
        <Icon name="close" />
      </button>
    </header>
  );
}

function Count({ room, tab }: { room: OpenRoom; tab: Tab }) {
  const documents = shelfOf(room.id).items.value?.length ?? 0;
  if (tab === 'documents' && documents > 0) return <span class="meta num">{formatNumber(documents)}</span>;
  const proposed = proposedIn(room).length;
  if (tab === 'memory' && proposed > 0) {
    return (
      <span class="tag memory num">
        {formatNumber(proposed)}
        <span class="sr"> {memoryWords.value.memory.toDecide}</span>
      </span>
    );
  }
  return null;
}

function Sheet({ label, children }: { label: string; children: ComponentChildren }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    dialog.current?.showModal();
    return () => dialog.current?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      class="panel-sheet"
      aria-label={label}
      onCancel={(event) => {
        event.preventDefault();
        closePanel();
      }}
      onPointerDown={(event) => {
        if (event.target === dialog.current) closePanel();
      }}
    >
      {children}
    </dialog>
  );
}
