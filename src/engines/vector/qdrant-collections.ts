// Our collections on a Qdrant server: one for each set of comparable vectors, made when the first vector comes.
import { createHash } from 'node:crypto';
import type { QdrantClient } from '@qdrant/js-client-rest';
import { isThereAlready } from './qdrant-client.ts';
import { DENSE, WORDS } from './qdrant-points.ts';

/** Changes with what points look like: what lies in collections of before is not looked at any more. */
const VERSION = 'v1';
/** Where passages are that have no vectors yet. */
const NO_VECTORS = 'words';

export class Collections {
  readonly #client: QdrantClient;
  readonly #prefix: string;
  #known: Promise<Set<string>> | undefined;

  /** @param prefix keeps installations apart that share a server */
  constructor(client: QdrantClient, prefix: string) {
    this.#client = client;
    this.#prefix = `${prefix}_${VERSION}_`;
  }

  /** All of ours. Asked of the server once, and again after `forget`. */
  async all(): Promise<string[]> {
    this.#known ??= this.#load();
    try {
      return [...(await this.#known)];
    } catch (error) {
      this.#known = undefined;
      throw error;
    }
  }

  forget(): void {
    this.#known = undefined;
  }

  /** @param dimensions 0 for passages without vectors */
  nameOf(space: string, dimensions: number): string {
    return this.#prefix + (dimensions === 0 ? NO_VECTORS : `${slug(space)}_${dimensions}`);
  }

  /** Makes it when it is not there. */
  async require(space: string, dimensions: number): Promise<string> {
    const name = this.nameOf(space, dimensions);
    if ((await this.all()).includes(name)) return name;
    await this.#create(name, dimensions);
    (await this.#known)?.add(name);
    return name;
  }

  /** Takes away what nothing lies in any more, such as the vectors of a former model. */
  async dropIfEmpty(name: string): Promise<void> {
    const { count } = await this.#client.count(name, { exact: true });
    if (count > 0) return;
    await this.#client.deleteCollection(name);
    (await this.#known)?.delete(name);
  }

  async #load(): Promise<Set<string>> {
    const { collections } = await this.#client.getCollections();
    return new Set(collections.map(({ name }) => name).filter((name) => name.startsWith(this.#prefix)));
  }

  async #create(name: string, dimensions: number): Promise<void> {
    try {
      await this.#client.createCollection(name, {
        vectors: dimensions === 0 ? {} : { [DENSE]: { size: dimensions, distance: 'Cosine', on_disk: true } },
        sparse_vectors: { [WORDS]: { modifier: 'idf' } },
        on_disk_payload: true,
        // Each place is searched alone, so each gets a graph of its own rather than all one together.
        hnsw_config: { m: 0, payload_m: 16 },
        quantization_config: { scalar: { type: 'int8', quantile: 0.99, always_ram: true } },
      });
    } catch (error) {
      if (!isThereAlready(error)) throw error;
    }
    const keyword = { type: 'keyword' as const };
    const fields = {
      place: { ...keyword, is_tenant: true },
      owner: keyword,
      tenant: keyword,
      document: keyword,
      kind: keyword,
      generation: keyword,
      live: { type: 'bool' as const },
      ordinal: { type: 'integer' as const },
    };
    for (const [field_name, field_schema] of Object.entries(fields)) {
      await this.#client.createPayloadIndex(name, { field_name, field_schema, wait: true });
    }
  }
}

/** Readable, and different for different spaces. */
const slug = (space: string): string =>
  `${space
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 60)}-${createHash('sha1').update(space).digest('hex').slice(0, 8)}`;
