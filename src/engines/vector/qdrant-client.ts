// The official client of Qdrant, as we need it: any address, no probe of its own, failures in our words.
import { QdrantClient } from '@qdrant/js-client-rest';
import { AppError } from '../../lib/errors.ts';
import { searchUnavailable } from './query-guard.ts';

export interface QdrantSettings {
  url: string;
  apiKey: string | undefined;
  timeoutMs: number;
}

const MAX_DETAIL_UNITS = 200;

/** @throws Error when the address is none */
export function createQdrantClient({ url, apiKey, timeoutMs }: QdrantSettings): QdrantClient {
  const address = new URL(url);
  const isSecure = address.protocol === 'https:';
  return new QdrantClient({
    host: address.hostname,
    // Given an address without a port, the client would go to 6333 whatever the scheme.
    port: address.port === '' ? (isSecure ? 443 : 80) : Number(address.port),
    https: isSecure,
    prefix: address.pathname.replace(/\/+$/, ''),
    // As its own option it would write to the console.
    headers: apiKey === undefined ? {} : { 'api-key': apiKey },
    timeout: timeoutMs,
    checkCompatibility: false,
  });
}

/** Something that was looked for is not there (yet, or any more). */
export const isMissing = (error: unknown): boolean => (error as { status?: unknown })?.status === 404;
/** What was to be made is there already. */
export const isThereAlready = (error: unknown): boolean => (error as { status?: unknown })?.status === 409;

/** @throws AppError unavailable for every failure of the server; what is no failure of it goes through */
export async function asking<Result>({ url, apiKey }: QdrantSettings, call: () => Promise<Result>): Promise<Result> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof AppError || isMissing(error) || isThereAlready(error)) throw error;
    const { status } = error as { status?: number };
    const { origin } = new URL(url);
    if (status === 401 || status === 403) {
      throw searchUnavailable(`Qdrant at ${origin} refused the key (${status}).`);
    }
    const detail = describe(error);
    const said = apiKey ? detail.replaceAll(apiKey, '…') : detail;
    throw searchUnavailable(`Qdrant at ${origin} failed: ${said.slice(0, MAX_DETAIL_UNITS)}`, error);
  }
}

function describe(error: unknown): string {
  const { data } = error as { data?: { status?: { error?: string } } };
  if (data?.status?.error) return data.status.error;
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (typeof code === 'string') return code;
  }
  return error instanceof Error ? error.message : String(error);
}
