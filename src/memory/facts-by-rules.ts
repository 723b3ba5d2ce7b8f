// Finds facts without a model: sentences of forms that state something, in Indonesian and English. It would rather miss one than invent one.
import type { MemoryKind } from '../protocol/names.ts';
import {
  cleanFact,
  type FoundFact,
  hasFactLength,
  isQuestion,
  isSecret,
  ownWords,
  sentencesOf,
  type TypedMessage,
} from './fact.ts';
import { DATE_VALUE, FIGURE_VALUE, subjectOf } from './subject.ts';

const FACTS_PER_MESSAGE = 5;

/** `Catat: …`, `remember that …`: what follows is to be kept, whatever its form. */
const EXPLICIT =
  /^(?:(?:oke|ok|baik|tolong|mohon|harap|please|halo|hai|hi)[,\s]+)*(?:di)?(?:catat(?:kan)?|ingat(?:lah|kan)?|perlu (?:di)?ingat|untuk (?:di)?catat(?:an)?|remember|note|keep in mind|for the record|fyi)(?:\s+(?:ya|bahwa|kalau|that|this|ini))*\s*[:,–-]?\s+/i;
const FILLERS = /^(?:(?:oke|ok|baik|oh ya|oya|btw|by the way|jadi|nah|well|so|ya|yes|fyi|info|halo|hai|hi)[,:\s]+)+/i;
const REQUEST =
  /^(?:tolong|mohon|harap|coba|bisa|boleh|jelaskan|carikan?|buat(?:kan)?|ringkas(?:kan)?|hitung(?:kan)?|tulis(?:kan)?|terjemahkan|kirim(?:kan)?|cek|lihat|bantu|sebutkan|bandingkan|jangan|ayo|mari|please|summari[sz]e|explain|find|show|write|list|tell|give|make|check|look|help|compare|draft|let's|don't)\b/i;
const HEDGED =
  /\b(?:mungkin|barangkali|kayaknya|kelihatannya|sepertinya|kira-?kira|kalau|jika|apabila|bila|seandainya|andai|misal(?:nya|kan)?|contoh(?:nya)?|belum (?:tahu|pasti|jelas|tentu|diputuskan)|tidak yakin|entah|semoga|usul(?:an)?|menurut saya|bercanda|maybe|perhaps|probably|possibly|i think|i guess|i suppose|if|suppose|might|could be|not sure|unless|hopefully|for example|e\.g|kidding|imagine)\b/i;
const POINTING = /^(?:itu|ini|tadi|dia|mereka|hal (?:itu|ini)|that|this|it|there|he|she|they|those|these)\b/i;
const QUOTED = /["“”«»][^"“”«»]{12,}["“”«»]/;

const DECISION =
  /\b(?:(?:kita|kami|tim|we|the team)\s+(?:sudah\s+|telah\s+|have\s+|had\s+)?(?:memutuskan|putuskan|sepakat|setuju|memilih|pilih|decided|agreed|chose|settled)|diputuskan|disepakati|keputusan(?:nya)?|it was (?:decided|agreed)|(?:kita|kami|we|we're)\s+(?:akan\s+|jadi\s+|will\s+|are\s+)?(?:pakai|pake|gunakan|menggunakan|ambil|tawarkan|menawarkan|use|using|offer(?:ing)?|bid(?:ding)?|go with|going with))\b/i;
const DATED =
  /\b(?:deadline|tenggat|batas(?:nya)?|paling lambat|jatuh tempo|due|jadwal(?:nya)?|rapat|meeting|aanwijzing|penjelasan|presentasi|demo|kunjungan|survei|pengumuman|pembukaan|kick-?off|go-?live|mulai|selesai|berakhir|dimulai|starts?|ends?|closes?|submission|submit(?:ted)?|pemasukan|penyerahan|diserahkan|serah terima|handover|launch|libur|cuti|berlaku)\b/i;
const MEASURED =
  /\b(?:harga(?:nya)?|nilai(?:nya)?|anggaran(?:nya)?|pagu|hps|diskon(?:nya)?|potongan|margin|marjin|garansi(?:nya)?|jaminan|warranty|guarantee|price|budget|discount|costs?|biaya(?:nya)?|jumlah(?:nya)?|kapasitas|total|denda|sla|waktu tanggap|response time|ppn|tarif|target(?:nya)?|kuota|lama(?:nya)?|durasi|masa|bobot|ambang|minimal|maksimal|minimum|maximum|capacity|quantity|penalty|fee|rate|delivery|pengiriman|lead time|termin|uang muka|dp|anggota|pengguna|users?)\b/i;
const ROLE =
  /\b(?:pic|penanggung jawab(?:nya)?|ketua(?: tim)?|project manager|manajer proyek|pm|sekretaris|koordinator|narahubung|kontak(?:nya)?|contact|direktur|bendahara|person in charge|responsible|bertanggung jawab|(?:yang|yg) (?:akan )?(?:mengurus|memegang|pegang|tanda tangan|ttd|menandatangani|handle|urus|presentasi|menghitung|memimpin|menyiapkan)|in charge|handles?|handling|signs?|prepares?|leads?|ditandatangani|dipegang|diurus|dipimpin|disiapkan)\b/i;
const NAMED =
  /\b(?:saya|aku|I|pak|bu|ibu|bapak|mas|mbak|mr|mrs|ms)\b|(?<=\S\s)\p{Lu}\p{Ll}+|^\p{Lu}\p{Ll}+\s+(?:\p{Lu}|adalah|is|yang|akan|will|handles|signs|leads|prepares|menjadi|jadi|pegang)/u;
const LIKING =
  /\b(?:(?:saya|aku|kami|kita|i|we)\s+(?:lebih\s+|really\s+)?(?:suka|senang|selalu|biasanya|tidak (?:suka|pernah|makan|minum)|benci|alergi|prefer|like|love|hate|always|usually|never|dislike|don't (?:like|eat|drink))|panggil saya|call me|nama saya|my name is|saya (?:bekerja|tinggal|berasal|vegetarian)|i (?:work|live|come from|am (?:vegetarian|allergic)))\b/i;
const STATING = /\s(?:adalah|ialah|merupakan|is|are)\s+(?=\S+)/i;

/** In the order they were said. */
export function factsByRules(messages: readonly TypedMessage[]): FoundFact[] {
  return messages.flatMap((message) =>
    sentencesOf(ownWords(message.text))
      .flatMap((sentence) => factIn(sentence, message.id) ?? [])
      .slice(0, FACTS_PER_MESSAGE),
  );
}

function factIn(sentence: string, messageId: string): FoundFact | undefined {
  if (isQuestion(sentence) || isSecret(sentence) || QUOTED.test(sentence)) return undefined;
  const isExplicit = EXPLICIT.test(sentence);
  const text = capitalised(cleanFact(sentence.replace(EXPLICIT, '').replace(FILLERS, '')));
  if (!hasFactLength(text) || text.split(' ').length < 3 || isQuestion(text)) return undefined;
  const kind = kindOf(text) ?? (isExplicit ? 'fact' : undefined);
  if (kind === undefined) return undefined;
  if (!isExplicit && (REQUEST.test(text) || HEDGED.test(text) || POINTING.test(text))) return undefined;
  const subject = subjectOf(text, kind);
  return { messageId, text, kind, ...(subject === undefined ? {} : { subject }) };
}

/** Of a fact in somebody's own words, whatever its form. */
export function describeFact(text: string): { kind: MemoryKind; subject?: string } {
  const kind = kindOf(text) ?? 'fact';
  const subject = subjectOf(text, kind);
  return { kind, ...(subject === undefined ? {} : { subject }) };
}

function kindOf(text: string): MemoryKind | undefined {
  const isFigure = [...text.matchAll(FIGURE_VALUE)].length > 0;
  if (DECISION.test(text)) return 'decision';
  if (ROLE.test(text) && NAMED.test(text)) return 'role';
  if (DATED.test(text) && DATE_VALUE.test(text)) return 'date';
  if (MEASURED.test(text) && isFigure) return 'figure';
  if (LIKING.test(text)) return 'preference';
  const [left = '', right = ''] = text.split(STATING);
  const isStatement = left.split(' ').length <= 8 && right.split(' ').length >= 2 && left.length > 2;
  return STATING.test(text) && isStatement ? 'fact' : undefined;
}

const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
