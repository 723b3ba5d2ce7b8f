// A stand-in for a Qdrant server: as much of its REST interface as we use, as strict as the real one where mistakes would show.
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Filter, isFilter, matches } from './qdrant-filter.ts';

type Json = Record<string, unknown>;
interface Sparse {
  indices: number[];
  values: number[];
}
export interface QdrantPoint {
  id: string | number;
  payload: Json;
  dense: Map<string, Float32Array>;
  sparse: Map<string, Map<number, number>>;
}
export interface QdrantCollection {
  vectors: Record<string, { size: number; distance: string }>;
  sparse: Record<string, { modifier?: string }>;
  points: Map<string, QdrantPoint>;
  indexes: Map<string, unknown>;
  config: Json;
}
export interface QdrantServer {
  url: string;
  collections: Map<string, QdrantCollection>;
  requests: { method: string; path: string; body: Json }[];
  /** From now on every request is answered so; undefined: as it should be. */
  fail(how: { status: number; error: string } | 'hang' | undefined): void;
  close(): Promise<void>;
}

class Refusal extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}
const bad = (message: string): never => {
  throw new Refusal(400, message);
};
const UUID = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;
/** How late a change is seen that nobody waits for. */
const LATE_MS = 30;

export async function startQdrantServer({ apiKey }: { apiKey?: string } = {}): Promise<QdrantServer> {
  const collections = new Map<string, QdrantCollection>();
  const requests: QdrantServer['requests'] = [];
  let failure: Parameters<QdrantServer['fail']>[0];
  const server = createServer(async (request, response) => {
    const reply = (status: number, body: unknown) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    };
    const url = new URL(request.url!, 'http://qdrant');
    const body = await readBody(request);
    requests.push({ method: request.method!, path: url.pathname, body });
    if (failure === 'hang') return;
    try {
      if (failure) throw new Refusal(failure.status, failure.error);
      if (apiKey && request.headers['api-key'] !== apiKey) {
        throw new Refusal(401, 'Must provide an API key or an Authorization bearer token');
      }
      const result = await answer(collections, request.method!, url, body);
      reply(200, { result, status: 'ok', time: 0.001 });
    } catch (error) {
      const status = error instanceof Refusal ? error.status : 500;
      reply(status, { status: { error: (error as Error).message }, time: 0 });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    collections,
    requests,
    fail: (how) => {
      failure = how;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function readBody(request: IncomingMessage): Promise<Json> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  return text === '' ? {} : JSON.parse(text);
}

async function answer(collections: Map<string, QdrantCollection>, method: string, url: URL, body: Json) {
  const [, root, name, ...rest] = url.pathname.split('/').map(decodeURIComponent);
  if (root !== 'collections') throw new Refusal(404, '');
  if (name === undefined) return { collections: [...collections.keys()].map((one) => ({ name: one })) };
  const action = `${method} ${rest.join('/')}`.trim();
  if (action === 'PUT') return create(collections, name, body);
  if (action === 'DELETE') return collections.delete(name);
  if (action === 'GET exists') return { exists: collections.has(name) };
  const collection = collections.get(name);
  if (!collection) throw new Refusal(404, `Not found: Collection \`${name}\` doesn't exist!`);
  const change = async (run: () => void) => {
    if (url.searchParams.get('wait') === 'true') run();
    else void sleep(LATE_MS).then(run);
    return { operation_id: 1, status: 'completed' };
  };
  switch (action) {
    case 'GET':
      return { status: 'green', config: { params: { vectors: collection.config.vectors } } };
    case 'POST points': {
      const ids = (body.ids as string[]).map(String);
      const found = ids.flatMap((id) => collection.points.get(id) ?? []);
      return found.map((point) => ({ id: point.id, payload: shown(point, body.with_payload ?? true) }));
    }
    case 'POST points/query':
      return { points: query(collection, body) };
    case 'PUT index':
      return change(() => collection.indexes.set(body.field_name as string, body.field_schema));
    case 'PUT points': {
      const points = (body.points as Json[]).map((point) => readPoint(collection, point));
      return change(() => upsert(collection, points));
    }
    case 'POST points/delete':
      return change(deletion(collection, body));
    case 'POST points/batch': {
      const runs = (body.operations as Json[]).map((operation) => operationOf(collection, operation));
      return change(() => {
        for (const run of runs) run();
      });
    }
    case 'POST points/scroll':
      return scroll(collection, body);
    case 'POST points/count':
      return { count: select(collection, body.filter).length };
    case 'POST points/query/batch':
      return (body.searches as Json[]).map((search) => ({ points: query(collection, search) }));
    default:
      throw new Refusal(404, `no route ${action}`);
  }
}

function create(collections: Map<string, QdrantCollection>, name: string, body: Json): boolean {
  if (collections.has(name)) throw new Refusal(409, `Wrong input: Collection \`${name}\` already exists!`);
  if (name.length > 255 || /[<>:"/\\|?*\0]/.test(name)) bad(`Collection name ${name} cannot be used`);
  const given = (body.vectors ?? {}) as Json;
  // A collection may have one vector without a name.
  const vectors = ('size' in given ? { '': given } : given) as QdrantCollection['vectors'];
  for (const { size, distance } of Object.values(vectors)) {
    if (!Number.isInteger(size) || size < 1 || size > 65_536) bad('vectors.size: must be from 1 to 65536');
    if (!['Cosine', 'Dot', 'Euclid', 'Manhattan'].includes(distance)) bad('unknown distance');
  }
  const sparse = (body.sparse_vectors ?? {}) as QdrantCollection['sparse'];
  collections.set(name, { vectors, sparse, points: new Map(), indexes: new Map(), config: body });
  return true;
}

function readPoint(collection: QdrantCollection, { id, payload, vector }: Json): QdrantPoint {
  if (!(Number.isInteger(id) && (id as number) >= 0) && !(typeof id === 'string' && UUID.test(id))) {
    bad(`value ${id} is not a valid point ID, valid values are either an unsigned integer or a UUID`);
  }
  if (vector === undefined) bad('missing field `vector`');
  const point: QdrantPoint = {
    id: id as string,
    payload: (payload ?? {}) as Json,
    dense: new Map(),
    sparse: new Map(),
  };
  const named = (Array.isArray(vector) ? { '': vector } : vector) as Record<string, number[] | Sparse>;
  for (const [name, value] of Object.entries(named)) {
    if (Array.isArray(value)) point.dense.set(name, readDense(collection, name, value));
    else point.sparse.set(name, readSparse(collection, name, value));
  }
  return point;
}

function readDense({ vectors }: QdrantCollection, name: string, value: number[]): Float32Array {
  const declared = vectors[name] ?? bad(`Wrong input: Not existing vector name error: ${name}`);
  if (value.length !== declared.size) {
    bad(`Wrong input: Vector dimension error: expected dim: ${declared.size}, got ${value.length}`);
  }
  if (!value.every(Number.isFinite)) bad('Format error in JSON body: invalid number');
  const length = declared.distance === 'Cosine' ? Math.sqrt(value.reduce((sum, one) => sum + one * one, 0)) || 1 : 1;
  return Float32Array.from(value, (one) => one / length);
}

function readSparse({ sparse }: QdrantCollection, name: string, { indices, values }: Sparse): Map<number, number> {
  if (!sparse[name]) bad(`Wrong input: Not existing vector name error: ${name}`);
  if (indices.length !== values.length) bad('Validation error: indices and values must be of the same length');
  if (new Set(indices).size !== indices.length) bad('Validation error: indices must be unique');
  if (!indices.every((one) => Number.isInteger(one) && one >= 0 && one < 2 ** 32)) bad('invalid index');
  return new Map(indices.map((index, at) => [index, values[at]!]));
}

function upsert(collection: QdrantCollection, points: QdrantPoint[]): void {
  for (const point of points) collection.points.set(String(point.id), point);
}

function select(collection: QdrantCollection, filter: unknown): QdrantPoint[] {
  if (filter !== undefined && !isFilter(filter))
    bad('Format error in JSON body: data did not match any variant of Filter');
  return [...collection.points.values()].filter(({ payload }) => matches(filter as Filter | undefined, payload));
}

function deletion(collection: QdrantCollection, { filter, points }: Json): () => void {
  if (filter === undefined && points === undefined) bad('Format error in JSON body: points or filter is needed');
  select(collection, filter);
  return () => {
    const ids = points ? (points as string[]).map(String) : select(collection, filter).map(({ id }) => String(id));
    for (const id of ids) collection.points.delete(id);
  };
}

function operationOf(collection: QdrantCollection, operation: Json): () => void {
  const [[kind, body]] = Object.entries(operation) as [[string, Json]];
  if (kind === 'delete') return deletion(collection, body);
  if (kind === 'upsert') {
    const points = (body.points as Json[]).map((point) => readPoint(collection, point));
    return () => upsert(collection, points);
  }
  if (kind !== 'set_payload' || body.filter === undefined) return bad(`unknown operation ${kind}`);
  select(collection, body.filter);
  return () => {
    for (const point of select(collection, body.filter)) Object.assign(point.payload, body.payload);
  };
}

const shown = ({ payload }: QdrantPoint, wanted: unknown): Json | undefined => {
  if (wanted === false) return undefined;
  if (!Array.isArray(wanted)) return payload;
  return Object.fromEntries(wanted.filter((key) => key in payload).map((key) => [key, payload[key]]));
};

function scroll(collection: QdrantCollection, { filter, limit = 10, offset, with_payload = true }: Json) {
  const sorted = select(collection, filter).sort((a, b) => (String(a.id) < String(b.id) ? -1 : 1));
  const from = offset === undefined ? 0 : sorted.findIndex(({ id }) => String(id) >= String(offset));
  const rest = from < 0 ? [] : sorted.slice(from);
  const points = rest.slice(0, limit as number).map((point) => ({ id: point.id, payload: shown(point, with_payload) }));
  return { points, next_page_offset: rest[limit as number]?.id ?? null };
}

function query(collection: QdrantCollection, search: Json) {
  const { query: wanted, using, filter, limit = 10, score_threshold, with_payload = false } = search;
  const candidates = select(collection, filter);
  const name = (using ?? '') as string;
  const scored = Array.isArray(wanted)
    ? scoreDense(collection, candidates, name, wanted)
    : scoreSparse(collection, candidates, name, wanted as Sparse);
  return scored
    .filter(({ score }) => score_threshold === undefined || score >= (score_threshold as number))
    .sort((a, b) => b.score - a.score)
    .slice(0, limit as number)
    .map(({ point, score }) => ({ id: point.id, version: 1, score, payload: shown(point, with_payload) }));
}

function scoreDense(collection: QdrantCollection, points: QdrantPoint[], name: string, wanted: number[]) {
  const vector = readDense(collection, name, wanted);
  return points.flatMap((point) => {
    const own = point.dense.get(name);
    return own ? [{ point, score: own.reduce((sum, value, at) => sum + value * vector[at]!, 0) }] : [];
  });
}

function scoreSparse(collection: QdrantCollection, points: QdrantPoint[], name: string, wanted: Sparse) {
  const vector = readSparse(collection, name, wanted);
  const all = [...collection.points.values()].flatMap(({ sparse }) => sparse.get(name) ?? []);
  const rareness = new Map(
    [...vector.keys()].map((index) => {
      const found = all.filter((one) => one.has(index)).length;
      const isRated = collection.sparse[name]!.modifier === 'idf';
      return [index, isRated ? Math.log((all.length - found + 0.5) / (found + 0.5) + 1) : 1] as const;
    }),
  );
  return points
    .map((point) => {
      const own = point.sparse.get(name);
      const score = [...vector].reduce(
        (sum, [index, weight]) => sum + weight * rareness.get(index)! * (own?.get(index) ?? 0),
        0,
      );
      return { point, score };
    })
    .filter(({ score }) => score > 0);
}
