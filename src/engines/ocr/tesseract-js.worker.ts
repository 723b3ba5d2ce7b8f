// Runs in a worker thread: Tesseract as WebAssembly, with languages that came with the install. Nothing is fetched.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { constants, setPriority } from 'node:os';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

export interface RecognizeInput {
  picture: Uint8Array;
  languages: readonly string[];
}

/** What is used of the library; it brings no types. */
interface TesseractModule {
  FS: { writeFile(path: string, data: Uint8Array): void; unlink(path: string): void };
  TessBaseAPI: new () => TesseractApi;
}
interface TesseractApi {
  /** @returns 0 when it went well */
  Init(path: null, languages: string, engine: number, config: string): number;
  SetVariable(name: string, value: string): void;
  /** @returns 1 when the picture cannot be read */
  SetImageFile(orientation: number, angle: number): number;
  Recognize(monitor: null): number;
  GetTSVText(page: number): string;
  Clear(): void;
}

const ENGINE_LSTM = 1;
/** Columns, tables and paragraphs are found by the library itself. */
const MODE_AUTO = '3';
const PICTURE = '/input';

let opened: { languages: string; tesseract: Promise<{ module: TesseractModule; api: TesseractApi }> } | undefined;

/** @returns tab-separated values, see tesseract-output.ts */
export async function recognize({ picture, languages }: RecognizeInput): Promise<string> {
  const wanted = languages.join('+');
  if (opened?.languages !== wanted) opened = { languages: wanted, tesseract: open(languages) };
  const { module, api } = await opened.tesseract;
  module.FS.writeFile(PICTURE, picture);
  try {
    if (api.SetImageFile(1, 0) === 1) throw new Error('The picture cannot be read.');
    api.Recognize(null);
    return api.GetTSVText(0);
  } finally {
    api.Clear();
    module.FS.unlink(PICTURE);
  }
}

async function open(languages: readonly string[]): Promise<{ module: TesseractModule; api: TesseractApi }> {
  // Of this thread alone: people who chat come first.
  setPriority(0, constants.priority.PRIORITY_BELOW_NORMAL);
  const load: (options: object) => Promise<TesseractModule> = createRequire(import.meta.url)(
    'tesseract.js-core/tesseract-core-simd-lstm.js',
  );
  const silent = (): void => {};
  const module = await load({ print: silent, printErr: silent });
  for (const language of languages) {
    const packed = readFileSync(dataFile(language));
    module.FS.writeFile(`${language}.traineddata`, gunzipSync(packed));
  }
  const api = new module.TessBaseAPI();
  if (api.Init(null, languages.join('+'), ENGINE_LSTM, '') !== 0) throw new Error('Tesseract could not be started.');
  api.SetVariable('tessedit_pageseg_mode', MODE_AUTO);
  return { module, api };
}

/** Where the package with this language keeps it. */
export function dataFile(language: string): string {
  const folder = new URL('.', import.meta.resolve(`@tesseract.js-data/${language}/package.json`));
  return fileURLToPath(new URL(`4.0.0_best_int/${language}.traineddata.gz`, folder));
}
