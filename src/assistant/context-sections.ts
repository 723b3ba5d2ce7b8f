// The shape of what the assistant is given: sections of items, each with its reference and its tokens.
import { createHash } from 'node:crypto';
import type { ContextKind, LeftOutReason } from '../protocol/names.ts';

export interface ContextItem {
  /** What this is: a message id, a tool name, the room's id, a document's id, a passage's chunk id. */
  ref: string;
  tokens: number;
  text: string;
  /** For messages: who said it and when (epoch ms), and whether it is an answer that was cut short. */
  said?: { by: string; at: number; role: 'user' | 'assistant'; isIncomplete?: true };
  /** For messages: names of the documents they brought along. */
  attached?: string[];
  /** For passages: under which number it can be cited, and where it stands. */
  passage?: { number: number; documentId: string; page: number };
  /** The text was cut to fit, by so many tokens. */
  trimmed?: true;
  cutTokens?: number;
  /** Of a text that is kept elsewhere under the same reference and may change there: tells whether it has. */
  digest?: string;
}

/** Sections stand in the order of the prompt. `leftOut` counts items that were not given, and why. */
export interface ContextSection {
  kind: ContextKind;
  tokens: number;
  items: ContextItem[];
  leftOut?: number;
  leftOutBecause?: LeftOutReason;
}

export type StoredItem = Omit<ContextItem, 'text' | 'said' | 'attached'>;
export type StoredSection = Omit<ContextSection, 'items'> & { items: StoredItem[] };

export const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);

/** The stored form: references and counts; the words stay where they are. */
export const withoutTexts = (sections: ContextSection[]): StoredSection[] =>
  sections.map((section) => ({
    ...section,
    items: section.items.map(({ text: _text, said: _said, attached: _attached, ...reference }) => reference),
  }));

/** The sections of an answer in parts: what all of them were given, and once for each part the passages that it was given. */
export const withMoreSections = (before: ContextSection[], more: ContextSection[]): ContextSection[] =>
  before.map((section) => {
    const added = section.kind === 'passages' ? more.find(({ kind }) => kind === 'passages') : undefined;
    if (!added) return section;
    return { ...section, tokens: section.tokens + added.tokens, items: [...section.items, ...added.items] };
  });
