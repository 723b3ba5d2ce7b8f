// The few words that Markdown itself puts on the screen, in both languages.

export interface MarkdownWords {
  copy: string;
  copied: string;
  code: string;
  table: string;
  imageAt: string;
  image: string;
  done: string;
  open: string;
  formulaFailed: string;
  diagram: string;
  showSource: string;
  enlarge: string;
  diagramFailed: string;
  diagramTooLarge: string;
}

const WORDS: Record<'en' | 'id', MarkdownWords> = {
  en: {
    copy: 'Copy code',
    copied: 'Copied',
    code: 'code',
    table: 'Table',
    imageAt: 'image at',
    image: 'Image',
    done: 'Done',
    open: 'Not done',
    formulaFailed: 'This formula cannot be drawn; this is how it was written.',
    diagram: 'Diagram',
    showSource: 'Show source',
    enlarge: 'Enlarge',
    diagramFailed: 'This cannot be drawn as a diagram; this is how it was written.',
    diagramTooLarge: 'This diagram is too large to be drawn here; this is how it was written.',
  },
  id: {
    copy: 'Salin kode',
    copied: 'Tersalin',
    code: 'kode',
    table: 'Tabel',
    imageAt: 'gambar di',
    image: 'Gambar',
    done: 'Selesai',
    open: 'Belum selesai',
    formulaFailed: 'Rumus ini tidak dapat digambar; inilah tulisannya.',
    diagram: 'Diagram',
    showSource: 'Lihat sumber',
    enlarge: 'Perbesar',
    diagramFailed: 'Ini tidak dapat digambar sebagai diagram; inilah tulisannya.',
    diagramTooLarge: 'Diagram ini terlalu besar untuk digambar di sini; inilah tulisannya.',
  },
};

export function wordsFor(lang: 'en' | 'id' | undefined): MarkdownWords {
  return WORDS[lang ?? 'en'];
}
