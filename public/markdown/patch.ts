// Brings a document in line with a new tree by touching only what differs. Text that grew is appended in place, so that a
// selection in it survives; a node that is the same object as before is not even looked at.
import type { MarkElement, MarkNode } from './nodes.ts';

const SVG_TAGS = new Set(['svg', 'path', 'rect']);
const clicks = new WeakMap<Element, (event: Event) => void>();

/** Makes `parent` show `next`, given that it shows `previous`. Foreign children at the end (the caret) stay at the end. */
export function patchChildren(parent: Element, previous: readonly MarkNode[], next: readonly MarkNode[]): void {
  const shared = Math.min(previous.length, next.length);
  for (let index = 0; index < shared; index += 1) {
    const before = previous[index]!;
    const after = next[index]!;
    if (before !== after) patchNode(parent, parent.childNodes[index]!, before, after);
  }
  for (let index = previous.length - 1; index >= shared; index -= 1) parent.childNodes[index]!.remove();
  if (next.length === shared) return;
  const created = document.createDocumentFragment();
  for (const node of next.slice(shared)) created.append(createNode(node));
  parent.insertBefore(created, parent.childNodes[shared] ?? null);
}

function patchNode(parent: Element, shown: ChildNode, before: MarkNode, after: MarkNode): void {
  if (typeof before === 'string' && typeof after === 'string') patchText(shown as Text, before, after);
  else if (typeof before !== 'string' && typeof after !== 'string' && isSameKind(before, after))
    patchElement(shown as Element, before, after);
  else parent.replaceChild(createNode(after), shown);
}

const isSameKind = (before: MarkElement, after: MarkElement): boolean =>
  before.tag === after.tag && before.drawnFrom === after.drawnFrom;

function patchText(shown: Text, before: string, after: string): void {
  if (after.startsWith(before)) shown.appendData(after.slice(before.length));
  else if (before.startsWith(after)) shown.deleteData(after.length, before.length - after.length);
  else {
    let same = 0;
    while (before[same] === after[same]) same += 1;
    shown.replaceData(same, before.length - same, after.slice(same));
  }
}

function patchElement(shown: Element, before: MarkElement, after: MarkElement): void {
  for (const name of Object.keys(before.attributes)) if (!(name in after.attributes)) shown.removeAttribute(name);
  for (const [name, value] of Object.entries(after.attributes))
    if (before.attributes[name] !== value) shown.setAttribute(name, value);
  setClick(shown, after);
  if (after.drawnFrom === undefined) patchChildren(shown, before.children, after.children);
  after.mount?.(shown);
}

function createNode(node: MarkNode): Node {
  if (typeof node === 'string') return document.createTextNode(node);
  const created = SVG_TAGS.has(node.tag)
    ? document.createElementNS('http://www.w3.org/2000/svg', node.tag)
    : document.createElement(node.tag);
  for (const [name, value] of Object.entries(node.attributes)) created.setAttribute(name, value);
  setClick(created, node);
  if (node.drawnFrom === undefined) for (const child of node.children) created.append(createNode(child));
  node.mount?.(created);
  return created;
}

function setClick(shown: Element, node: MarkElement): void {
  if (!node.click) return;
  if (!clicks.has(shown)) shown.addEventListener('click', (event) => clicks.get(shown)?.(event));
  clicks.set(shown, node.click);
}
