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
  },
};

export function wordsFor(lang: 'en' | 'id' | undefined): MarkdownWords {
  return WORDS[lang ?? 'en'];
}
