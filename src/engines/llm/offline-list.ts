// What the built-in responder says to a question about a whole document: everything on its pages that fits, page by page, nothing chosen.
import { escapeMarkdown } from '../../lib/escape-markdown.ts';
import { createPacer } from '../../lib/pace.ts';
import { type TextUnit, unitsOf } from '../../lib/text-units.ts';
import { type Language, stemsOf } from '../../lib/words.ts';
import { cellsInWords } from './offline-candidates.ts';
import { placeWord, withoutBlocks } from './offline-documents.ts';
import { DATE, MONEY } from './offline-question.ts';
import type { GivenDocuments, GivenPassage } from './offline-table.ts';

const MAX_ITEM_UNITS = 320;
const OUTLINE_ITEMS_PER_PAGE = 3;
const TITLE_UNITS = 30;

const SENTENCES = {
  id: { found: (count: number) => `${count} butir yang cocok, halaman demi halaman:`, none: '–' },
  en: { found: (count: number) => `${count} items that fit, page by page:`, none: '–' },
} as const;

/** Words that say how to answer, not about what. */
const ASKING = new Set(
  stemsOf(
    `daftar daftarkan sebutkan tuliskan rinci rincikan buat buatkan kumpulkan ekstrak tampilkan jelaskan ringkas ringkaskan rangkum rangkumkan
    semua seluruh setiap segala lengkap selengkapnya apa saja ada terdapat tercantum disebutkan berdasarkan sesuai menurut halaman hlm hal file berkas
    list enumerate extract collect give show summarise summarize summary overview all every each entire whole complete full page pages found mentioned stated`,
  ),
);
const REQUIREMENT = new Set(
  stemsOf(
    'syarat persyaratan ketentuan kewajiban kriteria wajib harus requirement requirements obligation mandatory must shall conditions',
  ),
);
const MODAL =
  /\b(?:harus|wajib|minimal|minimum|maksimal|maksimum|paling (?:lambat|sedikit|banyak|lama|kurang)|sekurang-?\s?kurangnya|selambat-?\s?lambatnya|tidak (?:boleh|diperbolehkan|diperkenankan)|dilarang|bersedia|memiliki|mempunyai|melampirkan|menyerahkan|menyampaikan|mendukung|menyediakan|memberikan|dapat mendukung|ditandatangani|dipersyaratkan|diwajibkan|must|shall|required|require[sd]?|mandatory|at least|no (?:later|less|more) than|at most|may not|is to be|are to be|not exceed)\b/i;
const REQUIRING_HEADING =
  /syarat|kriteria|ketentuan|kualifikasi|spesifikasi|dokumen penawaran|kewajiban|requirement|criteria|qualification|specification|obligation|deliverable|mandatory/i;
const DATES = new Set(stemsOf('tanggal jadwal tenggat waktu date dates deadline deadlines schedule'));
const SUMS = new Set(stemsOf('harga nilai biaya denda jaminan price prices amount amounts cost costs sum sums'));

const PAPERS = new Set(
  stemsOf('dokumen isi pdf rks kak tor rfp rfq document documents content contents attached this ini'),
);
const isSummary = (question: string, wanted: readonly string[]): boolean =>
  /\b(?:ringkas|rangkum|ikhtisar|summar|overview)/i.test(question) && wanted.every((stem) => PAPERS.has(stem));

interface Subject {
  /** Whether all units of their kind fit, as far as `about` allows. */
  fits(text: string, unit: TextUnit, headings: string): boolean;
  /** What it is more closely about; a unit or its headings must hold one of these. */
  about: ReadonlySet<string>;
}

interface Item {
  passage: GivenPassage;
  text: string;
}

/** @param who what the responder says of itself; left out where an earlier part said it */
export async function composeList(
  question: string,
  given: GivenDocuments,
  language: Language,
  who: string | undefined,
): Promise<string> {
  const items = await itemsFor(question, given.passages);
  const say = SENTENCES[language];
  const self = who ? [who] : [];
  if (items.length === 0) return [...self, say.none].join('\n\n');
  const pages = new Map<GivenPassage, string[]>();
  for (const { passage, text } of items) {
    const lines = pages.get(passage) ?? [];
    pages.set(passage, lines);
    lines.push(`- ${withoutBlocks(text)} ${passage.cite}`);
  }
  const blocks = [...pages].map(
    ([passage, lines]) =>
      `**${escapeMarkdown(passage.document)}, ${placeWord(language)} ${passage.page}**\n\n${lines.join('\n')}`,
  );
  return [...self, say.found(items.length), ...blocks].join('\n\n');
}

async function itemsFor(question: string, passages: readonly GivenPassage[]): Promise<Item[]> {
  const names = new Set(passages.flatMap(({ document }) => stemsOf(document)));
  const wanted = [...new Set(stemsOf(question))].filter((stem) => !ASKING.has(stem) && !names.has(stem));
  if (wanted.length === 0 || isSummary(question, wanted)) return outlineOf(passages);
  const subject = subjectOf(wanted);
  const narrow = await collect(passages, subject);
  // "Persyaratan teknis" in a document that never says "teknis" is still about its requirements.
  return narrow.length > 0 || subject.about.size === 0 ? narrow : collect(passages, { ...subject, about: new Set() });
}

function subjectOf(wanted: string[]): Subject {
  const without = (kind: ReadonlySet<string>) => new Set(wanted.filter((stem) => !kind.has(stem)));
  if (wanted.some((stem) => REQUIREMENT.has(stem))) {
    return {
      about: without(REQUIREMENT),
      fits: (text, unit, headings) =>
        MODAL.test(text) ||
        // What is no more than a title says nothing by itself.
        (unit.kind !== 'sentence' &&
          (unit.kind === 'row' || text.length >= TITLE_UNITS || /\d/.test(text)) &&
          REQUIRING_HEADING.test(`${headings} ${unit.under}`)),
    };
  }
  if (wanted.some((stem) => DATES.has(stem))) return { about: without(DATES), fits: (text) => DATE.test(text) };
  if (wanted.some((stem) => SUMS.has(stem))) return { about: without(SUMS), fits: (text) => MONEY.test(text) };
  return { about: new Set(wanted), fits: () => true };
}

async function collect(passages: readonly GivenPassage[], subject: Subject): Promise<Item[]> {
  const pause = createPacer();
  const items: Item[] = [];
  const path = createHeadingPath();
  let document = '';
  for (const passage of passages) {
    if (passage.document !== document) path.clear();
    document = passage.document;
    const seen = new Set<string>();
    for (const unit of unitsOf(passage.text)) {
      await pause();
      const text = passage.text.slice(unit.start, unit.end);
      if (unit.kind === 'heading') {
        // The header of a table is no heading of what follows it.
        if (!text.includes('|')) path.enter(text);
        continue;
      }
      if (text.endsWith(':') || seen.has(text)) continue;
      const headings = path.text();
      if (!subject.fits(text, unit, headings) || !isAbout(subject.about, `${text} ${unit.under} ${headings}`)) continue;
      seen.add(text);
      items.push({ passage, text: asItem(text, unit) });
    }
  }
  return items;
}

/** Of a document that is to be summed up: its headings, and on each page what fixes most. */
async function outlineOf(passages: readonly GivenPassage[]): Promise<Item[]> {
  const pause = createPacer();
  const items: Item[] = [];
  for (const passage of passages) {
    const units = unitsOf(passage.text).map((unit) => ({ unit, text: passage.text.slice(unit.start, unit.end) }));
    await pause();
    const weigh = (text: string) => [MODAL, DATE, MONEY, /\d/].filter((pattern) => pattern.test(text)).length;
    const weighty = units
      .filter(({ unit, text }) => unit.kind !== 'heading' && !text.endsWith(':') && weigh(text) > 0)
      .toSorted((a, b) => weigh(b.text) - weigh(a.text))
      .slice(0, OUTLINE_ITEMS_PER_PAGE);
    for (const one of units) {
      const isHeading = one.unit.kind === 'heading' && !one.text.includes('|');
      if (isHeading || weighty.includes(one)) items.push({ passage, text: asItem(one.text, one.unit) });
    }
  }
  return items;
}

/** Headings are kept with the one before: a title and its part, whatever their levels were called. */
function createHeadingPath() {
  let path: string[] = [];
  return {
    enter: (heading: string) => {
      path = [...path.slice(-1), heading];
    },
    text: () => path.join(' '),
    clear: () => {
      path = [];
    },
  };
}

function isAbout(about: ReadonlySet<string>, text: string): boolean {
  if (about.size === 0) return true;
  const stems = new Set(stemsOf(text));
  const held = [...about].filter((stem) => stems.has(stem)).length;
  return held >= Math.ceil(about.size / 2);
}

function asItem(text: string, unit: TextUnit): string {
  const line = (unit.kind === 'row' ? cellsInWords(text) : text).replace(/\s+/g, ' ').trim();
  const marked = unit.marker && /[\p{L}\p{N}]/u.test(unit.marker) ? `${unit.marker} ${line}` : line;
  if (marked.length <= MAX_ITEM_UNITS) return marked;
  return `${marked
    .slice(0, MAX_ITEM_UNITS)
    .toWellFormed()
    .replace(/\s+\S*$/, '')} …`;
}
