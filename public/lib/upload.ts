// One file on its way to the server, with progress. Only XMLHttpRequest tells how much of a body has left the browser.
import type { Document } from '../../src/protocol/document-models.ts';
import type { WireError } from '../../src/protocol/errors.ts';
import { ApiError } from './api-error.ts';

const UPLOAD_PATH = '/api/v1/files/upload';

export interface RunningUpload {
  /** @throws ApiError; `stopped` after `cancel` */
  document: Promise<Document>;
  cancel(): void;
}

/** @param fields what is said about the file; they go before it, so that the server knows them when the bytes arrive */
export function uploadFile(
  file: File,
  fields: Record<string, string>,
  onProgress: (sentBytes: number) => void,
): RunningUpload {
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) body.append(name, value);
  body.append('file', file, file.name);
  const request = new XMLHttpRequest();
  const document = new Promise<Document>((resolve, reject) => {
    request.open('POST', UPLOAD_PATH);
    request.responseType = 'text';
    request.upload.addEventListener('progress', ({ loaded }) => onProgress(Math.min(loaded, file.size)));
    request.addEventListener('load', () => {
      const answer = readJson(request.responseText);
      if (request.status === 201) resolve(answer as Document);
      else reject(problem(request.status, answer));
    });
    const unreachable = () => reject(new ApiError({ code: 'unreachable', message: 'The upload broke off.' }));
    request.addEventListener('error', unreachable);
    request.addEventListener('timeout', unreachable);
    request.addEventListener('abort', () => reject(new ApiError({ code: 'stopped', message: 'Cancelled.' })));
    request.send(body);
  });
  return { document, cancel: () => request.abort() };
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function problem(status: number, answer: unknown): ApiError {
  const error = answer as WireError | undefined;
  if (error?.code) return new ApiError(error);
  // A proxy in between has its own bounds and pages.
  if (status === 413) return new ApiError({ code: 'too_large', message: '', details: { reason: 'file_too_large' } });
  return new ApiError({ code: status >= 500 ? 'unavailable' : 'invalid', message: '' });
}
