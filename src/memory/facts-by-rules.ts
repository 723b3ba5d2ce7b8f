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
import { DAY_VALUE, FIGURE_VALUE, subjectOf } from './subject.ts';

const FACTS_PER_MESSAGE = 5;

/** `Catat: …`, `remember that …`: what follows is to be kept, whatever its form. */
const EXPLICIT =
  /^(?:(?:oke|ok|baik|tolong|mohon|harap|please|halo|hai|hi)[,\s]+)*(?:di)?(?:catat(?:kan)?|ingat(?:lah|kan)?|perlu (?:di)?ingat|untuk (?:di)?catat(?:an)?|remember|note|keep in mind|for the record|fyi)(?:\s+(?:ya|bahwa|kalau|that|this|ini))*\s*[:,–-]?\s+/i;
const FILLERS = /^(?:(?:oke|ok|baik|oh ya|oya|btw|by the way|jadi|nah|well|so|ya|yes|fyi|info|halo|hai|hi)[,:\s]+)+/i;
const REQUEST =
  /^(?:tolong|mohon|harap|coba|bisa|boleh|jelaskan|carikan?|buat(?:kan)?|ringkas(?:kan)?|hitung(?:kan)?|tulis(?:kan)?|terjemahkan|kirim(?:kan)?|cek|lihat|bantu|sebutkan|bandingkan|jangan|ayo|mari|please|summari[sz]e|explain|find|show|write|list|tell|give|make|check|look|help|compare|draft|let's|don't)\b/i;
const HEDGED =
  /\b(?:mungkin|barangkali|kayaknya|kelihatannya|sepertinya|kira-?kira|kalau|jika|apabila|bila|seandainya|andai|misal(?:nya|kan)?|contoh(?:nya)?|kayanya|kyknya|harusnya|semestinya|rasanya|bisa jadi|should be|supposed|belum (?:tahu|pasti|jelas|tentu|diputuskan)|tidak yakin|entah|semoga|usul(?:an)?|menurut saya|bercanda|maybe|perhaps|probably|possibly|i think|i guess|i suppose|if|suppose|might|could be|not sure|unless|hopefully|for example|e\.g|kidding|imagine)\b/i;
const POINTING = /^(?:itu|ini|tadi|dia|mereka|hal (?:itu|ini)|that|this|it|there|he|she|they|those|these)\b/i;
/** Said to the assistant about itself; a memory would say it again and again. */
const ORDERING =
  /\b(?:ignore|disregard|forget|override|abaikan|lupakan|langgar)\b.{0,60}\b(?:instructions?|rules?|prompts?|instruksi|aturan|perintah|sebelumnya|previous|above)\b/i;
/** Soon nobody will know which day that was. */
const PASSING =
  /\b(?:tadi|barusan|kemarin|hari ini|malam ini|besok|lusa|nanti|sebentar|yesterday|just now|earlier|today|tonight|tomorrow|this (?:morning|afternoon|evening))\b/i;
const CHATTER = /\b(?:dong|deh|sih|nih|kok|lol|ha(?:ha)+h?|he(?:he)+|wk(?:wk)+w?)\b/i;
const QUOTED = /["“”«»][^"“”«»]{12,}["“”«»]/;

const DECISION =
  /\b(?:(?:kita|kami|tim|we|the team)\s+(?:sudah\s+|telah\s+|have\s+|had\s+)?(?:memutuskan|putuskan|sepakat|setuju|memilih|pilih|decided|agreed|chose|settled)|diputuskan|disepakati|keputusan(?:nya)?|it was (?:decided|agreed)|(?:ditetapkan|disetujui|dibatalkan|approved)(?=\s+\S+\s+\S+)|mulai sekarang|from now on|(?:kita|kami|we)\s+(?:tidak|nggak|ngga|gak|ga|enggak|won't|will not|don't|do not|are not|aren't)\s+(?:akan\s+|jadi\s+|going to\s+)?(?:ikut|menawarkan|tawarkan|bid|offer|go with|join|participate)|we'll\s+(?:bid|use|offer|go with)|(?:kita|kami|we)\b[^.?!]{0,30}\b(?:kso|konsorsium|bermitra|subkon)\b|(?:kita|kami|we|we're)\s+(?:akan\s+|jadi\s+|will\s+|are\s+)?(?:pakai|pake|gunakan|menggunakan|ambil|tawarkan|menawarkan|use|using|offer(?:ing)?|bid(?:ding)?|go with|going with))\b/i;
const DATED =
  /\b(?:deadline|tenggat|batas(?:nya)?|paling lambat|jatuh tempo|due|jadwal(?:nya)?|rapat|meeting|aanwijzing|penjelasan|presentasi|demo|kunjungan|survei|pengumuman|pembukaan|kick-?off|go-?live|mulai|selesai|berakhir|dimulai|starts?|ends?|closes?|submission|submit(?:ted)?|pemasukan|penyerahan|diserahkan|serah terima|handover|launch|libur|cuti|berlaku|site visit|klarifikasi|negosiasi|pembuktian|masa sanggah|penetapan|penandatanganan|valid|expires?|diumumkan|announced|terbit|kedaluwarsa|kadaluarsa|uat|pelatihan|training|instalasi|pengiriman|delivery)\b/i;
const MEASURED =
  /\b(?:harga(?:nya)?|nilai(?:nya)?|anggaran(?:nya)?|pagu|hps|diskon(?:nya)?|potongan|margin|marjin|garansi(?:nya)?|jaminan|warranty|guarantee|price|budget|discount|costs?|biaya(?:nya)?|jumlah(?:nya)?|kapasitas|total|denda|sla|waktu tanggap|response time|ppn|tarif|target(?:nya)?|kuota|lama(?:nya)?|durasi|masa|bobot|ambang|minimal|maksimal|minimum|maximum|capacity|quantity|penalty|fee|rate|delivery|pengiriman|lead time|termin|uang muka|dp|anggota|pengguna|users?|kurs|rto|rpo|retensi|porsi|uptime|ketersediaan|availability|bandwidth|lisensi|licen[cs]es?|passing grade|exchange rate|bid|value|amount|nominal)\b/i;
const ROLE =
  /\b(?:pic|penanggung jawab(?:nya)?|ketua(?: tim)?|project manager|manajer proyek|tim (?:teknis|proposal|harga|legal|lapangan)\s*:|sekretaris|koordinator|narahubung|kontak(?:nya)?|contact|direktur|bendahara|person in charge|responsible|bertanggung jawab|(?:yang|yg) (?:akan )?(?:mengurus|memegang|pegang|tanda tangan|ttd|menandatangani|handle|urus|presentasi|menghitung|memimpin|menyiapkan)|in charge|handles?|handling|signs?|prepares?|leads?|ditandatangani|dipegang|diurus|dipimpin|disiapkan)\b/i;
/** Not the afternoon. */
const MANAGER = /(?<!\d)(?<!\d\s)\bPM\b/;
const NAMED =
  /\b(?:saya|aku|I|pak|bu|ibu|bapak|mas|mbak|mr|mrs|ms)\b|(?<=\S\s)\p{Lu}\p{Ll}+|^\p{Lu}\p{Ll}+\s+(?:\p{Lu}|adalah|is|yang|akan|will|handles|signs|leads|prepares|menjadi|jadi|pegang)/u;
const LIKING =
  /\b(?:(?:saya|aku|kami|kita|i|we)\s+(?:lebih\s+|really\s+)?(?:suka|senang|selalu|biasanya|tidak (?:suka|pernah|makan|minum)|benci|alergi|prefer|like|love|hate|always|usually|never|dislike|don't (?:like|eat|drink))|panggil saya|call me|nama saya|my name is|saya (?:bekerja|tinggal|berasal|vegetarian)|i (?:work|live|come from|am (?:vegetarian|allergic)))\b/i;
/** What others ask of an offer: the customer, the committee, the papers. */
const PARTIES =
  'pelanggan|klien|customers?|clients?|buyers?|panitia|pokja|ppk|penyedia|peserta|bidders?|suppliers?|vendors?|prinsipal|dokumen|penawaran|proposal|sertifikat|perangkat|sistem|tenaga ahli|documents?|equipment|experts?';
const DEMANDED = new RegExp(
  `\\b(?:${PARTIES})\\b[^.?!]{0,50}\\s(?:wajib|harus|mensyaratkan|minta|meminta|maunya|menolak|tidak (?:menerima|mau)|(?:won't|will not|does not|doesn't) accept|mewajibkan|menginginkan|requires?|must|needs?|wants?|insists?|prefers?)\\b(?!\\s+(?:kita|kami|saya|aku|ketemu|bertemu|datang|us|me|to (?:meet|talk|see)))|^(?:wajib|harus)\\s+(?:melampirkan|menyertakan|memiliki|punya|bersertifikat|mencantumkan)\\b`,
  'i',
);
const PLACED =
  /\b(?:[Ll]okasi|[Aa]lamat|[Ll]ocated|[Dd]ata [Cc]ent(?:er|re)|DRC?|[Gg]udang|[Kk]antor|[Ww]arehouse|[Oo]ffice)(?:nya)?\b[^.?!]{0,60}\s(?:di|at|in)\s+(?:\p{Ll}+:?\s+){0,3}\p{Lu}/u;
const ARRANGED =
  /^(?:tender|lelang|pengadaan|kontrak|evaluasi|proyek|contract|procurement)(?:nya)?\b[^.?!]{0,40}\s(?:pakai|pake|memakai|menggunakan|berupa|bersifat|kodenya|uses?)\s|\b(?:kompetitor|pesaing|competitors?|incumbent|distributor)\b(?=[^.?!]{0,40}\s\p{Lu}\p{Ll})/iu;
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
  if (isQuestion(sentence) || isSecret(sentence) || QUOTED.test(sentence) || ORDERING.test(sentence)) return undefined;
  const isExplicit = EXPLICIT.test(sentence);
  const text = capitalised(cleanFact(sentence.replace(EXPLICIT, '').replace(FILLERS, '')));
  if (!hasFactLength(text) || text.split(' ').length < 3 || isQuestion(text)) return undefined;
  const kind = kindOf(text) ?? (isExplicit ? 'fact' : undefined);
  if (kind === undefined) return undefined;
  if (!isExplicit && [REQUEST, HEDGED, POINTING, CHATTER].some((form) => form.test(text))) return undefined;
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
  if ((ROLE.test(text) || MANAGER.test(text)) && NAMED.test(text)) return 'role';
  const isPassing = PASSING.test(text);
  if (DATED.test(text) && DAY_VALUE.test(text) && !isPassing) return 'date';
  if (MEASURED.test(text) && isFigure && !isPassing) return 'figure';
  if (LIKING.test(text)) return 'preference';
  if ((DEMANDED.test(text) && !isPassing) || PLACED.test(text) || ARRANGED.test(text)) return 'fact';
  const [left = '', right = ''] = text.split(STATING);
  const isStatement = left.split(' ').length <= 8 && right.split(' ').length >= 2 && left.length > 2;
  return STATING.test(text) && isStatement ? 'fact' : undefined;
}

const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
