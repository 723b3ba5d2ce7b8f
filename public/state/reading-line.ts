// The line the reader points at while something opens beside or over the conversation: it stays where the eye is.

interface HeldLine {
  line: Element;
  /** Where it stays, from the upper edge of the window. */
  top: number;
  until: number;
}

/** A panel slides in, and its code may have to be loaded first. */
const HOLD_MS = 700;

let held: HeldLine | undefined;
const listeners = new Set<() => void>();

/** @param top where it should come to; else it stays where it is */
export function holdLine(line: Element, top = line.getBoundingClientRect().top): void {
  held = { line, top, until: performance.now() + HOLD_MS };
  // What does not change the size of the conversation, such as a sheet over it, moves it all the same.
  for (const delay of [0, HOLD_MS / 2]) setTimeout(() => tell(), delay);
}

/** Called when a held line may have to be brought to its place. @returns a function that ends it */
export function onLineHeld(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** How far the held line has moved from its place; undefined when none is held any more. */
export function heldLineMoved(): number | undefined {
  if (!held) return undefined;
  if (!held.line.isConnected || performance.now() > held.until) {
    held = undefined;
    return undefined;
  }
  return held.line.getBoundingClientRect().top - held.top;
}

export function releaseLine(): void {
  held = undefined;
}

function tell(): void {
  for (const listener of listeners) listener();
}
