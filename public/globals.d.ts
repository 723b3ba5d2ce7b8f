// What the build puts in: see vite.config.ts.

/** The version of pdf.js, as it stands in the addresses of its files. */
declare const __PDFJS_VERSION__: string;

declare module '*.css' {}
/** Every emoji with its names, made from emojibase-data. */
declare module 'virtual:emoji' {
  /** The emoji, its group, its English name, and its Malay and further names in lower case, without marks. */
  export type EmojiEntry = readonly [emoji: string, group: number, label: string, names: string];
  export const emoji: readonly EmojiEntry[];
}
