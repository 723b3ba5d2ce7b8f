// The documents that an answer in a room may rest on: those of the room and of the library, nothing else.
import type { Selectable } from 'kysely';
import type { RoomsTable } from '../../database/schema.ts';
import type { App } from '../context.ts';
import { countDocuments, type DocumentRow, findDocuments } from '../documents/document-store.ts';
import type { ContextSection } from './context-sections.ts';
import { createPassageShelf, jsonLine, type PassageShelf } from './passages.ts';

/** What every reader of the room may see. The right of the asker is that of a member of this room; see turn-queue.ts. */
export interface AnswerPlace {
  tenantId: string;
  roomIds: readonly string[];
  library: boolean;
}

/** The documents on the table during one turn. */
export interface DocumentsHere {
  place: AnswerPlace;
  total: number;
  /** Of these, how many have been read. */
  processed: number;
  /** Those that the question brought along, in its order. */
  attached: DocumentRow[];
  /** The attached ones, then the newest of the room, then the newest of the library. */
  listed: DocumentRow[];
  shelf: PassageShelf;
}

const LISTED_OF_ROOM = 30;
const LISTED_OF_LIBRARY = 10;
/** The list may take at most this share of the prompt. */
const LIST_SHARE = 1 / 16;

export const placeOf = (room: Pick<Selectable<RoomsTable>, 'id' | 'tenant_id'>): AnswerPlace => ({
  tenantId: room.tenant_id,
  roomIds: [room.id],
  library: true,
});

/** @returns absent when there is no document here */
export async function findDocumentsHere(
  app: Pick<App, 'db'>,
  room: Pick<Selectable<RoomsTable>, 'id' | 'tenant_id'>,
  attachedIds: readonly string[],
): Promise<DocumentsHere | undefined> {
  const place = placeOf(room);
  const { tenantId } = place;
  const counts = await countDocuments(app.db, tenantId, place);
  if (counts.total === 0) return undefined;
  const ofRoom = { roomIds: place.roomIds, library: false, limit: LISTED_OF_ROOM };
  const ofLibrary = { roomIds: [], library: place.library, limit: LISTED_OF_LIBRARY };
  const [inRoom, inLibrary, found] = await Promise.all([
    findDocuments(app.db, tenantId, ofRoom),
    findDocuments(app.db, tenantId, ofLibrary),
    attachedIds.length > 0 ? findDocuments(app.db, tenantId, { ...place, documentIds: attachedIds }) : [],
  ]);
  const attached = attachedIds.flatMap((id) => found.find((row) => row.id === id) ?? []);
  const listed = new Map([...attached, ...inRoom, ...inLibrary].map((row) => [row.id, row]));
  return { place, ...counts, attached, listed: [...listed.values()], shelf: createPassageShelf() };
}

/** One line each, so that the model knows what exists and under which id it can be read. */
export function documentSection(app: Pick<App, 'limits' | 'tokens'>, here: DocumentsHere): ContextSection {
  const budget = Math.floor(app.limits.promptTokens * LIST_SHARE);
  const attached = new Set(here.attached.map(({ id }) => id));
  const section: ContextSection = { kind: 'documents', tokens: 0, items: [] };
  for (const row of here.listed) {
    const text = jsonLine({
      id: row.id,
      name: row.name,
      kind: row.kind,
      in: row.room_id === null ? 'library' : 'room',
      [`${row.progress_unit}s`]: row.pages,
      ...(row.status === 'processed' ? {} : { status: statusOf(row) }),
      ...(attached.has(row.id) ? { attachedToQuestion: true } : {}),
    });
    const tokens = app.tokens.estimate(text);
    if (section.items.length > 0 && section.tokens + tokens > budget) break;
    section.items.push({ ref: row.id, tokens, text });
    section.tokens += tokens;
  }
  const leftOut = here.total - section.items.length;
  return leftOut > 0 ? { ...section, leftOut, leftOutBecause: 'share' } : section;
}

const statusOf = ({ status, progress_done: done, progress_total: total }: DocumentRow): string =>
  status === 'processing' ? `being read, ${done} of ${total || '?'} so far` : status;
