// How well facts are found in what people say, whose they are taken for, which replace which, and whether they are recalled where they may be.
import { readFileSync } from 'node:fs';
import { newId } from '../src/lib/ids.ts';
import type { KnownMemory, Place } from '../src/memory/memory-store.ts';
import { recallMemories } from '../src/memory/recall.ts';
import type { Message } from '../src/protocol/models.ts';
import type { MemoryKind } from '../src/protocol/names.ts';
import {
  addMember,
  createRoom,
  eventually,
  type Person,
  signUp,
  startProduct,
  stopProducts,
  type TestProduct,
} from '../test/support/product.ts';
import type { Measure, Row } from './support/measure.ts';

/** One message of a conversation; without `kind` nothing of it may be remembered. */
interface Said {
  room: string;
  by: string;
  text: string;
  kind?: MemoryKind;
  id?: string;
  /** Id of the message whose fact no longer holds. */
  replaces?: string;
  /** What somebody may ask later that this answers. */
  questions?: string[];
}

/** Seven conversations of our own, in Indonesian and English, with questions, requests, guesses, quotes and secrets among the facts. */
const SAMPLE = new URL('./samples/memory/said.jsonl', import.meta.url);
const BEST = 10;
const PERSONAL = 'personal:';

export const memoryQuality: Measure = {
  name: 'memory-quality',
  async run() {
    const said = readFileSync(SAMPLE, 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Said);
    const product = await startProduct({ limits: { memoryQuietMs: 0 } });
    try {
      const told = await tell(product, said);
      return [...(await foundRows(product, told)), ...(await recallRows(product, told))];
    } finally {
      await stopProducts();
    }
  },
};

interface Told {
  said: (Said & { messageId: string; memories: KnownMemory[] })[];
  /** Of each conversation. */
  places: Map<string, Place>;
  tenantId: string;
}

/** Says everything in rooms that remember by themselves, in order, and waits until all of it was looked through. */
async function tell(product: TestProduct, said: readonly Said[]): Promise<Told> {
  const people = new Map<string, Person>();
  for (const name of new Set(said.map(({ by }) => by))) people.set(name, await signUp(product, name));
  const places = new Map<string, Place>();
  const withIds: { line: Said; messageId: string }[] = [];
  for (const name of new Set(said.map(({ room }) => room))) {
    const lines = said.filter(({ room }) => room === name);
    const [first, ...others] = [...new Set(lines.map(({ by }) => by))].map((by) => people.get(by)!);
    const kind = name.startsWith(PERSONAL) ? 'personal' : 'group';
    const room = await createRoom(first!, { name: 'Ruang', kind, memory: { mode: 'auto' } });
    for (const other of others) await addMember(first!, room, other);
    places.set(
      name,
      kind === 'personal' ? { scope: 'person', scopeId: first!.user.id } : { scope: 'room', scopeId: room.id },
    );
    for (const line of lines) {
      const body = { clientId: newId(), text: line.text, assistant: 'skip' };
      const path = `/api/v1/rooms/${room.id}/messages`;
      const { message } = await people.get(line.by)!.call<{ message: Message }>('POST', path, body);
      withIds.push({ line, messageId: message.id });
    }
  }
  const { db } = product.app;
  await eventually(
    async () => {
      const rows = await db.selectFrom('rooms').select('id').whereRef('memory_seq', '<', 'last_seq').execute();
      const stale = await db
        .selectFrom('memories')
        .select('id')
        .where('status', '=', 'accepted')
        .where('indexed_version', 'is', null)
        .execute();
      return rows.length === 0 && stale.length === 0;
    },
    'the end of looking through',
    60_000,
  );
  const rows = (await db.selectFrom('memories').selectAll().execute()) as KnownMemory[];
  return {
    said: withIds.map(({ line, messageId }) => ({
      ...line,
      messageId,
      memories: rows.filter(({ source_message_id }) => source_message_id === messageId),
    })),
    places,
    tenantId: [...people.values()][0]!.user.tenantId,
  };
}

const percent = (part: number, of: number): string =>
  `${((100 * part) / Math.max(1, of)).toFixed(0)} % (${part} of ${of})`;
const row = (measure: string, part: number, of: number, target: number): Row => ({
  measure,
  ours: percent(part, of),
  reference: '–',
  target: target === 0 ? '0' : `≥ ${target * 100} %`,
  isMet: target === 0 ? part === 0 : part >= target * of,
});

async function foundRows(product: TestProduct, { said }: Told): Promise<Row[]> {
  const facts = said.filter(({ kind }) => kind !== undefined);
  const others = said.filter(({ kind }) => kind === undefined);
  const found = facts.filter(({ memories }) => memories.length > 0);
  const users = await product.app.db.selectFrom('users').select(['id', 'full_name']).execute();
  const nameOf = new Map(users.map(({ id, full_name }) => [id, full_name]));
  const right = found.filter(({ by, memories }) => memories.every(({ author_id }) => nameOf.get(author_id) === by));
  const replacing = said.filter(({ replaces }) => replaces !== undefined);
  const replaced = replacing.filter(({ replaces, memories }) => {
    const older = said.find(({ id }) => id === replaces)!.memories;
    return (
      memories.some(({ status }) => status === 'accepted') &&
      older.every(({ status, superseded_by }) => status === 'superseded' && superseded_by !== null)
    );
  });
  const kept = facts.filter(({ id }) => !replacing.some(({ replaces }) => replaces === id));
  const lost = kept.filter(({ memories }) => memories.some(({ status }) => status === 'superseded'));
  return [
    row('facts found in what people say, by rules', found.length, facts.length, 0.9),
    row(
      'said, but no facts (questions, guesses, quotes, secrets): remembered',
      others.filter(({ memories }) => memories.length > 0).length,
      others.length,
      0,
    ),
    row('facts taken for the right person’s', right.length, found.length, 1),
    row('facts that a newer one contradicts: replaced', replaced.length, replacing.length, 0.9),
    row('facts that nothing contradicts: replaced', lost.length, kept.length, 0),
  ];
}

async function recallRows(product: TestProduct, { said, places, tenantId }: Told): Promise<Row[]> {
  const asked = said.flatMap((line) => (line.questions ?? []).map((text) => ({ ...line, question: text })));
  const recall = async (room: string, text: string): Promise<KnownMemory[]> => {
    const here: Place[] = [places.get(room)!, { scope: 'tenant', scopeId: tenantId }];
    return (await recallMemories(product.app, { tenantId, places: here, text, limit: BEST })).memories;
  };
  const kinds = new Map<string, { hits: number; first: number; of: number }>();
  let [together, leaks] = [0, 0];
  let looks = 0;
  for (const { room, kind, question, messageId, memories } of asked) {
    if (memories.length === 0) continue;
    const score = kinds.get(kind!) ?? { hits: 0, first: 0, of: 0 };
    const ids = (await recall(room, question)).map(({ source_message_id }) => source_message_id);
    score.of += 1;
    if (ids.includes(messageId)) score.hits += 1;
    if (ids[0] === messageId) score.first += 1;
    kinds.set(kind!, score);
    const all = { tenantId, places: [...places.values()], text: question, limit: BEST };
    const among = (await recallMemories(product.app, all)).memories;
    if (among.some(({ source_message_id }) => source_message_id === messageId)) together += 1;
    for (const elsewhere of places.keys()) {
      if (elsewhere === room) continue;
      looks += 1;
      const own = places.get(elsewhere)!.scopeId;
      if ((await recall(elsewhere, question)).some(({ scope_id }) => scope_id !== own)) leaks += 1;
    }
  }
  const total = [...kinds.values()].reduce((sum, one) => ({
    hits: sum.hits + one.hits,
    first: sum.first + one.first,
    of: sum.of + one.of,
  }));
  return [
    row(
      `evidence among the best ${BEST}: all questions (first in ${percent(total.first, total.of)})`,
      total.hits,
      total.of,
      0.9,
    ),
    ...[...kinds].sort().map(([kind, { hits, of }]) => row(`evidence among the best ${BEST}: ${kind}`, hits, of, 0.8)),
    row(`evidence among the best ${BEST} of all conversations together`, together, total.of, 0.9),
    row('the same questions asked in every other place: memories of elsewhere named', leaks, looks, 0),
  ];
}
