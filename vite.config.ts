// Builds the browser app from public/ into dist/public, the only folder the server hands out.
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: here('public'),
  base: '/',
  publicDir: false,
  logLevel: 'error',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: here('dist/public'),
    emptyOutDir: true,
    target: 'es2022',
    // Browsers that know light-dark(): otherwise the minifier unfolds every colour of both themes.
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    // A data: font is refused by the content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    sourcemap: false,
    reportCompressedSize: false,
  },
});
