// The few requests to an S3-compatible server that a store of files needs: signed, bounded in time, tried again, bodies never in memory.
import { Agent as HttpAgent, type IncomingMessage, request as requestHttp } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import type { Readable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import { AwsV4Signer } from 'aws4fetch';

export interface S3Options {
  /** Scheme, host and port: `https://s3.ap-southeast-3.amazonaws.com`. */
  endpoint: string;
  bucket: string;
  region: string;
  accessKey: string;
  secretKey: string;
  /** The bucket stands in the path, not before the host. */
  pathStyle: boolean;
}

export interface S3Request {
  method: 'GET' | 'HEAD' | 'PUT' | 'DELETE';
  /** Absent: the bucket itself. */
  key?: string;
  headers?: Record<string, string>;
  /** Opened anew for each attempt. */
  body?: { open(): Readable; bytes: number; sha256: string };
  signal?: AbortSignal | undefined;
  /** Default 3. */
  attempts?: number;
}

export interface S3Client {
  /** The answer with its body unread, whatever its status. @throws Error when there is none after all attempts, or what `signal` says */
  send(request: S3Request): Promise<IncomingMessage>;
  close(): void;
}

/** SHA-256 of nothing. */
const EMPTY = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
/** Neither side says anything for so long before there is an answer … */
const SILENCE_MS = 30_000;
/** … and while its content is read: who reads may pause. */
const PAUSE_MS = 5 * 60_000;
const RETRY_AFTER_MS = [200, 1_000];
const isPassing = (status: number): boolean => status === 429 || (status >= 500 && status !== 501 && status !== 507);

export function createS3Client(options: S3Options): S3Client {
  const { endpoint, bucket, pathStyle } = options;
  const isSecure = endpoint.startsWith('https:');
  const agent = isSecure ? new HttpsAgent({ keepAlive: true }) : new HttpAgent({ keepAlive: true });
  const base = new URL(endpoint);
  if (!pathStyle) base.host = `${bucket}.${base.host}`;
  const keysOfDay = new Map<string, ArrayBuffer>();

  const sendOnce = async ({ method, key = '', headers = {}, body, signal }: S3Request): Promise<IncomingMessage> => {
    const path = [pathStyle ? bucket : '', key].filter((part) => part !== '').join('/');
    const url = new URL(`/${path}`, base);
    const signed = await new AwsV4Signer({
      method,
      url: url.href,
      headers: {
        ...headers,
        // The server refuses what did not arrive as it was sent.
        'x-amz-content-sha256': body?.sha256 ?? EMPTY,
        ...(body ? { 'content-length': String(body.bytes) } : {}),
      },
      accessKeyId: options.accessKey,
      secretAccessKey: options.secretKey,
      service: 's3',
      region: options.region,
      cache: keysOfDay,
    }).sign();
    return new Promise((resolve, reject) => {
      const send = isSecure ? requestHttps : requestHttp;
      const outgoing = send(url, {
        method,
        headers: Object.fromEntries(signed.headers),
        agent,
        timeout: SILENCE_MS,
        ...(signal ? { signal } : {}),
      });
      const content = body?.open();
      outgoing.once('timeout', () => outgoing.destroy(new Error('The server fell silent.')));
      outgoing.once('error', (error) => {
        content?.destroy();
        reject(error);
      });
      outgoing.once('response', (response) => {
        // What the caller does not read any more must not end the process when the line breaks.
        response.on('error', () => undefined);
        outgoing.setTimeout(PAUSE_MS);
        resolve(response);
      });
      content?.once('error', (error) => outgoing.destroy(error));
      if (content) content.pipe(outgoing);
      else outgoing.end();
    });
  };

  return {
    async send(request) {
      const attempts = request.attempts ?? RETRY_AFTER_MS.length + 1;
      for (let attempt = 1; ; attempt++) {
        const isLast = attempt >= attempts;
        try {
          const response = await sendOnce(request);
          if (isLast || !isPassing(response.statusCode ?? 0)) return response;
          response.resume();
        } catch (error) {
          if (isLast || request.signal?.aborted) throw request.signal?.aborted ? request.signal.reason : error;
        }
        await setTimeout(RETRY_AFTER_MS[attempt - 1], undefined, { signal: request.signal });
      }
    },
    close: () => agent.destroy(),
  };
}
