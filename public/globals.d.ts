// What the build puts in: see vite.config.ts.

/** The version of pdf.js, as it stands in the addresses of its files. */
declare const __PDFJS_VERSION__: string;

declare module '*.css' {}
