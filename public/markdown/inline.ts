// The inside of a block: emphasis, code, links, citations, mentions. `marked` finds the tokens; here they become nodes.
import { Lexer, type MarkedToken, type Token, Tokenizer, type Tokens } from 'marked';
import { formulaNode } from './formula.ts';
import { type FormulaText, readFormula } from './formula-text.ts';
import { decodeReferences, safeAddress } from './links.ts';
import { element, type MarkdownOptions, type MarkNode, mergeText, textOf } from './nodes.ts';
import { wordsFor } from './words.ts';

// Beyond these a run of text is shown plain. They keep the cost of any text linear: the lexer is quadratic in the number of
// marks of one run, and nobody reads a paragraph with six hundred of them.
const MAX_RUN_CHARACTERS = 16_000;
const MAX_OPEN_EMPHASIS = 16;
const MAX_MARKS = 600;
const MAX_LABEL_CHARACTERS = 1_000;
const MAX_LINK_CHARACTERS = 4_000;
const MAX_NESTING = 12;

const ADDRESS_START = /(?<![\p{L}\p{N}_])(?:https?:\/\/|www\.)/giu;
const ADDRESS = /^(?:https?:\/\/|www\.)[^\s<>*`"|\\^{}[\]]+/i;

// The stock rules for plain text and addresses look ahead at every character and are quadratic in long words.
class InlineTokenizer extends Tokenizer {
  readonly #isLiteral: boolean;

  constructor(isLiteral: boolean) {
    super();
    this.#isLiteral = isLiteral;
  }

  // The first thing that is looked for at every place: the marks of a formula come before everything inside it.
  override escape(source: string): Tokens.Escape | undefined {
    const formula = this.#isLiteral ? undefined : readFormula(source);
    if (!formula) return super.escape(source);
    return { type: 'escape', raw: formula.raw, text: formula.raw, formula } as Tokens.Escape;
  }

  override inlineText(source: string): Tokens.Text {
    // "US$5": a sign behind a letter begins nothing.
    let raw = /^[\s\S](?:[^\\<![`*_~\n$]|(?<=[\p{L}\p{N}$])\$)*/u.exec(source)?.[0] ?? source;
    ADDRESS_START.lastIndex = 1;
    const address = ADDRESS_START.exec(raw);
    if (address) raw = raw.slice(0, address.index);
    return { type: 'text', raw, text: raw };
  }

  override url(source: string): Tokens.Link | undefined {
    const found = ADDRESS.exec(source)?.[0];
    if (!found) return undefined;
    const raw = trimAddress(found);
    if (!/^(?:https?:\/\/|www\.)./i.test(raw)) return undefined;
    const href = /^www\./i.test(raw) ? `https://${raw}` : raw;
    return { type: 'link', raw, href, text: raw, tokens: [{ type: 'text', raw, text: raw }] };
  }

  override link(source: string): Tokens.Link | Tokens.Image | undefined {
    if (!/^!?\[/.test(source)) return undefined;
    const label = source.slice(0, MAX_LABEL_CHARACTERS).indexOf('](');
    return label < 0 ? undefined : super.link(source.slice(0, MAX_LINK_CHARACTERS));
  }

  // A definition further down would change blocks that are already drawn, so there are no reference links.
  override reflink(source: string): Tokens.Text | undefined {
    return source.startsWith('[') ? { type: 'text', raw: '[', text: '[' } : undefined;
  }

  // A new line in a conversation is meant as one.
  override br(source: string): Tokens.Br | undefined {
    const raw = /^(?: *|\\)\n[ \t]*/.exec(source)?.[0];
    return raw === undefined ? undefined : { type: 'br', raw };
  }
}

function trimAddress(found: string): string {
  let end = found.length;
  for (;;) {
    const last = found[end - 1];
    if (last === undefined) return '';
    if (/[?!.,:;'_~]/.test(last)) end -= 1;
    else if (last === ')' && count(found.slice(0, end), ')') > count(found.slice(0, end), '(')) end -= 1;
    else return found.slice(0, end);
  }
}

function count(text: string, character: string): number {
  let found = 0;
  for (let at = text.indexOf(character); at >= 0; at = text.indexOf(character, at + 1)) found += 1;
  return found;
}

/** Whether a run is too long or too dense to be read as Markdown. */
export function isPlainRun(source: string): boolean {
  if (source.length > MAX_RUN_CHARACTERS) return true;
  let marks = 0;
  let emphasis = 0;
  for (let at = 0; at < source.length; at += 1) {
    const code = source.charCodeAt(at);
    if (code === 42 || code === 95 || code === 126) emphasis += 1;
    else if (code === 91 || code === 96 || code === 60 || code === 33 || code === 92 || code === 36) marks += 1;
  }
  return marks + emphasis > MAX_MARKS || (emphasis > MAX_OPEN_EMPHASIS && openEmphasis(source) > MAX_OPEN_EMPHASIS);
}

/** How many emphases stand open at once at most; each is read again for every one around it. */
function openEmphasis(source: string): number {
  let open = 0;
  let most = 0;
  for (const found of source.matchAll(/[*_~]+/g)) {
    const after = source[found.index + found[0].length] ?? ' ';
    const canClose = found.index > 0 && !/\s/.test(source[found.index - 1]!);
    if (canClose && open > 0) open -= 1;
    else if (!/\s/.test(after)) open += 1;
    most = Math.max(most, open);
  }
  return most;
}

/** The nodes of one run of text. Never throws. */
export function inlineNodes(source: string, options: MarkdownOptions): MarkNode[] {
  if (isPlainRun(source)) return [element('span', { class: 'plain' }, [source])];
  const lexer = new Lexer({ gfm: true, breaks: true, tokenizer: new InlineTokenizer(options.isLiteral ?? false) });
  // Without a table of definitions the lexer skips its search for reference links.
  (lexer.tokens as { links?: unknown }).links = undefined;
  return mergeText(tokensToNodes(lexer.inlineTokens(source), options, 0, false));
}

function tokensToNodes(tokens: Token[], options: MarkdownOptions, depth: number, isInLink: boolean): MarkNode[] {
  const nodes: MarkNode[] = [];
  for (const token of tokens as MarkedToken[]) {
    if (depth > MAX_NESTING) nodes.push(token.raw);
    else appendToken(nodes, token, options, depth + 1, isInLink);
  }
  return nodes;
}

function appendToken(
  nodes: MarkNode[],
  token: MarkedToken,
  options: MarkdownOptions,
  depth: number,
  isInLink: boolean,
): void {
  switch (token.type) {
    case 'text':
      appendWords(nodes, token.raw, options, isInLink);
      break;
    case 'escape':
      nodes.push('formula' in token ? formulaNode(token.formula as FormulaText, options) : token.text);
      break;
    case 'strong':
    case 'em':
    case 'del':
      nodes.push(
        element(token.type === 'del' ? 's' : token.type, {}, tokensToNodes(token.tokens, options, depth, isInLink)),
      );
      break;
    case 'codespan':
      nodes.push(element('code', {}, [token.text]));
      break;
    case 'br':
      // A new line is one in the text; the style sheet shows it. Thousands of line break elements would cost more than the words.
      nodes.push('\n');
      break;
    case 'link':
      appendLink(nodes, token, options, depth, isInLink);
      break;
    case 'image':
      appendImage(nodes, token, options, isInLink);
      break;
    default:
      // Raw HTML is text. A line break is the one tag that models write into table cells, and it can do nothing.
      nodes.push(/^<br ?\/?>$/i.test(token.raw) ? '\n' : token.raw);
  }
}

function appendLink(
  nodes: MarkNode[],
  token: Tokens.Link,
  options: MarkdownOptions,
  depth: number,
  isInLink: boolean,
): void {
  const address = isInLink ? undefined : safeAddress(token.href);
  const children = address ? mergeText(tokensToNodes(token.tokens, options, depth, true)) : [];
  if (!address) nodes.push(token.raw);
  else nodes.push(link(address.href, textOf(children).trim() ? children : [address.host]));
}

function appendImage(nodes: MarkNode[], token: Tokens.Image, options: MarkdownOptions, isInLink: boolean): void {
  const address = safeAddress(token.href);
  if (!address) {
    nodes.push(token.raw);
    return;
  }
  const words = wordsFor(options.lang);
  const label = `${decodeReferences(token.text).trim() || words.image} (${words.imageAt} ${address.host})`;
  nodes.push(isInLink ? label : link(address.href, [label]));
}

function link(href: string, children: MarkNode[]): MarkNode {
  return element('a', { href, target: '_blank', rel: 'noopener noreferrer nofollow ugc' }, children);
}

// ---- plain words: citations, mentions, e-mail addresses

function appendWords(nodes: MarkNode[], raw: string, options: MarkdownOptions, isInLink: boolean): void {
  let from = 0;
  const flush = (until: number, isBeforeNumber = false) => {
    const text = decodeReferences(raw.slice(from, until));
    // A number keeps to the word that it proves, however the two were typed.
    const kept = isBeforeNumber ? text.replace(/[ \t]+$/, '') : text;
    if (kept !== '') nodes.push(kept);
  };
  if (!isInLink) {
    for (const found of raw.matchAll(/\[(\d{1,3}(?:\s?[,;–-]\s?\d{1,3}){0,9})\]|@/g)) {
      if (found.index < from) continue;
      if (found[1] !== undefined) {
        const citations = readCitations(found[1], options);
        if (!citations) continue;
        flush(found.index, true);
        for (const [at, citation] of citations.entries()) {
          // A word joiner keeps it on the line of that word.
          if (at > 0 || (found.index > 0 && raw[found.index - 1] !== '\n')) nodes.push('\u2060');
          nodes.push(citation);
        }
        from = found.index + found[0].length;
        continue;
      }
      const special = readMention(raw, found.index, options) ?? readEmail(raw, found.index, from);
      if (!special) continue;
      flush(special.start);
      nodes.push(special.node);
      from = special.end;
    }
  }
  flush(raw.length);
}

interface Special {
  start: number;
  end: number;
  node: MarkNode;
}

/** `1`, `1, 3` or `2-4`: a link for each. Undefined when none of them is a source. */
function readCitations(list: string, options: MarkdownOptions): MarkNode[] | undefined {
  const markers = markersIn(list);
  if (!markers.some((marker) => options.sources?.get(marker))) return undefined;
  return markers.map((marker) => citation(marker, options) ?? `[${marker}]`);
}

const LONGEST_RANGE = 20;

function markersIn(list: string): string[] {
  return list.split(/[,;]/).flatMap((part) => {
    const [from = 0, to = from] = part.split(/[–-]/).map(Number);
    if (to - from > LONGEST_RANGE) return [];
    return Array.from({ length: Math.max(0, to - from + 1) }, (_, at) => String(from + at));
  });
}

function citation(marker: string, options: MarkdownOptions): MarkNode | undefined {
  const source = options.sources?.get(marker);
  if (!source) return undefined;
  const attributes: Record<string, string> = { class: source.gone ? 'cite gone' : 'cite', 'data-cite': marker };
  // Without an address it is a number that leads nowhere yet; a label is not allowed on that.
  if (source.href) Object.assign(attributes, { href: source.href, 'aria-label': source.label });
  if (source.current) attributes['aria-current'] = 'true';
  const node = element('a', attributes, [marker]);
  node.click = (event) => options.onCite?.(marker, event);
  return node;
}

function readMention(raw: string, start: number, options: MarkdownOptions): Special | undefined {
  if (!options.mentions || /[\p{L}\p{N}_@]/u.test(raw.slice(Math.max(0, start - 2), start).slice(-1))) return undefined;
  let handle = /^[\p{L}\p{N}_.-]{1,120}/u.exec(raw.slice(start + 1, start + 241))?.[0] ?? '';
  // "@ratna." ends a sentence: the handle may be shorter than the characters that it could have.
  while (handle && !options.mentions.has(handle.toLowerCase()))
    handle = /[.-]$/.test(handle) ? handle.slice(0, -1) : '';
  const person = options.mentions.get(handle.toLowerCase());
  if (!handle || !person) return undefined;
  const node = element('span', { class: person.me ? 'at me' : 'at' }, [`@${handle}`]);
  return { start, end: start + 1 + handle.length, node };
}

function readEmail(raw: string, at: number, from: number): Special | undefined {
  const domain = /^[a-z0-9-]+(?:\.[a-z0-9-]+)+/i.exec(raw.slice(at + 1, at + 200))?.[0];
  const name = /[a-z0-9._+-]+$/i.exec(raw.slice(Math.max(from, at - 64), at))?.[0];
  const address = name && domain ? safeAddress(`mailto:${name}@${domain}`) : undefined;
  if (!address) return undefined;
  const start = at - name!.length;
  return { start, end: at + 1 + domain!.length, node: link(address.href, [`${name}@${domain}`]) };
}
