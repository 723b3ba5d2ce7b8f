// Turns the references that are kept of a prompt back into what they stand for: as it is now, for one who looks at it.
import type { Actor, App } from '../context.ts';
import { findDocuments, findPage } from '../documents/document-store.ts';
import { findPassage } from '../documents/find-passage.ts';
import { toIso } from '../lib/time.ts';
import { findForgotten, findMemories, isUsable, toMemory } from '../memory/memory-store.ts';
import type { ContextItem, ContextPart } from '../protocol/context-models.ts';
import type { Message } from '../protocol/models.ts';
import type { RoomRow } from '../rooms/room-store.ts';
import { digestOf, type StoredItem, type StoredSection } from './context-sections.ts';
import { countSaidBefore, findGivenMessages, type GivenMessage } from './context-store.ts';
import { placeOf } from './documents-here.ts';
import { markerOf, pageChunkId } from './passages.ts';
import { documentRules, MEMORY_RULES, RULES } from './prompt.ts';

export type ResolveApp = Pick<App, 'db' | 'vectors' | 'log'>;

export interface ExplainedAnswer {
  room: RoomRow;
  answer: Message;
  questionId: string;
}

/** How much of each is shown. */
const TEXT_UNITS = 8_000;
const MESSAGE_UNITS = 280;
const PASSAGE_UNITS = 480;
/** An answer about whole documents rests on hundreds of pages; of the first ones it is shown what they say. */
const PASSAGES_SHOWN = 40;

/** @param explained the caller has seen to it that the viewer may read its room */
export async function resolveParts(
  app: ResolveApp,
  viewer: Pick<Actor, 'userId'>,
  explained: ExplainedAnswer,
  sections: readonly StoredSection[],
): Promise<ContextPart[]> {
  const refsOf = (...kinds: StoredSection['kind'][]) =>
    sections.filter(({ kind }) => kinds.includes(kind)).flatMap(({ items }) => items.map(({ ref }) => ref));
  const { room } = explained;
  const messages = await findGivenMessages(app.db, room.tenant_id, room.id, refsOf('messages', 'question'));
  const documents = await documentNames(app, explained, sections);
  const memories = await createMemoryResolver(app, viewer, room, refsOf('memories'));
  const parts: ContextPart[] = [];
  for (const section of sections) {
    const items: ContextItem[] = [];
    let hidden = 0;
    for (const [place, item] of section.items.entries()) {
      const common = {
        ref: item.ref,
        tokens: item.tokens,
        ...(item.cutTokens === undefined ? {} : { cutTokens: item.cutTokens }),
      };
      const is = async () => {
        switch (section.kind) {
          case 'messages':
          case 'question':
            return resolveMessage(messages.get(item.ref));
          case 'documents':
            return resolveDocument(documents.get(item.ref));
          case 'passages':
            return resolvePassage(app, explained, item, { documents, isShown: place < PASSAGES_SHOWN });
          case 'memories':
            return memories(item);
          case 'tools':
            return { state: 'given' as const, calls: callsOf(explained.answer, item.ref, sections) };
          default:
            return resolveText(item, textsOf(section.kind, room, sections));
        }
      };
      const resolved = await is();
      if (resolved) items.push({ ...common, ...resolved });
      else hidden += 1;
    }
    const leftOut = await leftOutOf(app, explained, section, messages);
    parts.push({
      kind: section.kind,
      tokens: section.tokens,
      items,
      ...(hidden > 0 ? { hidden } : {}),
      ...(leftOut ? { leftOut } : {}),
    });
  }
  return parts;
}

type Resolved = Omit<ContextItem, 'ref' | 'tokens' | 'cutTokens'>;

/** What a reference may stand for now; of what has changed the words of then are gone. */
function textsOf(kind: StoredSection['kind'], room: RoomRow, sections: readonly StoredSection[]): string[] {
  if (kind === 'brief') return [room.brief];
  if (kind === 'summary') return [room.summary];
  const listed = sections.find((section) => section.kind === 'documents');
  return [RULES, documentRules((listed?.items.length ?? 0) + (listed?.leftOut ?? 0)), MEMORY_RULES];
}

function resolveText(item: StoredItem, texts: readonly string[]): Resolved {
  const text = item.digest === undefined ? texts[0] : texts.find((one) => digestOf(one) === item.digest);
  if (text === undefined || text === '') return { state: 'changed' };
  return { state: 'given', text: shorten(text, TEXT_UNITS) };
}

function resolveMessage(message: GivenMessage | undefined): Resolved {
  if (!message) return { state: 'deleted' };
  const said = { saidBy: message.authorName, saidAt: toIso(message.createdAt) };
  if (message.isDeleted) return { state: 'deleted', ...said };
  return { state: 'given', ...said, text: shorten(message.text, MESSAGE_UNITS) };
}

/** @returns nothing for what is another person's alone */
async function createMemoryResolver(
  app: Pick<App, 'db'>,
  viewer: Pick<Actor, 'userId'>,
  { tenant_id: tenantId }: RoomRow,
  ids: readonly string[],
): Promise<(item: StoredItem) => Resolved | undefined> {
  const rows = new Map((await findMemories(app.db, tenantId, ids)).map((row) => [row.id, row]));
  const forgotten = await findForgotten(app.db, tenantId, ids);
  return (item) => {
    const row = rows.get(item.ref);
    if (!row) {
      const gone = forgotten.get(item.ref);
      if (gone?.scope === 'person' && gone.scopeId !== viewer.userId) return undefined;
      return { state: 'forgotten', ...(gone ? { stateAt: toIso(gone.at) } : {}) };
    }
    if (row.scope === 'person' && row.scope_id !== viewer.userId) return undefined;
    const isSame = item.digest === undefined || item.digest === digestOf(row.text);
    const { source } = toMemory(row);
    return {
      state: isSame ? 'given' : 'changed',
      text: row.text,
      saidBy: source.authorName,
      saidAt: source.saidAt,
      memory: {
        scope: row.scope,
        isUsed: isUsable(row),
        ...(source.messageId && !source.deleted ? { messageId: source.messageId } : {}),
      },
    };
  };
}

const resolveDocument = (name: string | undefined): Resolved =>
  name === undefined ? { state: 'deleted' } : { state: 'given', text: name };

/** Names of the documents that are still there, by id. Whoever reads the room may see them all. */
async function documentNames(
  app: Pick<App, 'db'>,
  { room }: ExplainedAnswer,
  sections: readonly StoredSection[],
): Promise<Map<string, string>> {
  const ids = new Set<string>();
  for (const { kind, items } of sections) {
    for (const { ref, passage } of items) {
      if (kind === 'documents') ids.add(ref);
      if (passage) ids.add(passage.documentId);
    }
  }
  if (ids.size === 0) return new Map();
  const rows = await findDocuments(app.db, room.tenant_id, { ...placeOf(room), documentIds: [...ids] });
  return new Map(rows.map(({ id, name }) => [id, name]));
}

async function resolvePassage(
  app: ResolveApp,
  { answer, room }: ExplainedAnswer,
  item: StoredItem,
  options: { documents: ReadonlyMap<string, string>; isShown: boolean },
): Promise<Resolved> {
  const { number, documentId, page } = item.passage ?? { number: 0, documentId: '', page: 0 };
  const source = answer.sources?.find(({ chunkId }) => chunkId === item.ref);
  const name = options.documents.get(documentId);
  const passage = {
    marker: markerOf({ number }),
    documentId,
    documentName: name ?? source?.documentName ?? '',
    page: source?.page ?? page,
    cited: source !== undefined,
  };
  if (name === undefined) return { state: 'deleted', passage };
  if (source) {
    const heading = source.heading ? { heading: source.heading } : {};
    return { state: 'given', passage: { ...passage, ...heading }, text: shorten(source.quote, PASSAGE_UNITS) };
  }
  if (!options.isShown) return { state: 'given', passage };
  const isWholePage = item.ref === pageChunkId(documentId, page);
  const found = isWholePage
    ? await findPage(app.db, room.tenant_id, documentId, page)
    : await findPassage(app, room.tenant_id, item.ref);
  if (!found) return { state: 'changed', passage };
  const heading = 'heading' in found && found.heading ? { heading: found.heading } : {};
  return { state: 'given', passage: { ...passage, ...heading }, text: shorten(found.text, PASSAGE_UNITS) };
}

/** The first search of the documents is the answer's own; every other step of a tool's name was a call of the model. */
function callsOf(answer: Message, tool: string, sections: readonly StoredSection[]): number {
  const steps = (answer.steps ?? []).filter(({ name, kind }) => name === tool && kind !== 'approval');
  const isSearchedBefore = tool === 'search_documents' && sections.some(({ kind }) => kind === 'passages');
  return Math.max(0, steps.length - (isSearchedBefore ? 1 : 0));
}

/** Of messages everything that stands before the oldest one given, however long ago. */
async function leftOutOf(
  app: Pick<App, 'db'>,
  { room, questionId }: ExplainedAnswer,
  section: StoredSection,
  messages: ReadonlyMap<string, GivenMessage>,
): Promise<ContextPart['leftOut']> {
  const { leftOut: count = 0, leftOutBecause: reason = 'budget' } = section;
  if (section.kind !== 'messages') return count > 0 ? { count, reason } : undefined;
  if (count === 0 && section.leftOutBecause === undefined) return undefined;
  const given = section.items.flatMap(({ ref }) => messages.get(ref)?.seq ?? []);
  const oldest = given.length > 0 ? Math.min(...given) : messages.get(questionId)?.seq;
  const older = oldest === undefined ? count : await countSaidBefore(app.db, room.tenant_id, room.id, oldest);
  return older > 0 ? { count: older, reason } : undefined;
}

function shorten(text: string, units: number): string {
  if (text.length <= units) return text;
  const cut = text.slice(0, units);
  const end = cut.lastIndexOf(' ');
  return `${(end > units / 2 ? cut.slice(0, end) : cut).toWellFormed().trimEnd()}…`;
}
