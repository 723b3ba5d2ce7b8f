// Which embedding model and which search index the environment asks for.

export interface EmbeddingConfig {
  /** `hashed` is built in; `remote` speaks to every server with OpenAI's protocol. */
  engine: 'hashed' | 'remote';
  url: string;
  apiKey: string | undefined;
  model: string | undefined;
  /** Length of vectors to ask for; undefined leaves it to the model. */
  dimensions: number | undefined;
}

export interface VectorConfig {
  engine: 'embedded' | 'qdrant';
  url: string;
  apiKey: string | undefined;
}

export interface FoundSearch {
  embedding: EmbeddingConfig;
  vectors: VectorConfig;
  problems: string[];
  warnings: string[];
}

/** As they stand in the environment; what is malformed is reported elsewhere. */
export interface SearchVariables {
  embedUrl: string | undefined;
  embedApiKey: string | undefined;
  embedModel: string | undefined;
  embedDim: string | undefined;
  vectorUrl: string | undefined;
  qdrantApiKey: string | undefined;
  qdrantHost: string | undefined;
  qdrantPort: string | undefined;
  /** Of the language model; the address is undefined for the built-in responder. */
  llmUrl: string | undefined;
  llmApiKey: string | undefined;
}

const OPENAI_URL = 'https://api.openai.com/v1';
const OPENAI_MODEL = 'text-embedding-3-small';
const QDRANT_PORT = '6333';
const BUILT_IN: EmbeddingConfig = {
  engine: 'hashed',
  url: 'hashed:',
  apiKey: undefined,
  model: undefined,
  dimensions: undefined,
};

export function readSearch(set: SearchVariables): FoundSearch {
  const problems: string[] = [];
  const warnings: string[] = [];
  const embedding = readEmbedding(set, problems, warnings);
  return { embedding, vectors: readVectors(set, problems), problems, warnings };
}

/** A model alone is asked of the language model's server; a key alone is OpenAI's, as it is for the language model. */
function readEmbedding(set: SearchVariables, problems: string[], warnings: string[]): EmbeddingConfig {
  const { embedUrl, embedApiKey, embedModel, embedDim, llmUrl, llmApiKey } = set;
  const isHashed = embedUrl !== undefined && /^hashed:/i.test(embedUrl);
  if (isHashed || (embedUrl ?? embedModel ?? embedApiKey) === undefined) {
    const idle = Object.entries({ EMBED_API_KEY: embedApiKey, EMBED_MODEL: embedModel, EMBED_DIM: embedDim });
    const names = idle.filter(([, value]) => value !== undefined).map(([name]) => name);
    if (names.length > 0) warnings.push(`The built-in embedder is used, which does not take ${names.join(' and ')}.`);
    return { ...BUILT_IN, url: embedUrl ?? BUILT_IN.url };
  }
  const url = embedUrl ?? llmUrl ?? (embedApiKey === undefined ? undefined : OPENAI_URL);
  if (url === undefined) {
    warnings.push(
      'EMBED_MODEL is set without a server: the built-in embedder is used until EMBED_URL or LLM_URL names one.',
    );
    return BUILT_IN;
  }
  if (embedModel === undefined && !isSameServer(url, OPENAI_URL)) {
    problems.push('EMBED_MODEL must name the model that the embedding server is to use');
  }
  return {
    engine: 'remote',
    url: withVersionPath(url),
    // The language model's key goes to the language model's server only.
    apiKey: embedApiKey ?? (isSameServer(url, llmUrl) ? llmApiKey : undefined),
    model: embedModel ?? OPENAI_MODEL,
    dimensions: embedDim === undefined ? undefined : Number(embedDim),
  };
}

function readVectors({ vectorUrl, qdrantHost, qdrantPort, qdrantApiKey: apiKey }: SearchVariables, problems: string[]) {
  const embedded: VectorConfig = { engine: 'embedded', url: vectorUrl ?? 'embedded:', apiKey: undefined };
  if (vectorUrl !== undefined) {
    return /^https?:/i.test(vectorUrl) ? { engine: 'qdrant' as const, url: vectorUrl, apiKey } : embedded;
  }
  if (qdrantHost === undefined) return embedded;
  const hasScheme = /^https?:\/\//i.test(qdrantHost);
  const address = URL.parse(hasScheme ? qdrantHost : `http://${qdrantHost}`);
  if (!address) {
    problems.push(`QDRANT_HOST must be the name or address of a server (it is "${qdrantHost.slice(0, 100)}")`);
    return embedded;
  }
  if (address.port === '') address.port = qdrantPort ?? QDRANT_PORT;
  return { engine: 'qdrant' as const, url: address.href, apiKey };
}

/** People paste the address of the server; the protocol lives under `/v1`. */
function withVersionPath(url: string): string {
  const address = URL.parse(url);
  if (address?.pathname === '/') address.pathname = '/v1';
  return (address?.href ?? url).replace(/\/+$/, '');
}

const isSameServer = (one: string | undefined, other: string | undefined): boolean => {
  const [a, b] = [URL.parse(one ?? ''), URL.parse(other ?? '')];
  return a !== null && b !== null && /^http/.test(a.protocol) && a.origin === b.origin;
};
