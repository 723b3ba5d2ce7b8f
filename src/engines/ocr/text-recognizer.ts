// The port of text recognition (OCR): a picture of a page becomes words with their places.

export interface RecognizedWord {
  text: string;
  /** Pixels of the picture. */
  x: number;
  y: number;
  width: number;
  height: number;
  /** 0 to 100. */
  confidence: number;
  /** Words with the same number stand on one line; lines in reading order. */
  line: number;
  /** Lines with the same number belong to one paragraph. */
  paragraph: number;
}

export interface TextRecognizer {
  readonly engine: 'tesseract' | 'tesseract-js' | 'none';
  /** ISO 639-2 codes it can read, such as `ind`, `eng`. */
  readonly languages: readonly string[];
  /** @param picture PNG or JPEG, about 200 to 300 pixels per inch */
  recognize(picture: Uint8Array, signal?: AbortSignal): Promise<RecognizedWord[]>;
  close(): Promise<void>;
}
