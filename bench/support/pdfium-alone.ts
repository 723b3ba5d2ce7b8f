// A process of its own: the PDF library alone over a file, page by page, all text taken. Prints pages and milliseconds, without its start.
import { readFileSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { fileURLToPath } from 'node:url';
import { init } from '@embedpdf/pdfium';

// As the reader does: on a busy machine the comparison would be one of priorities otherwise.
setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
const bytes = readFileSync(process.argv[2]!);
const wasmBinary = readFileSync(fileURLToPath(import.meta.resolve('@embedpdf/pdfium/pdfium.wasm')));
const { pdfium } = await init({ wasmBinary: wasmBinary as unknown as ArrayBuffer });
const call = pdfium.wasmExports as unknown as Record<string, (...args: number[]) => number>;
const views = pdfium as unknown as { HEAPU8: Uint8Array };
call.PDFiumExt_Init!();
const at = call.malloc!(bytes.length);
views.HEAPU8.set(bytes, at);
const document = call.FPDF_LoadMemDocument!(at, bytes.length, 0);
const pages = call.FPDF_GetPageCount!(document);
const startedAt = performance.now();
let units = 0;
for (let index = 0; index < pages; index += 1) {
  const page = call.FPDF_LoadPage!(document, index);
  const text = call.FPDFText_LoadPage!(page);
  const count = call.FPDFText_CountChars!(text);
  const out = call.malloc!(2 * count + 2);
  const got = call.FPDFText_GetText!(text, 0, count, out);
  units += new TextDecoder('utf-16le').decode(views.HEAPU8.subarray(out, out + 2 * Math.max(0, got - 1))).length;
  call.free!(out);
  call.FPDFText_ClosePage!(text);
  call.FPDF_ClosePage!(page);
}
console.log(JSON.stringify({ pages, units, ms: performance.now() - startedAt }));
