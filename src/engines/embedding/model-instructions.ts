// Some families of models want to be told what a text is for, in words before it; without them they find less.
import type { EmbeddingPurpose } from './embedder.ts';

const FAMILIES: { name: RegExp; question: string; passage: string }[] = [
  // Instruct variants of E5 and Qwen take a task before the question only.
  {
    name: /e5.*instruct|qwen.*embedding/i,
    question: 'Instruct: Given a question, retrieve passages that answer it\nQuery: ',
    passage: '',
  },
  { name: /(^|[^a-z0-9])e5([^a-z0-9]|$)/i, question: 'query: ', passage: 'passage: ' },
  { name: /nomic-embed/i, question: 'search_query: ', passage: 'search_document: ' },
  { name: /embedding-?gemma/i, question: 'task: search result | query: ', passage: 'title: none | text: ' },
  {
    name: /mxbai-embed|bge-(small|base|large)-en|snowflake-arctic-embed/i,
    question: 'Represent this sentence for searching relevant passages: ',
    passage: '',
  },
];

/** @returns what stands before the text; empty for models that want nothing */
export const instructionFor = (model: string, purpose: EmbeddingPurpose): string =>
  FAMILIES.find(({ name }) => name.test(model))?.[purpose] ?? '';
