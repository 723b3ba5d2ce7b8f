// A small tender conversation for the pictures, and a language model that tells it: it can stop in the middle of a word and fail.
import { setTimeout } from 'node:timers/promises';
import {
  type LanguageModel,
  ModelError,
  type ModelEvent,
  type ModelRequest,
} from '../src/engines/llm/language-model.ts';

export const ROOM_NAME = 'Marabintan Layanan Terpadu';
export const BRIEF = 'Dinas Kominfo Kota Marabintan. Penawaran ditutup 27 November pukul 14.00.';

export const SLA_QUESTION = '@ProjectWise buatkan satu tabel: semua tingkat layanan yang kita bahas, dengan dendanya.';
export const SLA_ANSWER = `Ada empat tingkat layanan. Satu berubah setelah Addendum 02: pemulihan DRC turun dari 4 jam menjadi **2 jam**.

| Tingkat layanan | Disyaratkan | Denda |
| --- | --- | --- |
| Ketersediaan bulanan | ≥ 99,9 % | 0,5 % nilai bulanan per jam |
| Pemulihan DRC (RTO) | 2 jam | 1 % nilai bulanan per kejadian |
| Tanggapan severity 1 | 15 menit, 24×7 | Teguran, lalu 0,1 % |
| Laporan bulanan | Hari ke-5 | Tidak disebut |

Yang perlu diputuskan: siapa yang berjaga di luar jam kerja.`;

export const CAP_QUESTION = '@ProjectWise hitung plafon denda setahun kalau nilai kontrak Rp 18,6 M.';
export const CAP_ANSWER = `Plafon denda **Rp 930 juta**, yaitu 5 % dari nilai kontrak. Plafon itu tercapai setelah 360 jam gangguan dalam masa kontrak.

\`\`\`python
nilai_kontrak = 18_600_000_000
nilai_bulanan = nilai_kontrak / 36      # 36 bulan
denda_per_jam = 0.005 * nilai_bulanan   # Rp 2.583.333
plafon        = 0.05 * nilai_kontrak    # Rp 930.000.000
\`\`\``;

export const EXPERT_QUESTION = '@ProjectWise tenaga ahli DRC kita boleh merangkap posisi? Cek yang sudah kita catat.';
export const EXPERT_ANSWER = `**Boleh, dengan dua syarat.** Satu tenaga ahli untuk satu posisi tetap aturannya, tetapi Addendum 02 membuka pengecualian khusus DRC:

1. Total penugasan tidak lebih dari 100 % waktu kerja per bulan.
2. Rangkap jabatan disetujui tertulis oleh PPK paling lambat 14 hari kalender sebelum penugasan.

Setiap posisi tetap butuh daftar riwayat hidup dan surat pernyataan sendiri. Saran: ajukan permohonan ke PPK paling lambat 24 November.`;

export const DEADLINE_QUESTION = '@ProjectWise kapan batas akhir pertanyaan?';
export const DEADLINE_ANSWER =
  'Jumat **21 November pukul 12.00**, lewat portal. Jawaban panitia keluar tiga hari kerja kemudian.';

export const CERTIFICATE_QUESTION = '@ProjectWise apakah sertifikat 2022 masih berlaku?';
export const CERTIFICATE_ANSWER =
  'Tidak untuk evaluasi teknis: yang terbit sebelum 2023 tidak dihitung. Kita perlu dua sertifikat pengganti.';

export const STAFF_QUESTION = '@ProjectWise apa syarat personel minimalnya?';
export const STAFF_ANSWER =
  'Syarat personel minimal: satu *project manager* bersertifikat PMP, dua arsitek sistem dengan pengalaman lima tahun, serta';

/** `hold`: the text stops before this word until `release`. `fails`: after the text the model stalls. */
interface Scene {
  asked: string;
  said: string;
  hold?: string;
  fails?: boolean;
}

export interface Storyteller extends LanguageModel {
  play(scene: Scene): void;
  /** Lets the held answer go on. */
  release(): void;
}

const PAUSE_MS = 1;

/** Answers with the scene whose question stands in the newest message; searches the room's messages first when asked to. */
export function createStoryteller(): Storyteller {
  const scenes: Scene[] = [];
  let open = Promise.withResolvers<void>();
  async function* stream(request: ModelRequest, signal: AbortSignal): AsyncGenerator<ModelEvent> {
    const usage = { inputTokens: 2_140, outputTokens: 186 };
    if (request.purpose && request.purpose !== 'answer') {
      yield { type: 'done', stop: 'end', text: '', calls: [], usage };
      return;
    }
    const prompt = JSON.stringify(request.messages);
    const place = (text: string) => prompt.lastIndexOf(JSON.stringify(text).slice(1, -1));
    const scene = scenes.toSorted((a, b) => place(b.asked) - place(a.asked)).find((one) => place(one.asked) > 0);
    const said = scene?.said ?? 'Baik.';
    const hasSearched = request.messages.some((message) => message.role === 'tool');
    if (scene && !hasSearched && request.tools?.some((tool) => tool.name === 'search_messages')) {
      const call = { id: 'search', name: 'search_messages', args: { query: 'denda' } };
      yield { type: 'done', stop: 'tools', text: '', calls: [call], usage };
      return;
    }
    // Told once: a later question has the same words in its history.
    if (scene) scenes.splice(scenes.indexOf(scene), 1);
    for (const word of said.match(/\s*\S+/g) ?? []) {
      if (scene?.hold && word.includes(scene.hold)) await Promise.race([open.promise, aborted(signal)]);
      signal.throwIfAborted();
      await setTimeout(PAUSE_MS);
      yield { type: 'text', delta: word };
    }
    if (scene?.fails) throw new ModelError('stalled', 'The model stopped replying.', { seconds: 30 });
    yield { type: 'done', stop: 'end', text: said, calls: [], usage };
  }
  return {
    id: 'story',
    model: 'llama-3.3-70b',
    canJudge: true,
    acceptsImages: false,
    stream,
    play: (scene) => void scenes.push(scene),
    release() {
      open.resolve();
      open = Promise.withResolvers<void>();
    },
  };
}

const aborted = (signal: AbortSignal) =>
  new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
