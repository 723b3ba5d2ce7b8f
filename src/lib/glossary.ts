// Words of tenders that mean the same in English and Indonesian, so that a question in one language finds a document in the other without a model.
import { detectLanguage, type Language, stemsOf } from './words.ts';

/** English on the left, Indonesian on the right, equal ones apart by commas; phrases are matched as phrases. */
const PAIRS: readonly (readonly [string, string])[] = [
  ['bid bond, bid security, tender security', 'jaminan penawaran'],
  ['performance bond, performance security', 'jaminan pelaksanaan'],
  ['advance payment bond', 'jaminan uang muka'],
  ['maintenance bond', 'jaminan pemeliharaan'],
  ['warranty, guarantee', 'garansi, warranty, jaminan'],
  ['owner estimate, cost estimate', 'hps, harga perkiraan sendiri'],
  ['budget', 'anggaran, pagu'],
  ['price, cost', 'harga, biaya'],
  ['amount, value, worth', 'nilai, besar, sebesar, jumlah'],
  ['quantity, number', 'jumlah, banyak, sebanyak'],
  ['delivery, deliver, delivered, shipment', 'pengiriman, penyerahan'],
  ['deadline, due date, closing date, closing time', 'batas akhir, tenggat, paling lambat'],
  ['submission, submit, submitted', 'pemasukan, penyampaian, menyampaikan'],
  ['bid, offer, quotation, proposal', 'penawaran, proposal'],
  ['bidder, vendor, supplier, contractor, provider, participant', 'penyedia, peserta, rekanan, vendor'],
  ['tender, procurement, auction', 'pengadaan, lelang, pelelangan, tender'],
  ['award, awarded, winner', 'pemenang, penetapan, ditetapkan'],
  ['appointment, appointed', 'penunjukan, ditunjuk'],
  ['contract, agreement', 'kontrak, perjanjian'],
  ['payment, pay, paid', 'pembayaran, membayar'],
  ['penalty, liquidated damages, fine', 'denda, sanksi'],
  ['schedule, timeline, timetable', 'jadwal'],
  ['meeting, briefing, pre bid', 'rapat, penjelasan, aanwijzing'],
  ['clarification', 'klarifikasi, penjelasan'],
  ['negotiation', 'negosiasi'],
  ['opening', 'pembukaan'],
  ['announcement', 'pengumuman'],
  ['registration, register', 'pendaftaran'],
  ['evaluation, assessment', 'evaluasi, penilaian'],
  ['weight, score', 'bobot, nilai, skor'],
  ['passing grade, threshold, minimum score', 'ambang batas, passing grade, nilai minimal'],
  ['requirement, condition, criteria', 'persyaratan, syarat, ketentuan, kriteria'],
  ['qualification', 'kualifikasi'],
  ['experience', 'pengalaman'],
  ['certificate, certification, certified', 'sertifikat, sertifikasi, bersertifikat'],
  ['expert, specialist', 'tenaga ahli, ahli'],
  ['personnel, staff, manpower', 'personel, personil, tenaga kerja, karyawan'],
  ['project manager, project leader', 'manajer proyek, project leader, pimpinan proyek'],
  ['education, degree', 'pendidikan, ijazah'],
  ['specification', 'spesifikasi'],
  ['capacity', 'kapasitas'],
  ['device, equipment, hardware', 'perangkat, peralatan'],
  ['brand', 'merek, brand'],
  ['software, application', 'perangkat lunak, aplikasi'],
  ['license, licence, permit', 'lisensi, izin'],
  ['network', 'jaringan'],
  ['cable', 'kabel'],
  ['power', 'daya, listrik'],
  ['storage', 'penyimpanan, storage'],
  ['backup', 'cadangan, backup'],
  ['security', 'keamanan'],
  ['support, after sales', 'dukungan, purna jual, support'],
  ['maintenance', 'pemeliharaan, perawatan, maintenance'],
  ['response time, respond time', 'waktu tanggap, response time, respond time'],
  ['service', 'layanan, jasa'],
  ['installation, install', 'instalasi, pemasangan'],
  ['training', 'pelatihan, training'],
  ['testing, test', 'pengujian, uji'],
  ['acceptance, handover', 'serah terima, bast, penerimaan'],
  ['scope', 'ruang lingkup, lingkup'],
  ['output, deliverable', 'keluaran, hasil'],
  ['report', 'laporan'],
  ['purpose, objective, goal', 'tujuan, maksud, sasaran'],
  ['background', 'latar belakang'],
  ['location, site, place', 'lokasi, tempat'],
  ['address', 'alamat'],
  ['document, file', 'dokumen, berkas, file'],
  ['letter', 'surat'],
  ['statement', 'pernyataan'],
  ['administrative, administration', 'administrasi'],
  ['technical', 'teknis'],
  ['financial', 'keuangan'],
  ['tax', 'pajak'],
  ['company, firm', 'perusahaan'],
  ['bank', 'bank'],
  ['stamp, seal', 'materai, cap, stempel'],
  ['signature, signed, sign', 'ditandatangani, tanda tangan'],
  ['valid, validity', 'berlaku, masa berlaku'],
  ['period, duration, term', 'jangka waktu, masa, durasi'],
  ['day', 'hari'],
  ['working day, business day', 'hari kerja'],
  ['week', 'minggu'],
  ['month', 'bulan'],
  ['year', 'tahun'],
  ['hour', 'jam'],
  ['date', 'tanggal'],
  ['time', 'waktu'],
  ['start, begin', 'mulai'],
  ['finish, completion, complete', 'selesai, penyelesaian'],
  ['minimum, at least', 'minimal, paling sedikit, sekurang kurangnya'],
  ['maximum, at most, no more than', 'maksimal, paling banyak, paling lama'],
  ['required, mandatory, must', 'wajib, harus'],
  ['allowed, permitted', 'boleh, diperbolehkan'],
  ['forbidden, prohibited', 'dilarang'],
  ['method, mechanism', 'metode, mekanisme'],
  ['stage, phase', 'tahap, tahapan'],
  ['envelope', 'sampul'],
  ['subcontract, subcontractor', 'subkontrak, subkontraktor'],
  ['consortium, joint operation', 'konsorsium, kso, kerja sama operasi'],
  ['local content', 'tkdn, komponen dalam negeri'],
  ['reason', 'alasan'],
  ['change, amendment', 'perubahan'],
  ['cancel, cancelled, cancellation', 'batal, pembatalan'],
  ['reject, rejected, disqualified', 'ditolak, gugur, digugurkan'],
  ['objection, appeal', 'sanggah, sanggahan'],
  ['recognised, recognized, prevail, prevails', 'diakui, berlaku'],
  ['figure, numeral', 'angka'],
  ['word, letter', 'huruf'],
  ['customer, client, owner', 'pelanggan, pemberi tugas, pemilik'],
  ['user', 'pengguna'],
  ['data centre, data center', 'pusat data, data center'],
  ['language', 'bahasa'],
  ['programming', 'pemrograman'],
  ['question', 'pertanyaan'],
  ['written', 'tertulis'],
  ['request, filing', 'pengajuan, permohonan'],
  ['scope of work', 'lingkup pekerjaan, ruang lingkup'],
  ['insurance', 'asuransi'],
  ['termination, terminate', 'pemutusan, pengakhiran'],
  ['notice', 'pemberitahuan'],
  ['breach', 'pelanggaran'],
  ['availability', 'ketersediaan'],
  ['subscriber', 'pelanggan'],
  ['weighting', 'bobot'],
  ['currency', 'mata uang'],
];

export interface Equivalent {
  /** Stems of the phrase as it stands in the text. */
  said: readonly string[];
  /** Words that mean the same in the other language, each as stems. */
  means: readonly (readonly string[])[];
  /** The same as written. */
  words: readonly string[];
}

type Entry = { stems: string[]; other: string[] };
let entries: Record<Language, Entry[]> | undefined;

/** Made on first use: most processes never ask. */
function entriesOf(language: Language): Entry[] {
  entries ??= { en: entriesBetween(0, 1), id: entriesBetween(1, 0) };
  return entries[language];
}

const entriesBetween = (from: 0 | 1, to: 0 | 1): Entry[] =>
  PAIRS.flatMap((pair) =>
    splitList(pair[from]).map((phrase) => ({ stems: stemsOf(phrase), other: splitList(pair[to]) })),
  )
    .filter(({ stems }) => stems.length > 0)
    .sort((a, b) => b.stems.length - a.stems.length);

const splitList = (list: string): string[] => list.split(',').map((word) => word.trim());

/** What stands in a text and has another name in the other language; the longest phrases first, no word twice. */
export function equivalentsOf(text: string, language = detectLanguage(text, undefined)): Equivalent[] {
  const stems = stemsOf(text);
  const taken = new Set<number>();
  const found: Equivalent[] = [];
  for (const entry of entriesOf(language)) {
    const at = stems.findIndex((_, index) =>
      entry.stems.every((stem, offset) => stems[index + offset] === stem && !taken.has(index + offset)),
    );
    if (at < 0) continue;
    for (let offset = 0; offset < entry.stems.length; offset++) taken.add(at + offset);
    found.push({ said: entry.stems, means: entry.other.map((word) => stemsOf(word)), words: entry.other });
  }
  return found;
}
