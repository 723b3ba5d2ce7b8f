// The copy button of a code block.

const SHOWN_MS = 2_000;

/** Copies the code beside the pressed button and says so on the button for two seconds. */
export async function copyCode(event: Event): Promise<void> {
  const button = event.currentTarget;
  if (!(button instanceof HTMLButtonElement) || button.classList.contains('copied')) return;
  const code = button.closest('figure')?.querySelector('pre');
  if (!code || !(await copyText(code.textContent ?? '', code))) return;
  const label = button.getAttribute('aria-label') ?? '';
  button.setAttribute('aria-label', button.dataset.copied ?? label);
  button.classList.add('copied');
  setTimeout(() => {
    button.setAttribute('aria-label', label);
    button.classList.remove('copied');
  }, SHOWN_MS);
}

// The clipboard exists only on secure pages; a team's server on plain http still has the selection.
async function copyText(text: string, shown: Element): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const selection = getSelection();
    if (!selection) return false;
    selection.selectAllChildren(shown);
    const isCopied = document.execCommand('copy');
    if (isCopied) selection.removeAllRanges();
    return isCopied;
  }
}
