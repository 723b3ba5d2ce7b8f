// Builds the browser app from public/ into dist/public, the only folder the server hands out.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

const PDFJS = 'node_modules/pdfjs-dist';
const pdfjsVersion: string = JSON.parse(readFileSync(here(`${PDFJS}/package.json`), 'utf8')).version;

/**
 * The files that pdf.js fetches by name, under /pdfjs/<version>/: tables of Asian fonts, the fonts every PDF may count on, and the
 * decoders of scans in plain JavaScript. Its WebAssembly stays behind: the content security policy refuses it.
 */
function pdfjsFiles(): Plugin {
  return {
    name: 'pdfjs-files',
    generateBundle() {
      for (const folder of ['cmaps', 'standard_fonts', 'wasm']) {
        for (const name of readdirSync(here(`${PDFJS}/${folder}`))) {
          if (!/\.(bcmap|pfb|ttf)$|_nowasm_fallback\.js$/.test(name)) continue;
          const source = readFileSync(here(`${PDFJS}/${folder}/${name}`));
          this.emitFile({ type: 'asset', fileName: `pdfjs/${pdfjsVersion}/${folder}/${name}`, source });
        }
      }
    },
  };
}

/** Every browser that runs the app knows woff2: the same fonts in older forms stay behind. */
function onlyWoff2(): Plugin {
  return {
    name: 'only-woff2',
    enforce: 'pre',
    transform(code, id) {
      if (!/katex.*\.css/.test(id)) return undefined;
      return { code: code.replace(/,\s*url\([^)]+\.(?:woff|ttf)\)\s*format\("(?:woff|truetype)"\)/g, ''), map: null };
    },
  };
}

export default defineConfig({
  root: here('public'),
  base: '/',
  publicDir: false,
  logLevel: 'error',
  plugins: [pdfjsFiles(), onlyWoff2()],
  define: { __PDFJS_VERSION__: JSON.stringify(pdfjsVersion) },
  worker: { format: 'es' },
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
