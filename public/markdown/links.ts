// Which addresses may become links, and what character references mean. Everything else stays the text it is.

const NAMED: Record<string, string> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: '\u00A0',
  ndash: '–',
  mdash: '—',
  hellip: '…',
  bull: '•',
  middot: '·',
  times: '×',
  deg: '°',
  plusmn: '±',
  le: '≤',
  ge: '≥',
  ne: '≠',
  rarr: '→',
  larr: '←',
  copy: '©',
  reg: '®',
  trade: '™',
  euro: '€',
  sect: '§',
};

export function decodeReferences(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|([a-z]{2,6}));/g, (all, decimal, hex, name) => {
    if (name) return NAMED[name] ?? all;
    const code = decimal ? Number.parseInt(decimal, 10) : Number.parseInt(hex, 16);
    const isCharacter = code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
    return isCharacter ? String.fromCodePoint(code) : '\uFFFD';
  });
}

export interface SafeAddress {
  href: string;
  host: string;
}

const MAX_ADDRESS = 2_048;

/** An absolute http, https or mailto address, judged after decoding, as a browser would read it; otherwise undefined. */
export function safeAddress(raw: string): SafeAddress | undefined {
  const address = decodeReferences(raw).trim();
  if (address.length > MAX_ADDRESS || !/^(?:https?:\/\/|mailto:)[^\s\u0000-\u001F\u007F\\]+$/i.test(address))
    return undefined;
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    return undefined;
  }
  const isWeb = url.protocol === 'https:' || url.protocol === 'http:';
  if (!isWeb && url.protocol !== 'mailto:') return undefined;
  // "https://bank.example@elsewhere" reads as a place it does not go to.
  if (url.username || url.password) return undefined;
  return { href: url.href, host: isWeb ? url.host : url.pathname };
}
