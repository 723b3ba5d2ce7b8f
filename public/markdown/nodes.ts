// The plain tree between Markdown and the screen, and what a caller may ask of it. Finished and growing text share this tree,
// so that both draw the same document.

export type MarkNode = string | MarkElement;

export interface MarkElement {
  tag: string;
  /** Made by this folder alone: names and classes are never taken from content. */
  attributes: Record<string, string>;
  children: MarkNode[];
  click?: (event: Event) => void;
  /** Called with the element when it is drawn and whenever it is drawn again. */
  mount?: (shown: Element) => void;
  /** What is inside is put there by `mount`, from this source; the children only say what it reads as. */
  drawnFrom?: string;
}

export interface CitedSource {
  /** What a screen reader says: "Source 2, Addendum 02 page 3". */
  label: string;
  href?: string;
  /** The document was deleted: the number stays, hollow. */
  gone?: boolean;
  /** Its page is the one that is open. */
  current?: boolean;
}

export interface MarkdownOptions {
  /** Language of labels and buttons, not of the text. Default `en`. */
  lang?: 'en' | 'id';
  /** Handles, in lower case and without "@", that are people (or the assistant) of the room. */
  mentions?: ReadonlyMap<string, { me: boolean }>;
  /** By marker: "1" for `[1]`. A marker that is not here stays text. */
  sources?: { get(marker: string): CitedSource | undefined };
  onCite?: (marker: string, event: Event) => void;
  onCopy?: (event: Event) => void;
  /** Shows the diagram around the pressed button by itself, in full size. */
  onEnlarge?: (event: Event) => void;
  /** The words stand as they were read, as on the page of a document: no formulas, no diagrams. */
  isLiteral?: boolean;
}

export function element(tag: string, attributes: Record<string, string>, children: MarkNode[]): MarkElement {
  return { tag, attributes, children: mergeText(children) };
}

/** Neighbouring strings become one, as they do in the document. */
export function mergeText(nodes: MarkNode[]): MarkNode[] {
  const merged: MarkNode[] = [];
  for (const node of nodes) {
    const last = merged.length - 1;
    if (typeof node === 'string') {
      if (node === '') continue;
      if (typeof merged[last] === 'string') merged[last] += node;
      else merged.push(node);
    } else merged.push(node);
  }
  return merged;
}

export function textOf(nodes: MarkNode[]): string {
  return nodes.map((node) => (typeof node === 'string' ? node : textOf(node.children))).join('');
}
