// "What can you do here?": the first thing a newcomer is offered to ask. The built-in responder answers it itself, without searching.
import type { Language } from '../../lib/words.ts';

const WHO = '(?:kamu|anda|you|projectwise)';
const PLACE = '(?: (?:di sini|di ruang ini|untuk (?:saya|kami)|here|in this room|for (?:me|us)))?';
const QUESTIONS = [
  `apa(?: saja)? yang (?:bisa|dapat) ${WHO} (?:lakukan|bantu|kerjakan)${PLACE}`,
  `${WHO} (?:bisa|dapat) apa(?: saja)?${PLACE}`,
  `what (?:can|could) ${WHO} (?:do|help with)${PLACE}`,
  `how can ${WHO} help(?: me| us)?${PLACE}`,
].map((question) => new RegExp(`^${question}$`));

export function asksWhatItCan(text: string): boolean {
  // Long texts are about something else.
  if (text.length > 120) return false;
  const asked = text
    .toLowerCase()
    .replace(/(^|\s)@[\p{L}\p{N}_.-]+/gu, ' ')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
  return QUESTIONS.some((question) => question.test(asked));
}

const SENTENCES = {
  id: {
    intro: 'Yang bisa Anda minta dari saya:',
    documents: (total: number) =>
      `**Isi dokumen.** ${total > 0 ? `Ada ${total} dokumen yang bisa saya baca.` : 'Belum ada dokumen di sini; lampirkan TOR/KAK lebih dulu.'} Tanyakan angka, syarat, atau tanggal: saya mengutip kalimatnya dan menunjukkan halamannya.`,
    whole: '**Seluruh dokumen.** “Daftar semua persyaratan” saya jawab setelah membaca setiap halaman.',
    said: '**Percakapan.** Apa yang pernah dikatakan di sini, oleh siapa dan kapan, dan apa yang sudah diingat.',
    more: 'Untuk ringkasan, perbandingan, dan draf, mintalah administrator memasang model bahasa.',
  },
  en: {
    intro: 'What you can ask me for:',
    documents: (total: number) =>
      `**What documents say.** ${total > 0 ? `There ${total === 1 ? 'is 1 document' : `are ${total} documents`} I can read.` : 'There is no document here yet; attach the TOR/KAK first.'} Ask for a figure, a requirement or a date: I quote the sentence and show its page.`,
    whole: '**Whole documents.** “List all requirements” I answer after reading every page.',
    said: '**The conversation.** What was said here, by whom and when, and what is remembered of it.',
    more: 'For summaries, comparisons and drafts, ask your administrator to set up a language model.',
  },
} as const;

/** @param who how the responder introduces itself; @param documents those that are read */
export function composeAbilities(language: Language, who: string, documents: number): string {
  const say = SENTENCES[language];
  const abilities = [say.documents(documents), say.whole, say.said].map((one) => `- ${one}`);
  return [`${who} ${say.intro}`, abilities.join('\n'), say.more].join('\n\n');
}
