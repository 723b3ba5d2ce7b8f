// Passages in numbers, as tender papers hold them: Indonesian with some English, few words often and many seldom, the same for the same seed.
import { createRandom } from './random.ts';

const STEMS =
  'garansi jadwal bayar latih jamin kirim pasang rawat uji layan dokumen tawar sedia serah terima kontrak harga jangka waktu lokasi gudang kapasitas daya sistem jaringan aplikasi laporan tenaga ahli pengalaman sertifikat pajak denda lambat biaya angkut barang mutu standar ukur contoh gambar rencana tahap selesai periksa setuju batal ubah tambah kurang simpan cadang pulih aman akses sandi catat pantau rusak ganti suku hubung kantor cabang wilayah panitia pimpin wakil kuasa bukti alamat modal pokok bank mata uang nilai bobot teknis administrasi syarat ketentuan pasal ayat lampiran formulir'.split(
    ' ',
  );
const ENGLISH =
  'server storage backup network firewall license software hardware support training warranty delivery payment schedule database cluster latency throughput response ticket monitoring security audit milestone acceptance testing maintenance upgrade migration redundancy bandwidth encryption'.split(
    ' ',
  );
const SMALL =
  'dan yang untuk dengan pada dari oleh atau sesuai dalam paling sejak selama harus wajib dapat tidak setiap'.split(
    ' ',
  );
const SHAPES: ((stem: string) => string)[] = [
  (stem) => stem,
  (stem) => `${stem}an`,
  (stem) => `${stem}nya`,
  (stem) => `di${stem}kan`,
  (stem) => `peng${stem}an`,
  (stem) => `ber${stem}`,
];
const PASSAGE_WORDS = 60;
/** Where chance is raised to this power, the first of a list come up most. */
const SKEW = 3;

export interface Maker {
  passage(): string;
  /** A question of a few words, some of which stand in many passages. */
  question(): string;
}

export function createMaker(seed: number): Maker {
  const random = createRandom(seed);
  const oneOf = <T>(list: readonly T[], skew = 1): T => list[Math.floor(random() ** skew * list.length)]!;
  const content = (): string => {
    const chance = random();
    if (chance < 0.08) return oneOf(ENGLISH, SKEW);
    if (chance < 0.12) return `${Math.floor(random() ** SKEW * 2_000)}`;
    if (chance < 0.13) return `PSL-${Math.floor(random() * 100_000)}`;
    return oneOf(SHAPES, SKEW)(oneOf(STEMS, 1.5));
  };
  const word = (): string => (random() < 0.3 ? oneOf(SMALL, SKEW) : content());
  return {
    passage: () => `${Array.from({ length: PASSAGE_WORDS }, word).join(' ')}.`,
    question: () => `Berapa ${Array.from({ length: 3 + Math.floor(random() * 3) }, content).join(' ')}?`,
  };
}
