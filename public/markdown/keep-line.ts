// Keeps what is being read in its place while something above it gets another height.

/** Makes a change inside `host`; when it lies above what the region shows, the region moves along. */
export function keepLine(host: HTMLElement, change: () => void): void {
  const scroller = host.closest<HTMLElement>('.timeline');
  const block = host.closest<HTMLElement>('.prose > *') ?? host;
  const before = scroller?.isConnected ? block.getBoundingClientRect() : undefined;
  change();
  if (!scroller || !before || before.bottom > scroller.getBoundingClientRect().top) return;
  const moved = block.getBoundingClientRect().height - before.height;
  if (moved !== 0) scroller.scrollTop += moved;
}
