// Our server as benchmarks need it: the real product, with people and rooms in it and a model that is paced by the clock.
import { roomScope } from '../../src/documents/index-document.ts';
import { searchPassages } from '../../src/documents/search.ts';
import { HASH_DIMENSIONS, hashTexts } from '../../src/engines/embedding/hash-texts.ts';
import type { LanguageModel } from '../../src/engines/llm/language-model.ts';
import type { IndexedPassage } from '../../src/engines/vector/vector-index.ts';
import { newId } from '../../src/lib/ids.ts';
import { DEFAULT_LIMITS, type Limits } from '../../src/limits.ts';
import type { User } from '../../src/protocol/models.ts';
import { insertMessage } from '../../src/rooms/message-store.ts';
import { putDocument } from '../../test/support/documents.ts';
import {
  addMember,
  createRoom,
  type Person,
  signUp,
  startProduct,
  stopProducts,
  type TestProduct,
} from '../../test/support/product.ts';
import { serveCalls } from './child.ts';
import { addMemories } from './memories.ts';
import { createMaker, type Maker } from './passages.ts';
import { clockMs, createProbes } from './probes.ts';
import { type Pace, paceTokens } from './tokens.ts';

const SUBJECTS = ['garansi', 'jadwal', 'pembayaran', 'spesifikasi', 'pelatihan', 'jaminan', 'evaluasi', 'pengiriman'];

/** About as long as passages are, with words that many share and some that few do. */
function passageText(index: number): string {
  const subject = SUBJECTS[index % SUBJECTS.length];
  const sentence = `Penyedia wajib memenuhi ketentuan ${subject} nomor ${index} untuk perangkat tipe ${index % 977} selama ${index % 60} bulan.`;
  const more = `Dokumen ${subject} disampaikan kepada panitia pengadaan sebelum batas akhir pemasukan dokumen penawaran. `;
  return `# ${subject} ${index}\n\n${sentence} ${more.repeat(5)}`.trim();
}

/** So many passages have vectors of their own; those after them have the same again, for what a vector says costs a search nothing. */
const EMBEDDED = 2_000;

function embeddedOnce(maker: Maker): Float32Array[] {
  const block = hashTexts(Array.from({ length: EMBEDDED }, maker.passage));
  return Array.from({ length: EMBEDDED }, (_, at) => block.slice(at * HASH_DIMENSIONS, (at + 1) * HASH_DIMENSIONS));
}

async function* withVectors(
  documentId: string,
  texts: readonly string[],
  vectors: readonly Float32Array[],
): AsyncGenerator<IndexedPassage[]> {
  yield texts.map((text, ordinal) => ({
    id: `${documentId}.1.${ordinal}`,
    ordinal,
    page: ordinal + 1,
    heading: '',
    text,
    vector: vectors[ordinal]!,
  }));
}

export interface SeededRoom {
  id: string;
  members: { token: string; userId: string }[];
}

/** People who register at a time. */
const SIGNING_UP = 16;

let product: TestProduct;
let pace: Pace = { count: 0, perSecond: 1 };
let stampsMs: number[] = [];
const calledAt: number[] = [];

const model: LanguageModel = {
  id: 'paced',
  model: 'paced',
  canJudge: false,
  acceptsImages: false,
  async *stream({ purpose = 'answer' }) {
    const stamps: number[] = [];
    if (purpose === 'answer') {
      calledAt.push(clockMs());
      stampsMs = stamps;
    }
    let text = '';
    for await (const delta of paceTokens(pace)) {
      stamps.push(clockMs());
      text += delta;
      yield { type: 'text', delta };
    }
    yield { type: 'done', stop: 'end', text, calls: [], usage: { inputTokens: 0, outputTokens: pace.count } };
  },
  check: async () => ({ ok: true, detail: 'paced by the clock' }),
};

const functions = {
  ...createProbes(),
  async start(limits: Partial<Limits>): Promise<string> {
    // Rooms and sockets in numbers come from one address here.
    const roomy = { socketsPerAddress: 100_000, socketsPerPerson: 100_000, joinsPerSecond: 100_000 };
    // The deadlines that people have, not the patient ones of tests.
    const { firstSearchMs, embedDeadlineMs, recallDeadlineMs } = DEFAULT_LIMITS;
    const asShipped = { firstSearchMs, embedDeadlineMs, recallDeadlineMs };
    product = await startProduct({ model, limits: { ...roomy, ...asShipped, ...limits } });
    return product.url;
  },
  /** `rooms` rooms, each with the same number of people, nobody in two of them. */
  async seed({ rooms, peoplePerRoom }: { rooms: number; peoplePerRoom: number }): Promise<SeededRoom[]> {
    const seeded: SeededRoom[] = [];
    for (let index = 0; index < rooms; index++) {
      const people: Person[] = [];
      while (people.length < peoplePerRoom) {
        const next = Array.from({ length: Math.min(SIGNING_UP, peoplePerRoom - people.length) }, () => signUp(product));
        people.push(...(await Promise.all(next)));
      }
      const [lead, ...others] = people;
      const room = await createRoom(lead!);
      await Promise.all(others.map((other) => addMember(lead!, room, other)));
      seeded.push({ id: room.id, members: people.map(({ token, user }) => ({ token, userId: user.id })) });
    }
    return seeded;
  },
  /** More rooms of one person, made as that person. */
  async addRooms({ token, count }: { token: string; count: number }): Promise<void> {
    for (let index = 0; index < count; index++) {
      const response = await fetch(`${product.url}/api/v1/rooms`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ name: `Ruang ${index}` }),
      });
      if (!response.ok) throw new Error(await response.text());
    }
  },
  /** Messages that have been said, written in one transaction. */
  async fill({ room, count }: { room: SeededRoom; count: number }): Promise<void> {
    const tenantId = (await product.app.db.selectFrom('tenants').select('id').executeTakeFirstOrThrow()).id;
    await product.app.roomLog.append(tenantId, room.id, async (entry) => {
      for (let index = 0; index < count; index++) {
        const seq = await entry.nextSeq();
        await insertMessage(entry.trx, tenantId, {
          id: newId(),
          roomId: room.id,
          seq,
          changedSeq: seq,
          author: { kind: 'person', id: room.members[index % room.members.length]!.userId, name: 'Ratna Wulandari' },
          text: `Catatan ${index}: masa garansi perangkat adalah tiga puluh enam bulan sejak berita acara serah terima.`,
          status: 'sent',
          mentions: [],
          reactions: [],
          createdAt: new Date().toISOString(),
        });
      }
    });
  },
  /** Accepted memories, the same number in each room. */
  async addMemories({ rooms, count }: { rooms: SeededRoom[]; count: number }): Promise<void> {
    const tenantId = (await product.app.db.selectFrom('tenants').select('id').executeTakeFirstOrThrow()).id;
    const places = rooms.map(({ id }) => ({ scope: 'room' as const, scopeId: id }));
    await addMemories(product, tenantId, places, count);
    await product.app.memoryEngine.load();
  },
  /** Documents of one-passage pages, the same number in each room, read and indexed. */
  async addPassages(given: { rooms: SeededRoom[]; passages: number; perDocument: number }): Promise<void> {
    const { rooms, passages, perDocument } = given;
    const { id: tenantId } = await product.app.db.selectFrom('tenants').select('id').executeTakeFirstOrThrow();
    for (let index = 0; index < passages / perDocument; index++) {
      const room = rooms[index % rooms.length]!;
      const by = { user: { id: room.members[0]!.userId, tenantId, fullName: 'Ratna Wulandari' } as User };
      const texts = Array.from({ length: perDocument }, (_, page) => passageText(index * perDocument + page));
      await putDocument(product.app, by, { room_id: room.id, name: `RKS ${index}.pdf`, texts });
    }
  },
  /** Made passages straight into the index, `perDocument` to a document, the same number of documents in each room. */
  async index(given: { rooms: SeededRoom[]; passages: number; perDocument: number; seed: number }): Promise<void> {
    const { rooms, passages, perDocument, seed } = given;
    const maker = createMaker(seed);
    const known = embeddedOnce(createMaker(seed));
    const { db, embedder, vectors } = product.app;
    const { id: tenantId } = await db.selectFrom('tenants').select('id').executeTakeFirstOrThrow();
    for (let at = 0; at < passages / perDocument; at++) {
      const room = rooms[at % rooms.length]!;
      const by = { user: { id: room.members[0]!.userId, tenantId, fullName: 'Ratna Wulandari' } as User };
      const { id } = await putDocument({ db }, by, { room_id: room.id, name: `RKS ${at}.pdf` });
      const batches = withVectors(
        id,
        Array.from({ length: perDocument }, maker.passage),
        known.slice((at * perDocument) % EMBEDDED),
      );
      const document = { tenantId, documentId: id, scope: roomScope(room.id), space: embedder.space, version: '1' };
      await vectors.replace(document, batches);
    }
  },
  /** `atOnce` people search, each one question after the other. @returns how long each search took, and how many found nothing */
  async search(given: { roomIds: string[]; questions: string[]; atOnce: number }): Promise<{
    tookMs: number[];
    empty: number;
  }> {
    const { roomIds, questions, atOnce } = given;
    const { id: tenantId } = await product.app.db.selectFrom('tenants').select('id').executeTakeFirstOrThrow();
    const waiting = [...questions];
    const tookMs: number[] = [];
    let empty = 0;
    const searcher = async (): Promise<void> => {
      for (let text = waiting.shift(); text !== undefined; text = waiting.shift()) {
        const startedAt = performance.now();
        const place = { tenantId, roomIds, library: true };
        const { hits } = await searchPassages(product.app, place, { text, limit: 10 });
        tookMs.push(performance.now() - startedAt);
        if (hits.length === 0) empty += 1;
      }
    };
    await Promise.all(Array.from({ length: atOnce }, searcher));
    return { tookMs, empty };
  },
  pace(given: Pace): void {
    pace = given;
  },
  stampsMs: () => stampsMs,
  calledAtMs: () => calledAt.splice(0),
  windowMs: () => product.app.limits.deltaWindowMs,
};
export type OurServer = typeof functions;

serveCalls(functions, stopProducts);
