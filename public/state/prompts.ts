// Questions that fit a room: from the kinds of the documents that lie there, and from whether something was said yet.
import type { Document } from '../../src/protocol/document-models.ts';
import { moreWords } from '../lib/more-words.ts';
import { LIBRARY, shelfOf } from './documents.ts';
import type { OpenRoom } from './open-room.ts';

export interface Prompt {
  text: string;
  /** They go along with the question. */
  documents: readonly Document[];
}

const MOST = 7;
/** So much was said that there may be something to sum up. */
const CONVERSATION = 6;
const IS_CHANGE = /addend|perubahan|revis|rev[ ._-]?\d/i;

/** The paper of the tender first, then what others changed of it, then the conversation. Reads signals: call it while drawing. */
export function suggestPrompts(room: OpenRoom): Prompt[] {
  const { prompt } = moreWords.value.tools;
  const read = (place: string) => (shelfOf(place).items.value ?? []).filter((one) => one.status === 'processed');
  const here = read(room.id);
  const papers = here.filter((one) => one.kind === 'tor');
  const paper = papers.find((one) => !IS_CHANGE.test(one.name)) ?? papers[0] ?? here[0];
  const change = papers.find((one) => one !== paper && IS_CHANGE.test(one.name));
  const product = [...here, ...read(LIBRARY)].find((one) => one.kind === 'product');
  const of = (text: string, ...documents: Document[]): Prompt => ({ text, documents });
  const isTalking = room.window.value.messages.filter(({ author }) => author.kind !== 'system').length >= CONVERSATION;
  return [
    ...(paper?.kind === 'tor'
      ? [
          of(prompt.requirements(paper.name), paper),
          of(prompt.deadlines(paper.name), paper),
          of(prompt.penalties(paper.name), paper),
          of(prompt.clarify(paper.name), paper),
        ]
      : []),
    ...(paper && paper.kind !== 'tor' ? [of(prompt.summary(paper.name), paper)] : []),
    ...(paper && change ? [of(prompt.compare(paper.name, change.name), paper, change)] : []),
    ...(paper?.kind === 'tor' && product ? [of(prompt.fit(product.name, paper.name), product, paper)] : []),
    ...(isTalking ? [of(prompt.decided), of(prompt.tasks), of(prompt.letter)] : []),
    ...(paper || isTalking ? [] : [of(prompt.able)]),
  ].slice(0, MOST);
}
