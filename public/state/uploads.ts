// Files on their way: a few at a time, kept while offline, checked before they are sent, and nothing of one depends on another.
import { signal } from '@preact/signals';
import type { Document } from '../../src/protocol/document-models.ts';
import type { DocumentKind } from '../../src/protocol/names.ts';
import { call } from '../lib/api.ts';
import { ApiError } from '../lib/api-error.ts';
import { type RunningUpload, uploadFile } from '../lib/upload.ts';
import { isConnected } from './connection.ts';
import { type DocumentChange, LIBRARY, noteDocument, shelfOf, updateDocument } from './documents.ts';

/** What people say about a document besides its content; '' is not said. */
export interface Details {
  kind: DocumentKind;
  customer: string;
  project: string;
  year: string;
  category: string;
  product: string;
}

/** Of one person at a time; the others wait their turn here instead of at the server. */
const AT_ONCE = 3;
/** The rest goes with the next message. */
export const MOST_PER_MESSAGE = 20;

export class Upload {
  readonly id = crypto.getRandomValues(new Uint32Array(2)).join('-');
  /** A room's id, or LIBRARY. */
  readonly place: string;
  readonly file: File;
  /** Attached to the message being written; otherwise it only goes on the table. */
  readonly isForMessage: boolean;
  readonly details = signal<Details>(emptyDetails('general'));
  readonly state = signal<'waiting' | 'sending' | 'failed' | 'done'>('waiting');
  readonly sentBytes = signal(0);
  readonly error = signal<ApiError | undefined>(undefined);
  readonly document = signal<Document | undefined>(undefined);
  running: RunningUpload | undefined;

  constructor(place: string, file: File, details: Details, isForMessage: boolean) {
    this.place = place;
    this.file = file;
    this.isForMessage = isForMessage;
    this.details.value = details;
  }
}

export const uploads = signal<readonly Upload[]>([]);

interface UploadRules {
  bytes: number;
  /** For the file chooser: ".pdf,.docx,…" */
  accept: string;
}
/** `undefined` until the server has told them; it checks them again in any case. */
export const uploadRules = signal<UploadRules | undefined>(undefined);

export async function loadUploadRules(): Promise<void> {
  if (uploadRules.peek()) return;
  try {
    const { upload } = await call('searchConfig');
    uploadRules.value = {
      bytes: upload.bytes,
      accept: upload.types.flatMap(({ contentType, extension }) => [`.${extension}`, contentType]).join(),
    };
  } catch {
    // Then the server alone says what is too large.
  }
}

export const emptyDetails = (kind: DocumentKind): Details => ({
  kind,
  customer: '',
  project: '',
  year: '',
  category: '',
  product: '',
});

/** What a new file in this place most likely is: in a room of several people a tender paper, of the customer they talk about. */
export function likelyDetails(place: string, isGroup: boolean): Details {
  if (place === LIBRARY) return emptyDetails('product');
  if (!isGroup) return emptyDetails('general');
  const last = shelfOf(place)
    .items.peek()
    ?.find((one) => one.kind === 'tor' && one.customer);
  return {
    ...emptyDetails('tor'),
    customer: last?.customer ?? '',
    project: last?.project ?? '',
    year: last?.year === undefined ? '' : String(last.year),
  };
}

export function addFiles(place: string, files: readonly File[], details: Details, isForMessage: boolean): void {
  const added = files.map((file) => new Upload(place, file, details, isForMessage));
  for (const upload of added) refuseEarly(upload);
  uploads.value = [...uploads.peek(), ...added];
  startNext();
}

/** What the server would refuse is not sent to it first. */
function refuseEarly({ file, state, error }: Upload): void {
  const most = uploadRules.peek()?.bytes;
  const reason = file.size === 0 ? 'file_empty' : most !== undefined && file.size > most ? 'file_too_large' : undefined;
  if (!reason) return;
  const code = reason === 'file_empty' ? 'invalid' : 'too_large';
  error.value = new ApiError({ code, message: '', details: { reason, bytes: file.size, most } });
  state.value = 'failed';
}

function startNext(): void {
  let free = AT_ONCE - uploads.peek().filter((one) => one.state.peek() === 'sending').length;
  for (const upload of uploads.peek()) {
    if (free <= 0 || !isConnected()) break;
    if (upload.state.peek() !== 'waiting') continue;
    free -= 1;
    void run(upload);
  }
  guardPage();
}

async function run(upload: Upload): Promise<void> {
  const said = upload.details.peek();
  upload.state.value = 'sending';
  upload.error.value = undefined;
  upload.sentBytes.value = 0;
  try {
    upload.running = uploadFile(upload.file, toFields(said, upload.place), (sent) => {
      upload.sentBytes.value = sent;
    });
    const document = await upload.running.document;
    noteDocument(upload.place, document.id, document);
    upload.document.value = document;
    upload.state.value = 'done';
    // What was changed while it was on its way.
    if (upload.details.peek() !== said) await updateDocument(document, toChange(upload.details.peek()));
  } catch (error) {
    failed(upload, error instanceof ApiError ? error : new ApiError({ code: 'internal', message: '' }));
  }
  upload.running = undefined;
  if (!upload.isForMessage && upload.state.peek() === 'done') forget(upload);
  startNext();
}

function failed(upload: Upload, error: ApiError): void {
  if (upload.state.peek() === 'done') {
    upload.error.value = error;
    return;
  }
  // Cut off because the connection is gone: it starts again by itself.
  if (error.code === 'unreachable' && !isConnected()) upload.state.value = 'waiting';
  else {
    upload.error.value = error;
    upload.state.value = 'failed';
  }
}

export function retryUpload(upload: Upload): void {
  upload.error.value = undefined;
  upload.state.value = 'waiting';
  refuseEarly(upload);
  startNext();
}

/** Cancels it when it is still on its way. A document that arrived stays on the table. */
export function removeUpload(upload: Upload): void {
  forget(upload);
  upload.running?.cancel();
  startNext();
}

/** @throws ApiError when the document is there already and could not be changed */
export async function changeDetails(upload: Upload, details: Details): Promise<void> {
  const document = upload.document.peek();
  if (document) await updateDocument(document, toChange(details));
  upload.details.value = details;
}

/** The documents that go with the message now being sent; their rows leave the composer. */
export function takeAttached(place: string, most = MOST_PER_MESSAGE): { id: string; name: string }[] {
  const attached = uploads
    .peek()
    .filter((one) => one.isForMessage && one.place === place && one.document.peek())
    .slice(0, most);
  uploads.value = uploads.peek().filter((one) => !attached.includes(one));
  return attached.flatMap(({ document }) => {
    const there = document.peek();
    return there ? [{ id: there.id, name: there.name }] : [];
  });
}

/** Connected again. */
export const resumeUploads = startNext;

export function clearUploads(): void {
  const all = uploads.peek();
  uploads.value = [];
  for (const upload of all) upload.running?.cancel();
  uploadRules.value = undefined;
  guardPage();
}

function forget(upload: Upload): void {
  uploads.value = uploads.peek().filter((one) => one !== upload);
  guardPage();
}

/** Leaving the page would lose what is on its way: the browser asks first. */
function guardPage(): void {
  const isBusy = uploads.peek().some((one) => one.state.peek() === 'sending' || one.state.peek() === 'waiting');
  removeEventListener('beforeunload', askToStay);
  if (isBusy) addEventListener('beforeunload', askToStay);
}

const askToStay = (event: BeforeUnloadEvent) => event.preventDefault();

function toFields({ kind, ...said }: Details, place: string): Record<string, string> {
  const fields = Object.entries(said).filter(([, value]) => value !== '');
  return { kind, ...(place === LIBRARY ? {} : { roomId: place }), ...Object.fromEntries(fields) };
}

export function toChange({ year, ...said }: Details): DocumentChange {
  return { ...said, year: year === '' ? null : Number(year) };
}

export function detailsOf(document: Document): Details {
  const { kind, customer = '', project = '', year, category = '', product = '' } = document;
  return { kind, customer, project, year: year === undefined ? '' : String(year), category, product };
}
