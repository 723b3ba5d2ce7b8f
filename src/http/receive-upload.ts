// A multipart form with one file, streamed: its fields are checked, its content is handed on as it arrives and never kept.
import { finished, Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import busboy from 'busboy';
import type { z } from 'zod';
import { AppError } from '../lib/errors.ts';
import { settlesWithin } from '../lib/patience.ts';
import type { HttpContext } from './http-context.ts';
import { type Issue, parsePart, refuseIssues } from './parse.ts';
import type { IncomingUpload, UploadToCome } from './route-handler.ts';

const FILE_PART = 'file';
const FIELDS = { fields: 50, fieldNameSize: 100, fieldSize: 16 * 1024, headerPairs: 50 };
/** What may stand around the file, at most. */
const FORM_BYTES = 1024 * 1024;
/** A form that is refused is taken in and thrown away for so long: many clients hear an answer only when they have sent everything. */
const REFUSED_MS = 10_000;

/**
 * Runs `take` as soon as the form begins.
 * @throws AppError invalid (file_missing, upload_cut_off, with every issue of the fields) or too_large, or what `take` throws; the rest of the
 * form was taken from the line by then
 */
export async function withUpload<T>(
  fields: z.ZodObject,
  c: HttpContext,
  fileBytes: number,
  take: (upload: UploadToCome<unknown>) => Promise<T>,
): Promise<T> {
  const source = sourceOf(c);
  let form: UploadForm | undefined;
  try {
    if (Number(c.req.header('content-length') ?? 0) > fileBytes + FORM_BYTES) throw tooLarge(fileBytes);
    form = new UploadForm(source, c.req.header('content-type'), fields, fileBytes);
    return await take(form);
  } catch (error) {
    // What its reader made of a form that failed says less than what failed.
    throw form?.failure ?? error;
  } finally {
    form?.end();
    await throwAway(source);
  }
}

function sourceOf(c: HttpContext): Readable {
  // Node's own stream where there is a server: the web stream around it costs memory and time.
  if (c.env?.incoming) return c.env.incoming;
  const { body } = c.req.raw;
  return body ? Readable.fromWeb(body as ReadableStream<Uint8Array>) : Readable.from([]);
}

const tooLarge = (maxBytes: number): AppError =>
  new AppError('too_large', `A file may have at most ${maxBytes} bytes.`, { reason: 'file_too_large', maxBytes });
const cutOff = (cause?: unknown): AppError =>
  new AppError('invalid', 'The upload was cut off; nothing was kept.', { reason: 'upload_cut_off' }, { cause });

class UploadForm implements UploadToCome<unknown> {
  readonly #source: Readable;
  readonly #fields: z.ZodObject;
  readonly #given = new Map<string, string>();
  readonly #parser: busboy.Busboy;
  readonly #file = Promise.withResolvers<{ name: string; content: Readable }>();
  readonly #end = Promise.withResolvers<void>();
  #content: Readable | undefined;
  /** What is wrong with the form, in words. */
  failure: Error | undefined;

  /** @throws AppError invalid when it is no multipart form */
  constructor(source: Readable, contentType: string | undefined, fields: z.ZodObject, fileBytes: number) {
    this.#source = source;
    this.#fields = fields;
    this.#parser = openParser(contentType, fileBytes);
    // Whoever waits hears of it; nobody has to.
    this.#file.promise.catch(() => undefined);
    this.#end.promise.catch(() => undefined);
    this.#listen(fileBytes);
  }

  async begun(): Promise<IncomingUpload<unknown>> {
    const { name, content } = await this.#file.promise;
    const fields = this.#parseFields();
    return {
      fields,
      fileName: name,
      content,
      completed: async () => {
        await this.#end.promise;
        return this.#parseFields();
      },
    };
  }

  #listen(fileBytes: number): void {
    const parser = this.#parser;
    parser.on('field', (name, value, { nameTruncated, valueTruncated }) => {
      if (nameTruncated || valueTruncated)
        this.#fail(new AppError('invalid', `The field ${name.slice(0, 100)} is too long.`));
      // A form sends what was left empty as an empty text.
      else if (value !== '') this.#given.set(name, value);
    });
    parser.on('file', (part, content, { filename }) => {
      this.#content = content;
      content.on('error', (error) => {
        // Its reader gave up, for a reason of its own.
        if (error.name !== 'AbortError') this.#fail(malformed(error));
      });
      content.once('limit', () => this.#fail(tooLarge(fileBytes)));
      if (part !== FILE_PART) this.#fail(missing(`The file belongs in the part "${FILE_PART}".`));
      // No name: a form in which no file was chosen, or a program that gave none.
      else this.#file.resolve({ name: filename ?? '', content });
    });
    parser.once('filesLimit', () =>
      this.#fail(new AppError('invalid', 'One file at a time; send each in a form of its own.')),
    );
    for (const event of ['fieldsLimit', 'partsLimit'] as const) {
      parser.once(event, () => this.#fail(new AppError('invalid', `A form has at most ${FIELDS.fields} fields.`)));
    }
    // It may complain more than once.
    parser.on('error', (error) => this.#fail(malformed(error)));
    parser.once('close', () => {
      this.#file.reject(this.failure ?? missing(`The form has no part "${FILE_PART}" with a file.`));
      this.#end.resolve();
    });
    // `pipeline` would end the connection too, and with it the answer.
    finished(this.#source, { writable: false }, (error) => {
      if (error) this.#fail(cutOff(error));
    });
    // The parser bounds a file and a field, not what stands before the first part or after the last one.
    let bytes = 0;
    this.#source.on('data', (piece: Buffer) => {
      bytes += piece.length;
      if (bytes > fileBytes + FORM_BYTES) this.#fail(tooLarge(fileBytes));
    });
    this.#source.pipe(parser);
  }

  #fail(error: Error): void {
    if (this.failure) return;
    this.failure = error;
    this.#source.unpipe(this.#parser);
    this.#content?.destroy(error);
    this.#file.reject(error);
    this.#end.reject(error);
    this.#parser.destroy();
  }

  /** @throws AppError invalid with every issue */
  #parseFields(): unknown {
    const issues: Issue[] = [];
    const parsed = parsePart('body', this.#fields, Object.fromEntries(this.#given), issues);
    refuseIssues(issues);
    return parsed;
  }

  /** Nobody wants the rest of it. */
  end(): void {
    this.#fail(new AppError('internal', 'The form was not taken to its end.'));
  }
}

function openParser(contentType: string | undefined, fileBytes: number): busboy.Busboy {
  const type = contentType?.split(';', 1)[0]?.trim().toLowerCase();
  if (type !== 'multipart/form-data') {
    throw missing(`Send the file as multipart/form-data, not as ${type ?? 'something unnamed'}.`, {
      accepted: ['multipart/form-data'],
    });
  }
  try {
    return busboy({
      headers: { 'content-type': contentType! },
      defParamCharset: 'utf8',
      // The parser counts a file that just reaches its limit as too large.
      limits: { ...FIELDS, files: 1, parts: FIELDS.fields + 1, fileSize: fileBytes + 1 },
    });
  } catch (error) {
    throw malformed(error);
  }
}

const missing = (message: string, details: Record<string, unknown> = {}): AppError =>
  new AppError('invalid', message, { reason: 'file_missing', ...details });

function malformed(error: unknown): Error {
  if (error instanceof AppError) return error;
  const what = error instanceof Error ? error.message : String(error);
  if (/^Unexpected end/.test(what)) return cutOff(error);
  return new AppError('invalid', `This is no valid multipart form: ${what}.`, undefined, { cause: error });
}

/** Reads to the end, within bounds; what still comes after that is for the server to cut off. */
async function throwAway(source: Readable): Promise<void> {
  if (source.destroyed || source.readableEnded) return;
  const ended = new Promise<void>((resolve) => finished(source, { writable: false }, () => resolve()));
  source.resume();
  await settlesWithin(REFUSED_MS, ended);
}
