// Has a code block coloured, when the browser can do that; what does it loads with the first one.

/** May be called again at any time. Code in a language that nobody knows, or without one, stays as it is. */
export function colourCode(code: Element, language: string): void {
  if (language === '' || !('highlights' in CSS)) return;
  // Not loaded: it stays in one colour.
  import('./code-colours.ts').then(
    ({ watchCode }) => watchCode(code, language),
    () => undefined,
  );
}
