// The shape of what the assistant is given: sections of items, each with its reference and its tokens.

export type SectionKind = 'rules' | 'brief' | 'summary' | 'messages' | 'tools' | 'question';

export interface ContextItem {
  /** What this is: a message id, a tool name, the room's id. */
  ref: string;
  tokens: number;
  text: string;
  /** For messages: who said it and when (epoch ms). */
  said?: { by: string; at: number; role: 'user' | 'assistant' };
  /** The text was cut to fit. */
  trimmed?: true;
}

/** Sections stand in the order of the prompt. `leftOut` counts items that did not fit the budget. */
export interface ContextSection {
  kind: SectionKind;
  tokens: number;
  items: ContextItem[];
  leftOut?: number;
}

/** The stored form: references and counts; the words stay where they are. */
export const withoutTexts = (sections: ContextSection[]) =>
  sections.map((section) => ({
    ...section,
    items: section.items.map(({ text: _text, said: _said, ...reference }) => reference),
  }));
