// Chooses what recognises text in pictures, by the configuration and by what the machine has.
import { findTesseract } from './tesseract.ts';
import { createTesseractJs } from './tesseract-js.ts';
import type { TextRecognizer } from './text-recognizer.ts';

export interface RecognizerOptions {
  /** `auto`: the program of the machine when it is there, otherwise the one that came with the install. */
  engine: 'auto' | 'tesseract' | 'tesseract-js' | 'none';
  /** ISO 639-2, in order of preference. */
  languages: readonly string[];
  /** What programs are started with. */
  environment: Readonly<Record<string, string>>;
  /** Pictures at a time. */
  parallel: number;
  /** For one picture. */
  timeoutMs: number;
}

/** @throws Error with one sentence when the engine that was asked for is not there */
export async function openRecognizer(options: RecognizerOptions): Promise<TextRecognizer> {
  if (options.engine === 'none') return createNoRecognizer();
  if (options.engine === 'tesseract-js') return createTesseractJs(options);
  const found = await findTesseract(options);
  if (found) return found;
  if (options.engine === 'auto') return createTesseractJs(options);
  throw new Error(
    `OCR_ENGINE is tesseract, but no such program with one of the languages ${options.languages.join(', ')} was found; install it, or use auto.`,
  );
}

function createNoRecognizer(): TextRecognizer {
  return {
    engine: 'none',
    languages: [],
    recognize: () => Promise.reject(new Error('Nothing here recognises text in pictures.')),
    close: async () => {},
  };
}
