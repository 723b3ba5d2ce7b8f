// A button with a small layer beside it: menus and the reactions. The browser closes it on Esc and on a press outside.
import { signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useId, useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import { Icon, type IconName } from './icon.tsx';

interface PopoverProps {
  icon: IconName;
  label: string;
  class?: string;
  role?: 'menu' | 'group';
  /** With which edge of the button the layer begins. */
  edge?: 'left' | 'right';
  children: (close: () => void) => ComponentChildren;
}

const GAP = 6;

export function Popover({
  icon,
  label,
  class: look = 'btn quiet icon sm',
  role = 'menu',
  edge,
  children,
}: PopoverProps) {
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const layer = useRef<HTMLDivElement>(null);
  const isOpen = useMemo(() => signal(false), []);

  useLayoutEffect(() => {
    if (!isOpen.value || !layer.current || !button.current) return;
    place(layer.current, button.current.getBoundingClientRect(), edge);
    layer.current.querySelector<HTMLElement>('button, input')?.focus({ preventScroll: true });
    // What is in it may load or unfold.
    const observer = new ResizeObserver(() => {
      if (layer.current && button.current) place(layer.current, button.current.getBoundingClientRect(), edge);
    });
    observer.observe(layer.current);
    return () => observer.disconnect();
  }, [isOpen.value]);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
    const items = [...(layer.current?.querySelectorAll<HTMLElement>('[role="menuitem"]') ?? [])];
    if (items.length === 0) return;
    event.preventDefault();
    const at = items.indexOf(document.activeElement as HTMLElement);
    items.at((at + (event.key === 'ArrowDown' ? 1 : -1)) % items.length)?.focus();
  };

  return (
    <>
      <button
        ref={button}
        class={look}
        type="button"
        popovertarget={id}
        aria-label={label}
        aria-haspopup={role === 'menu' ? 'menu' : 'true'}
        title={label}
      >
        <Icon name={icon} />
      </button>
      {/* biome-ignore lint/a11y/useAriaPropsSupportedByRole: both roles it may have take a label */}
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the role is one of two that may hold the focus */}
      <div
        ref={layer}
        id={id}
        class="popover"
        popover="auto"
        role={role}
        aria-label={label}
        onKeyDown={onKeyDown}
        onToggle={(event) => {
          isOpen.value = event.newState === 'open';
        }}
      >
        {isOpen.value && children(() => layer.current?.hidePopover())}
      </div>
    </>
  );
}

/** Below the button and aligned with one of its edges, or above when there is no room below. */
export function place(layer: HTMLElement, anchor: DOMRect, edge: 'left' | 'right' = 'right'): void {
  const { width, height } = layer.getBoundingClientRect();
  const below = anchor.bottom + GAP;
  const top = below + height > innerHeight - GAP ? Math.max(GAP, anchor.top - GAP - height) : below;
  layer.style.top = `${top}px`;
  const left = edge === 'left' ? anchor.left : anchor.right - width;
  layer.style.left = `${Math.max(GAP, Math.min(left, innerWidth - width - GAP))}px`;
}

interface MenuItemProps {
  icon: IconName;
  children: ComponentChildren;
  danger?: boolean;
  onClick: () => void;
}

export function MenuItem({ icon, children, danger, onClick }: MenuItemProps) {
  return (
    <button class={danger ? 'menu-item danger' : 'menu-item'} type="button" role="menuitem" onClick={onClick}>
      <Icon name={icon} />
      {children}
    </button>
  );
}
