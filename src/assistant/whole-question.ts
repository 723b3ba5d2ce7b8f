// Tells questions about a whole document from others, and what of which documents they mean. Pure.
import type { DocumentRow } from '../documents/document-store.ts';
import { stemsOf } from '../lib/words.ts';

const QUANTIFIER =
  /\b(?:semua|seluruh|segala|setiap|selengkap-?lengkapnya|lengkap|all|every|each|entire|whole|complete|full)\b/i;
const LISTING =
  /\b(?:daftar(?:kan)?|sebut(?:kan|in)?|tulis(?:kan)?|rinci(?:kan)?|kumpulkan|ekstrak|tampilkan|apa saja|list|enumerate|extract|collect|compile|give me|show me|what are|which are)\b/i;
const SUMMARY =
  /\b(?:ringkas(?:kan)?|ringkasan|rangkum(?:kan)?|rangkuman|ikhtisar|summari[sz]e|summary|overview)\b[^.?!\n]{0,80}\b(?:dokumen|berkas|file|seluruh|semua|isi|document|whole|entire|all|pdf|rks|kak|tor|rfp|rfq)\b/i;
/** What the room said, not what its documents say. */
const ABOUT_ROOM =
  /\b(?:pesan|percakapan|obrolan|chat|diskusi|dibahas|dibicarakan|diputuskan|putuskan|keputusan kita|sepakati|kita (?:bahas|putuskan)|anggota|peserta ruang|messages?|conversation|discussed|said|decided|agreed|members?)\b/i;
/** Longer texts are pastes that happen to hold such words. */
const LONGEST_UNITS = 600;

/** `daftar semua persyaratan`, `list every deadline`, `ringkas dokumen ini`: a few passages cannot answer these. */
export function isWholeQuestion(text: string): boolean {
  const asked = text.trim();
  if (asked.length > LONGEST_UNITS || ABOUT_ROOM.test(asked)) return false;
  return SUMMARY.test(asked) || (QUANTIFIER.test(asked) && LISTING.test(asked));
}

const PAGES =
  /\b(?:dari |mulai |from )?(?:halaman|hal\.?|hlm\.?|pages?|pp?\.)\s*(\d{1,5})(?:\s*(?:-|–|s\.?\s?d\.?|sampai(?: dengan)?|hingga|to|until|through)\s*(?:halaman |hlm\.? |page )?(\d{1,5}))?/i;

/** `hlm. 12–40`, `dari halaman 191`: only these pages are meant. One page alone is read from there on. */
export function pagesAsked(text: string): { from: number; to: number } {
  const match = PAGES.exec(text);
  const from = match ? Math.max(1, Number(match[1])) : 1;
  const to = match?.[2] ? Number(match[2]) : Number.POSITIVE_INFINITY;
  return to >= from ? { from, to } : { from: 1, to: Number.POSITIVE_INFINITY };
}

const TENDER_PAPERS =
  /\b(?:kak|tor|rks|rfp|rfq|rfi|kerangka acuan|dokumen (?:pengadaan|lelang|tender|pemilihan)|tender documents?)\b/i;

/**
 * Which documents a question about a whole means: those it brought along, else those it names, else the tender papers when it asks for
 * them, else all. @param found ids of the documents that a search found, best first: they are read first
 */
export function documentsMeant(
  text: string,
  candidates: { attached: readonly DocumentRow[]; inRoom: readonly DocumentRow[]; inLibrary: readonly DocumentRow[] },
  found: readonly string[],
): DocumentRow[] {
  if (candidates.attached.length > 0) return [...candidates.attached];
  const everywhere = [...candidates.inRoom, ...candidates.inLibrary];
  const named = mostNamed(text, everywhere);
  if (named.length > 0) return bestFirst(named, found);
  const papers = TENDER_PAPERS.test(text) ? candidates.inRoom.filter(({ kind }) => kind === 'tor') : [];
  if (papers.length > 0) return bestFirst(papers, found);
  if (candidates.inRoom.length > 0) return bestFirst(candidates.inRoom, found);
  // Nobody means the whole library: only what the search points at.
  return candidates.inLibrary.filter(({ id }) => found.includes(id));
}

/** The documents whose names share most words with the question; words that all names share tell nothing. */
function mostNamed(text: string, documents: readonly DocumentRow[]): DocumentRow[] {
  const asked = new Set(stemsOf(text));
  const names = documents.map((row) => new Set(stemsOf(row.name.replace(/\.\w{2,5}$/, ''))));
  const scores = names.map((name) => {
    let score = 0;
    for (const stem of name) {
      const sharing = names.filter((other) => other.has(stem)).length;
      if (asked.has(stem) && (documents.length === 1 || sharing < documents.length)) score += 1 / sharing;
    }
    return score;
  });
  const best = Math.max(0, ...scores);
  return best === 0 ? [] : documents.filter((_, index) => scores[index] === best);
}

function bestFirst(documents: readonly DocumentRow[], found: readonly string[]): DocumentRow[] {
  const place = ({ id }: DocumentRow) => (found.includes(id) ? found.indexOf(id) : found.length);
  return [...documents].sort((a, b) => place(a) - place(b));
}
