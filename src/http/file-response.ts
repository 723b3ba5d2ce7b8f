// A file as an answer: whole or a range of it, always as something to save or to fetch, never as a page of ours.
import { Readable } from 'node:stream';
import type { RequestInfo } from './route-handler.ts';

export interface FileAnswer {
  name: string;
  contentType: string;
  bytes: number;
  /** Changes when the content does. */
  version: string;
  /** Whether a browser may show it in place. */
  isInline: boolean;
  /** @param range bytes, both ends included */
  open(range?: ByteRange): Promise<Readable>;
}

export interface ByteRange {
  start: number;
  end: number;
}

/** What a browser would run or draw when it met it in our origin. */
const ACTIVE = /^(text\/html|application\/xhtml\+xml|image\/svg\+xml|text\/xml|application\/xml)\b/;
/** Nothing in it runs, loads or belongs to our origin, even when somebody opens it as a page. `fetch` in a page of ours is not held by it. */
const CONTENT_SECURITY_POLICY = "default-src 'none'; sandbox";

export async function fileResponse(
  file: FileAnswer,
  request: Pick<RequestInfo, 'header' | 'isHead'>,
): Promise<Response> {
  const etag = `"${file.version}"`;
  const headers: Record<string, string> = {
    'accept-ranges': 'bytes',
    // Kept by the browser, but asked for each time: the right to see it may have ended.
    'cache-control': 'private, no-cache',
    'content-disposition': contentDisposition(file.isInline ? 'inline' : 'attachment', file.name),
    'content-security-policy': CONTENT_SECURITY_POLICY,
    'content-type': ACTIVE.test(file.contentType) ? 'application/octet-stream' : file.contentType,
    'cross-origin-resource-policy': 'same-origin',
    etag,
    'x-content-type-options': 'nosniff',
  };
  if (isKnown(request.header('if-none-match'), etag)) return new Response(null, { status: 304, headers });
  const range = rangeOf(request, etag, file.bytes);
  if (range === 'outside') {
    return new Response(null, { status: 416, headers: { ...headers, 'content-range': `bytes */${file.bytes}` } });
  }
  const bytes = range ? range.end - range.start + 1 : file.bytes;
  headers['content-length'] = String(bytes);
  if (range) headers['content-range'] = `bytes ${range.start}-${range.end}/${file.bytes}`;
  const status = range ? 206 : 200;
  if (request.isHead) return new Response(null, { status, headers });
  const content = await file.open(range);
  return new Response(Readable.toWeb(content) as ReadableStream<Uint8Array>, { status, headers });
}

const isKnown = (ifNoneMatch: string | undefined, etag: string): boolean =>
  ifNoneMatch?.split(',').some((one) => one.trim() === '*' || one.trim().replace(/^W\//, '') === etag) ?? false;

/** Several ranges at once are answered with the whole, as RFC 9110 allows; so is what cannot be understood. */
function rangeOf(request: Pick<RequestInfo, 'header'>, etag: string, bytes: number): ByteRange | 'outside' | undefined {
  const [, first, last] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(request.header('range')?.trim() ?? '') ?? [];
  if (first === undefined || last === undefined || (first === '' && last === '')) return undefined;
  const ifRange = request.header('if-range');
  if (ifRange !== undefined && ifRange !== etag) return undefined;
  if (first === '') {
    const length = Math.min(Number(last), bytes);
    return length === 0 ? 'outside' : { start: bytes - length, end: bytes - 1 };
  }
  const start = Number(first);
  if (last !== '' && Number(last) < start) return undefined;
  if (start >= bytes) return 'outside';
  return { start, end: last === '' ? bytes - 1 : Math.min(Number(last), bytes - 1) };
}

/** RFC 6266: the name in ASCII for old clients, the real one as RFC 5987 has it. */
export function contentDisposition(type: 'inline' | 'attachment', name: string): string {
  const ascii = name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^\x20-\x7e]|["\\%]/gu, '_');
  const encoded = encodeURIComponent(name).replace(
    /['()*]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `${type}; filename="${ascii}"; filename*=UTF-8''${encoded}`;
}
