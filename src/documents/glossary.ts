// Words of tenders in both languages, so that a question in one finds papers in the other without any model.
import { stem, words } from '../lib/terms.ts';

/** Indonesian, then English; what stands in one cell means about the same. */
const PAIRS: [string, string][] = [
  // The procedure
  ['tender, lelang, pelelangan, pengadaan', 'tender, procurement, bidding'],
  ['kerangka acuan kerja, kak', 'terms of reference, tor'],
  ['rencana kerja dan syarat, rks', 'tender specification, request for proposal, rfp'],
  ['penawaran', 'bid, offer, proposal, quotation'],
  ['dokumen penawaran', 'bid documents, bid submission'],
  ['pemasukan, pengajuan, penyampaian', 'submission'],
  ['batas waktu, batas akhir, tenggat', 'deadline, due date, closing date'],
  ['penjelasan, aanwijzing', 'clarification, pre-bid meeting, briefing'],
  ['pembukaan', 'opening'],
  ['pengumuman', 'announcement'],
  ['pendaftaran', 'registration'],
  ['pemenang, ditetapkan, penetapan', 'award, winner, awarded'],
  ['sanggah, sanggahan', 'objection, appeal, protest'],
  ['evaluasi, penilaian', 'evaluation, assessment, scoring'],
  ['ambang batas, nilai minimal', 'threshold, passing grade, minimum score'],
  ['bobot', 'weight'],
  ['gugur, diskualifikasi', 'disqualified, rejected'],
  ['metode', 'method'],
  ['sampul', 'envelope'],
  ['jadwal', 'schedule, timeline'],
  ['tahap, tahapan', 'stage, phase'],
  ['addendum, perubahan', 'amendment, addendum'],
  // People and parties
  ['pemberi tugas, pemberi kerja, pengguna jasa', 'client, employer, buyer, procuring entity'],
  ['penyedia, rekanan, vendor', 'vendor, supplier, contractor, provider'],
  ['peserta', 'bidder, participant, tenderer'],
  ['perusahaan', 'company'],
  ['panitia', 'committee'],
  ['tenaga ahli, personel', 'expert, personnel, staff, key personnel'],
  ['tim', 'team'],
  ['pengalaman', 'experience'],
  ['sertifikat, sertifikasi', 'certificate, certification, certified'],
  ['kualifikasi', 'qualification'],
  ['izin usaha, perizinan', 'business licence, license, permit'],
  ['struktur organisasi', 'organisation structure, organization chart'],
  // Money
  ['harga', 'price, cost'],
  ['biaya', 'cost, fee'],
  ['hps, harga perkiraan sendiri, nilai pekerjaan', "owner's estimate, estimated price, budget ceiling"],
  ['anggaran, pagu', 'budget'],
  ['jaminan penawaran', 'bid bond, bid security, tender bond'],
  ['jaminan pelaksanaan', 'performance bond, performance security'],
  ['jaminan uang muka', 'advance payment bond'],
  ['jaminan', 'bond, guarantee, security'],
  ['uang muka', 'advance payment, down payment'],
  ['pembayaran', 'payment'],
  ['denda, denda keterlambatan', 'penalty, liquidated damages, late penalty'],
  ['keterlambatan', 'delay'],
  ['pajak, ppn', 'tax, vat'],
  ['tagihan, faktur', 'invoice'],
  ['nilai, besar', 'value, amount'],
  ['harga satuan', 'unit price'],
  ['daftar kuantitas', 'bill of quantities'],
  // Scope and delivery
  ['ruang lingkup, lingkup pekerjaan', 'scope, scope of work'],
  ['pekerjaan', 'work, job'],
  ['keluaran', 'deliverable, output'],
  ['pengiriman, penyerahan', 'delivery, shipment'],
  ['serah terima', 'handover, acceptance'],
  ['jangka waktu, masa', 'period, duration, term, validity'],
  ['waktu pelaksanaan, jangka waktu pelaksanaan', 'implementation period, completion time'],
  ['pemasangan, instalasi', 'installation'],
  ['pelatihan', 'training'],
  ['alih pengetahuan', 'knowledge transfer'],
  ['pengujian, uji', 'test, testing'],
  ['uji coba', 'trial, proof of concept'],
  ['lokasi, tempat', 'location, site, place'],
  ['laporan', 'report'],
  ['perangkat', 'device, equipment, hardware'],
  ['perangkat lunak, aplikasi', 'software, application'],
  ['perangkat keras', 'hardware'],
  ['lisensi', 'licence, license'],
  ['merek', 'brand'],
  ['jaringan', 'network'],
  ['kabel', 'cable'],
  ['penyimpanan', 'storage'],
  ['kapasitas', 'capacity'],
  ['kecepatan', 'speed'],
  ['keamanan', 'security'],
  ['persyaratan, syarat', 'requirement, condition'],
  ['spesifikasi', 'specification'],
  ['ketersediaan', 'availability, uptime'],
  ['cadangan', 'backup, spare'],
  // Afterwards
  ['garansi', 'warranty, guarantee'],
  ['purna jual, purnajual', 'after-sales, after sales'],
  ['pemeliharaan, perawatan', 'maintenance'],
  ['perbaikan', 'repair'],
  ['penggantian', 'replacement'],
  ['dukungan, layanan', 'support, service'],
  ['waktu tanggap, respon', 'response time'],
  ['gangguan', 'incident, outage'],
  ['pengaduan, laporan gangguan', 'complaint, ticket'],
  // Contract
  ['kontrak, perjanjian', 'contract, agreement'],
  ['pemutusan, pengakhiran', 'termination'],
  ['kerahasiaan', 'confidentiality'],
  ['tanggung jawab', 'liability, responsibility'],
  ['keadaan kahar', 'force majeure'],
  ['perselisihan, sengketa', 'dispute'],
  ['surat kuasa', 'power of attorney'],
  ['surat pernyataan', 'statement letter, declaration'],
  ['materai, meterai', 'stamp duty'],
  ['tanda tangan, ditandatangani', 'signature, signed'],
  // Small words that decide
  ['hari', 'day'],
  ['hari kerja', 'working day, business day'],
  ['hari kalender', 'calendar day'],
  ['bulan', 'month'],
  ['tahun', 'year'],
  ['jam', 'hour'],
  ['tanggal', 'date'],
  ['maksimal, paling lambat', 'maximum, at most, no later than'],
  ['minimal, sekurang-kurangnya', 'minimum, at least'],
  ['wajib, harus', 'mandatory, must, shall, required'],
  ['jumlah, banyak, sebanyak', 'number, quantity, how many'],
  ['setelah, sejak', 'after, since'],
];

const LONGEST_PHRASE_WORDS = 4;

/** By the stems of a phrase, what it is called in the other language. Made with the first question. */
let meanings: Map<string, Set<string>> | undefined;

/**
 * What the words and phrases of a text are called in the other language; empty when none is known. Forms of a word count as the word.
 */
export function translate(text: string): string {
  meanings ??= learn();
  const stems = words(text).map(stem);
  const found = new Set<string>();
  for (let at = 0; at < stems.length; ) {
    const length = longestPhrase(stems, at, meanings);
    for (const meaning of meanings.get(stems.slice(at, at + length).join(' ')) ?? []) found.add(meaning);
    // What is part of a phrase means something else alone: a bid bond is no bid.
    at += Math.max(1, length);
  }
  return [...found].join(' ');
}

function learn(): Map<string, Set<string>> {
  const learnt = new Map<string, Set<string>>();
  const add = (from: string, to: string): void => {
    for (const phrase of from.split(',')) {
      const key = words(phrase).map(stem).join(' ');
      learnt.set(key, (learnt.get(key) ?? new Set()).add(to.replaceAll(',', ' ')));
    }
  };
  for (const [indonesian, english] of PAIRS) {
    add(indonesian, english);
    add(english, indonesian);
  }
  return learnt;
}

function longestPhrase(stems: readonly string[], at: number, meanings: ReadonlyMap<string, unknown>): number {
  for (let length = Math.min(LONGEST_PHRASE_WORDS, stems.length - at); length > 0; length--) {
    if (meanings.has(stems.slice(at, at + length).join(' '))) return length;
  }
  return 0;
}
