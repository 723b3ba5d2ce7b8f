// Pictures that a question brought along, for models that take images.
import type { App } from '../context.ts';
import type { DocumentRow } from '../documents/document-store.ts';
import type { Part } from '../engines/llm/language-model.ts';

export type ImagePart = Extract<Part, { type: 'image' }>;

const SHOWN_TYPES = new Set(['image/png', 'image/jpeg']);
const LOADING_MS = 5_000;

export interface Images {
  images: ImagePart[];
  /** What is not shown, and why, for the model. */
  notes: string[];
}

/** Bounded in number, size and time. Never throws: what cannot be shown is said; its recognised text is given as for everybody. */
export async function loadImages(
  app: Pick<App, 'files' | 'limits' | 'log' | 'model'>,
  attached: readonly DocumentRow[],
  signal: AbortSignal,
): Promise<Images> {
  const pictures = attached.filter(({ content_type }) => SHOWN_TYPES.has(content_type));
  if (!app.model.acceptsImages || pictures.length === 0) return { images: [], notes: [] };
  const { imagesPerQuestion, imageBytes } = app.limits;
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(LOADING_MS)]);
  const loaded = await Promise.all(
    pictures.map(async (row, index): Promise<ImagePart | string> => {
      const note = (why: string) => `The picture ${JSON.stringify(row.name)} is not shown to you: ${why}.`;
      if (index >= imagesPerQuestion) return note(`only ${imagesPerQuestion} pictures are`);
      if (Number(row.bytes) > imageBytes) return note(`it is larger than ${Math.floor(imageBytes / 1024)} KB`);
      try {
        return { type: 'image', mimeType: row.content_type, data: await readBase64(app, row, deadline) };
      } catch (error) {
        signal.throwIfAborted();
        app.log.warn('A picture of a question could not be loaded', { documentId: row.id, error });
        return note('it could not be loaded');
      }
    }),
  );
  return {
    images: loaded.filter((one) => typeof one !== 'string'),
    notes: loaded.filter((one) => typeof one === 'string'),
  };
}

async function readBase64(app: Pick<App, 'files' | 'limits'>, row: DocumentRow, signal: AbortSignal): Promise<string> {
  if (row.file_key === null) throw new Error('There is no file.');
  const { content } = await app.files.get(row.file_key);
  const stop = () => content.destroy(new Error('It took too long.'));
  signal.addEventListener('abort', stop, { once: true });
  try {
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of content as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > app.limits.imageBytes) throw new Error('The file is larger than its document says.');
      chunks.push(chunk);
    }
    return Buffer.concat(chunks).toString('base64');
  } finally {
    signal.removeEventListener('abort', stop);
    content.destroy();
  }
}
