// A step of the build: the list of emoji with the names by which people look for them, as the module `virtual:emoji`.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';

interface EmojiData {
  hexcode: string;
  emoji: string;
  label: string;
  tags?: string[];
  group?: number;
  order?: number;
  version?: number;
}

/** Names that Indonesians look for and Malay does not have. */
const INDONESIAN_NAMES: Record<string, string> = {
  '👍': 'setuju oke jempol bagus',
  '✅': 'sudah selesai beres centang',
  '🙏': 'terima kasih makasih mohon maaf salam',
  '👀': 'lihat pantau mata',
  '❓': 'tanya pertanyaan',
  '🎉': 'selamat pesta rayakan',
  '😄': 'senang tertawa senyum',
  '😢': 'sedih menangis',
  '😡': 'marah kesal',
  '🔥': 'api keren panas',
  '🚀': 'roket luncur mulai',
  '📌': 'sematkan pin penting',
  '📎': 'lampiran klip',
  '📄': 'dokumen halaman berkas',
  '📅': 'jadwal kalender tanggal',
  '⏰': 'alarm waktu tenggat',
  '💰': 'uang harga biaya',
  '🤝': 'sepakat jabat tangan kerja sama',
  '💪': 'semangat kuat',
  '☕': 'kopi istirahat',
  '🍚': 'nasi makan',
  '🏠': 'rumah kantor',
  '⚠️': 'awas peringatan hati-hati',
  '❌': 'salah batal tidak silang',
  '💡': 'ide gagasan lampu',
};

/** Of 2021: what came later is an empty box on devices in use. */
const NEWEST_VERSION = 14;

/** As Unicode recommends it for interchange, and the server takes it: a selector that adds nothing goes. */
const interchanged = (emoji: string): string =>
  /^\p{RGI_Emoji}$/v.test(emoji) ? emoji : emoji.replaceAll('\ufe0f', '');

/** Names of emoji without what only their makers need: tenth of the size. */
export function emojiNames(): Plugin {
  const id = 'virtual:emoji';
  const read = (language: string): EmojiData[] =>
    JSON.parse(
      readFileSync(
        fileURLToPath(new URL(`../node_modules/emojibase-data/${language}/data.json`, import.meta.url)),
        'utf8',
      ),
    );
  const plain = (text: string) => text.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase();
  return {
    name: 'emoji-names',
    resolveId: (source) => (source === id ? `\0${id}` : undefined),
    load(source) {
      if (source !== `\0${id}`) return undefined;
      const malay = new Map(read('ms').map((one) => [one.hexcode, one]));
      const all = read('en')
        .filter((one) => one.group !== undefined && one.group !== 2 && (one.version ?? 0) <= NEWEST_VERSION)
        .sort((a, b) => (a.order ?? 0) - (b.order ?? 0));
      const entries = all.map(({ emoji: written, hexcode, group, label, tags = [] }) => {
        const emoji = interchanged(written);
        const other = malay.get(hexcode);
        const names = [other?.label ?? '', INDONESIAN_NAMES[emoji] ?? '', ...tags, ...(other?.tags ?? [])];
        return [emoji, group, label, [...new Set(plain(names.join(' ')).split(/\s+/))].join(' ').trim()];
      });
      return `export const emoji = ${JSON.stringify(entries)};`;
    },
  };
}
