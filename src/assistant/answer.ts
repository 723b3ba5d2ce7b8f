// From a question to its answer: what is asked, what is found for it beforehand, the prompt, then the conversation with the model.
import { ModelError } from '../engines/llm/language-model.ts';
import { newId } from '../lib/ids.ts';
import type { Step } from '../protocol/models.ts';
import type { DocumentsHere } from './documents-here.ts';
import { type FoundPassages, findPassages } from './find-passages.ts';
import { type Asked, findAsked, gather } from './gather.ts';
import { type Images, loadImages } from './images.ts';
import { type FoundMemories, type LookForMemories, lookForMemories } from './memories-here.ts';
import { buildPrompt, type DocumentsInPrompt, hashPrompt } from './prompt.ts';
import { stepWords } from './step-words.ts';
import { ownRoomTools } from './tools/own-tools.ts';
import { toToolSpec } from './tools/run-tool.ts';
import { serverTools } from './tools/server-tools.ts';
import type { Strangers } from './tools/tool.ts';
import { type AnswerApp, type AnswerEvent, type AnswerInput, converse, type Tally } from './turn.ts';
import { isWholeQuestion } from './whole-question.ts';
import { answerFromWhole, planWholeReading } from './whole-reading.ts';

/**
 * Answers one question. Text deltas concatenate to the answer.
 * @throws ModelError or AppError; nothing is yielded after that
 */
export async function* answerQuestion(
  app: AnswerApp,
  input: AnswerInput,
  signal: AbortSignal,
): AsyncGenerator<AnswerEvent> {
  const startedAt = performance.now();
  const asked = await findAsked(app, input.room, input.questionId);
  const { documents } = asked;
  const recall = lookForMemories(app, { room: input.room, actor: input.actor, question: asked.question.text }, signal);
  if (documents && isWholeQuestion(asked.question.text)) {
    const search = documents.processed > 0 ? findPassages(app, documents, searched(asked), signal) : undefined;
    const reading = planWholeReading(asked, (await search)?.passages ?? []);
    if (reading) {
      const remembered = await recall.found;
      if (remembered.fitting > 0) yield { type: 'step', step: memoryStep(remembered) };
      yield* answerFromWhole(app, input, { ...asked, documents }, reading, { startedAt, remembered, signal });
      return;
    }
  }
  yield* answerFromPassages(app, input, asked, { startedAt, recall, signal });
}

async function* answerFromPassages(
  app: AnswerApp,
  input: AnswerInput,
  asked: Asked,
  { startedAt, recall, signal }: { startedAt: number; recall: LookForMemories; signal: AbortSignal },
): AsyncGenerator<AnswerEvent> {
  const { documents } = asked;
  const offered = serverTools(app, input.actor, input.room);
  const loading = documents ? loadImages(app, documents.attached, signal) : undefined;
  loading?.catch(() => undefined);

  // What is still being read is in the list, but cannot be searched yet.
  const search = documents?.processed ? startSearch(app, input, asked, documents, signal) : undefined;
  if (search) yield { type: 'step', step: search.step };
  const has = { documents: documents !== undefined, memories: await recall.any };
  const tools = [...(await ownRoomTools(has)), ...(await offered)];
  const specs = tools.map(toToolSpec);
  const passages = search?.found.then((found) => found.passages);
  const memories = recall.found.then((found) => found.memories);
  memories.catch(() => undefined);
  const gathered = await gather(app, { room: input.room, asked, tools, memories, ...(passages ? { passages } : {}) });
  const remembered = await recall.found;
  if (remembered.fitting > 0) yield { type: 'step', step: memoryStep(remembered) };
  const found = await search?.found;
  if (search && found) yield { type: 'step', step: search.ended(found) };
  const shown = await loading;
  const gatheredAt = performance.now();

  const onTheTable = documents && inPrompt(documents, found, shown);
  const room = { name: input.room.name, timeZone: input.room.time_zone, language: input.room.language };
  const now = Date.now();
  const promptWith = (table: DocumentsInPrompt | undefined) =>
    buildPrompt({ room, sections: gathered.sections, now, ...(table ? { documents: table } : {}) });
  const prompt = promptWith(onTheTable);
  const promptHash = hashPrompt(prompt, specs);
  const timings = {
    ...(found ? { searchMs: found.endedAt - startedAt } : {}),
    recallMs: remembered.endedAt - startedAt,
    gatherMs: gatheredAt - startedAt,
    promptMs: performance.now() - gatheredAt,
  };
  const shelf = documents && { shelf: documents.shelf };
  const given = { ...gathered, promptHash, timings, question: asked.question.text, ...shelf };
  yield { type: 'context', context: given };

  const tally: Tally = { said: '' };
  const strangers: Strangers = documents ? 'here' : gathered.quotesStrangers ? 'quoted' : 'nowhere';
  const conversation = { prompt, tools, specs, strangers, ...(documents ? { documents } : {}) };
  try {
    yield* converse(app, input, conversation, tally, signal);
  } catch (error) {
    // Many servers take the protocol but not the pictures; whoever asked gets an answer all the same.
    const mayBePictures = error instanceof ModelError && error.kind === 'bad_request' && tally.said === '';
    if (!mayBePictures || !onTheTable?.images?.length) throw error;
    app.log.warn('The model refused a request with pictures; asking again without them', { error });
    const { images: _, ...withoutImages } = onTheTable;
    const notes = [...(withoutImages.notes ?? []), 'The pictures are not shown to you: the model server refused them.'];
    const again = promptWith({ ...withoutImages, notes });
    // This one is answered, so this one is what can be proved.
    yield { type: 'context', context: { ...given, promptHash: hashPrompt(again, specs) } };
    yield* converse(app, input, { ...conversation, prompt: again }, tally, signal);
  }
}

function inPrompt(
  documents: DocumentsHere,
  found: FoundPassages | undefined,
  shown: Images | undefined,
): DocumentsInPrompt {
  return {
    total: documents.total,
    ...(found?.problem ? { problem: found.problem } : {}),
    ...(shown && shown.images.length > 0 ? { images: shown.images } : {}),
    ...(shown && shown.notes.length > 0 ? { notes: shown.notes } : {}),
  };
}

/** Seen when something that is remembered fits the question. */
const memoryStep = ({ fitting }: FoundMemories): Step => ({
  id: newId(),
  kind: 'memory',
  name: 'recall',
  status: 'done',
  found: fitting,
});

const searched = ({ question, before }: Asked) => ({
  text: question.text,
  ...(before === undefined ? {} : { before }),
});

/** Seen as a step like a tool's: searching the documents for the question is the first thing that happens. */
function startSearch(app: AnswerApp, input: AnswerInput, asked: Asked, documents: DocumentsHere, signal: AbortSignal) {
  const found = findPassages(app, documents, searched(asked), signal).then((result) => ({
    ...result,
    endedAt: performance.now(),
  }));
  // Awaited with the history; should that fail first, nobody is left to hear of this.
  found.catch(() => undefined);
  const step: Step = { id: newId(), kind: 'search', name: 'search_documents', status: 'running' };
  const words = stepWords(input.room.language);
  return {
    step,
    found,
    ended({ passages, keywordsOnly, problem }: FoundPassages): Step {
      if (problem) return { ...step, status: 'failed', summary: words.problem[problem] };
      const pages = new Set(passages.map(({ documentId, page }) => `${documentId} ${page}`)).size;
      const counts = { documents: documents.processed, passages: passages.length, pages };
      const covered = { documents: counts.documents, pages };
      return { ...step, status: 'done', summary: words.found(counts, keywordsOnly), covered };
    },
  };
}
