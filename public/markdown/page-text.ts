// What was read on one page of a document, as nodes: the same safe Markdown as a message, larger tables, and the cited words marked.
import type { ComponentChild } from 'preact';
import { findPassage, lettersIn } from '../lib/find-passage.ts';
import { readBlocks } from './blocks.ts';
import { markPassage } from './mark-passage.ts';
import { element, textOf } from './nodes.ts';
import { toVnode } from './render.ts';
import { createTreeBuilder } from './tree.ts';

/** A sheet has more cells than a message. */
const MOST_PARTS = 30_000;

export interface PageTextOptions {
  lang: 'en' | 'id';
  quote?: string | undefined;
  /** Stands in the margin beside the first marked line. */
  marker?: string | undefined;
  /** Fewer letters of the quote are not marked: on the pages around the cited one they are an accident. */
  leastLetters?: number | undefined;
}

export interface PageText {
  children: ComponentChild[];
  isMarked: boolean;
}

export function renderPageText(text: string, { lang, quote, marker, leastLetters = 1 }: PageTextOptions): PageText {
  const nodes = createTreeBuilder({ lang, isLiteral: true }).finished({
    blocks: readBlocks(text, MOST_PARTS),
    depth: 0,
  });
  const words = textOf(nodes);
  const ranges = quote ? findPassage(words, quote) : [];
  if (ranges.length === 0 || lettersIn(words, ranges) < leastLetters) {
    return { children: nodes.map(toVnode), isMarked: false };
  }
  const number = marker ? element('span', { class: 'cite margin', 'aria-hidden': 'true' }, [marker]) : undefined;
  return { children: markPassage(nodes, ranges, number).map(toVnode), isMarked: true };
}
