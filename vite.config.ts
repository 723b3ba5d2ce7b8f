// Builds the browser app from public/ into dist/public, the only folder the server hands out.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin, type Rolldown } from 'vite';
import { emojiNames } from './scripts/emoji-names.ts';

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

/** Not part of what the app keeps for a day without a network: large, and kept once it was used. */
const ON_FIRST_USE = /\/(?:draw-diagram|draw-formula|pdf-page)\.tsx?$|virtual:emoji$/;

/** What makes the app installable: icons at addresses that stay, and the service worker with the list of what it keeps. */
function appShell(): Plugin {
  return {
    name: 'app-shell',
    enforce: 'post',
    generateBundle(_, bundle) {
      const worker = bundle['service-worker.js'];
      if (worker?.type !== 'chunk') return;
      for (const name of readdirSync(here('public/icons'))) {
        this.emitFile({ type: 'asset', fileName: name, source: readFileSync(here(`public/icons/${name}`)) });
      }
      const files = new Set<string>();
      const add = (name: string) => {
        const chunk = bundle[name];
        if (files.has(name) || chunk?.type !== 'chunk' || ON_FIRST_USE.test(chunk.facadeModuleId ?? '')) return;
        files.add(name);
        for (const style of chunk.viteMetadata?.importedCss ?? []) files.add(style);
        for (const next of [...chunk.imports, ...chunk.dynamicImports]) add(next);
      };
      for (const [name, file] of Object.entries(bundle)) {
        if (file.type === 'chunk' && file.isEntry && file !== worker) add(name);
        if (/^assets\/(?!KaTeX).*\.(?:woff2|svg|webmanifest)$/.test(name)) files.add(name);
      }
      const shell = [...files].map((name) => `/${name}`).sort();
      const version = createHash('sha256').update(shell.join('\n')).update(worker.code).digest('hex').slice(0, 12);
      worker.code = `const __SHELL__ = ${JSON.stringify(shell)}, __SHELL_VERSION__ = "${version}";\n${worker.code}`;
    },
  };
}

/** The file of the bundle that this module begins. */
const chunkOf = (bundle: Rolldown.OutputBundle, source: RegExp): Rolldown.OutputChunk => {
  for (const file of Object.values(bundle))
    if (file.type === 'chunk' && source.test(file.facadeModuleId ?? '')) return file;
  throw new Error(`The bundle has nothing of ${source}.`);
};

/**
 * The page is painted before the app is there: first come the script and the styles of its outline, while everything else is on its
 * way already. The styles of the app stay in the head behind them, where those that are loaded on first use come after them.
 */
function firstLook(): Plugin {
  return {
    name: 'first-look',
    transformIndexHtml: {
      order: 'post',
      handler(html, { bundle }) {
        if (!bundle) return html;
        const first = chunkOf(bundle, /public\/first-look\.ts$/);
        const words = Object.fromEntries(
          ['en', 'id'].map((code) => [code, `/${chunkOf(bundle, new RegExp(`words/${code}\\.ts$`)).fileName}`]),
        );
        const styles = [...(first.viteMetadata?.importedCss ?? [])];
        const script = `<script src="/${first.fileName}" data-words='${JSON.stringify(words)}'></script>`;
        const tags = [...styles.map((name) => `<link rel="stylesheet" href="/${name}">`), script].join('\n    ');
        return html.replace('<title>', `${tags}\n    <title>`);
      },
    },
  };
}

interface ModuleGraph {
  getModuleInfo(id: string): { isEntry: boolean; importers: readonly string[] } | null;
}

/** Whether a module is imported, over however many others, by the page itself and not only when something is first used. */
function ofFirstLook(id: string, graph: ModuleGraph, seen = new Set<string>()): 'first' | null {
  const module = graph.getModuleInfo(id);
  if (module?.isEntry) return /service-worker|first-look/.test(id) ? null : 'first';
  if (!module || seen.has(id)) return null;
  seen.add(id);
  return module.importers.some((importer) => ofFirstLook(importer, graph, seen)) ? 'first' : null;
}

export default defineConfig({
  root: here('public'),
  base: '/',
  publicDir: false,
  logLevel: 'error',
  plugins: [pdfjsFiles(), onlyWoff2(), firstLook(), appShell(), emojiNames()],
  define: { __PDFJS_VERSION__: JSON.stringify(pdfjsVersion) },
  worker: { format: 'es' },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: here('dist/public'),
    rolldownOptions: {
      input: {
        index: here('public/index.html'),
        'first-look': here('public/first-look.ts'),
        'service-worker': here('public/service-worker.ts'),
      },
      output: {
        // What the first look needs is one file: cut into many, where parts that load later share some of it, it compresses worse.
        codeSplitting: { groups: [{ name: ofFirstLook }] },
        // The service worker stands at an address that stays, above everything it answers for.
        entryFileNames: (chunk) => (chunk.name === 'service-worker' ? '[name].js' : 'assets/[name]-[hash].js'),
      },
    },
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
