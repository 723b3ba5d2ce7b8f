// Markdown as people and models write it in a tender room, in both languages, and the same with its edges rubbed.

export interface MarkdownSample {
  name: string;
  text: string;
}

const lines = (...all: string[]): string => all.join('\n');

export const MARKDOWN_CORPUS: readonly MarkdownSample[] = [
  {
    name: 'an answer with citations',
    text: lines(
      '**Boleh, dengan dua syarat.** Pasal 5.3 KAK mewajibkan satu tenaga ahli untuk satu posisi[1], tetapi Addendum 02 membuka pengecualian[2]:',
      '',
      '1. total penugasan tidak melebihi *100%* waktu kerja per bulan;',
      '2. ada persetujuan tertulis PPK, paling lambat **14 hari** sebelumnya.',
      '',
      'Sumber [3] tidak ada di ruang ini, jadi tetap teks. @ratna tolong cek; @ProjectWise sudah, @orang-lain belum.',
    ),
  },
  {
    name: 'a table after a sentence, words after the table',
    text: lines(
      'Here are the service levels:',
      '| Service level | Required | Penalty |',
      '|:--|--:|:-:|',
      '| Uptime, monthly | ≥ 99.9% | 0.5% per hour[1] |',
      '| DRC failover (RTO) | ~~4 h~~ 2 h | 1% per event |',
      '| Pipe \\| inside | `a \\| b` | **bold** |',
      '| too | many | cells | here |',
      '| few |',
      'And this sentence follows directly.',
    ),
  },
  {
    name: 'a line with bars that is no table',
    text: lines(
      '| not a table',
      'because no dashes follow',
      '',
      '| a | b |',
      '',
      '|---|',
      'x | y',
      '--- | ---',
      '1 | 2',
    ),
  },
  {
    name: 'nested lists with code, quotes and tasks',
    text: lines(
      '- Administrasi',
      '  - [x] NIB',
      '  - [ ] Surat dukungan',
      '    lanjutan baris yang sama',
      '',
      '  Paragraf kedua pada butir pertama.',
      '- Teknis',
      '',
      '  ```yaml',
      '  rto: 2h',
      '',
      '    nested: true',
      '  ```',
      '  > catatan di dalam butir',
      '- Harga',
      'baris malas yang ikut butir',
      '',
      '7. tujuh',
      '8. delapan',
      '   * bintang',
      '     + tambah',
      '10) kurung',
      '* - * a',
      '-',
      '- ',
      '',
      'Selesai.',
    ),
  },
  {
    name: 'fences of every kind',
    text: lines(
      '```python',
      'nilai = 18_600_000_000  # rev 3',
      '',
      'print(f"{nilai:,}")',
      '```',
      'antara',
      '~~~',
      '```',
      'not the end',
      '~~~~',
      '````md',
      '```',
      'inner',
      '```',
      '````',
      '``` not `a fence`',
      '```',
      'never closed',
      '',
      '- still code',
    ),
  },
  {
    name: 'headings and rules',
    text: lines(
      '# Satu',
      '## Dua ##',
      '### Tiga #tag',
      '#bukan',
      '#',
      '####### tujuh',
      'teks',
      '---',
      '***',
      '_ _ _',
      'a',
      '===',
      '- - -',
      '**',
    ),
  },
  {
    name: 'quotes and replies',
    text: lines(
      '> Denda *keterlambatan* paling banyak 5%',
      '> dari nilai kontrak[1].',
      '>',
      '> > lebih dalam',
      '> - butir',
      'Setuju.',
      '>tanpa spasi',
      '',
      '> ```',
      '> kode',
      'keluar',
    ),
  },
  {
    name: 'links, addresses and pictures',
    text: lines(
      'See [Addendum 02](https://example.org/a_b_c?x=1&amp;y=2 "title"), https://example.org/path_(x)_y, (www.example.org).',
      'Mail presales@example.org or <https://example.org/auto> or <x@example.org>.',
      '![Denah **lantai**](https://example.org/denah.png) dan [![logo](https://a.example/l.png)](https://b.example/).',
      '[kosong]() [relatif](/a/b) [anker](#x) [ftp](ftp://example.org) [buka [dalam]](https://example.org) [tak selesai](https://example.org',
      '[ref]: https://example.org',
      '[ref] dan [ref][1] serta [1](https://example.org/1)',
    ),
  },
  {
    name: 'emphasis at its edges',
    text: lines(
      '**tebal** *miring* ***keduanya*** __tebal__ _miring_ snake_case_name 2*3*4 2 * 3 ~~coret~~ ~satu~',
      '**tebal *miring di dalam* lagi** dan *miring **tebal di dalam***',
      '**tidak ditutup dan *juga ini',
      '*) catatan kaki, **) dua bintang, `kode **bukan** tebal`, ``ganda ` di dalam``, `tak ditutup',
      '\\*bukan\\* \\[1\\] \\`x\\` &copy; &#169; &#x41; &nope; R&D &',
    ),
  },
  {
    name: 'raw tags are words',
    text: lines(
      '<div class="x">',
      '**tebal** di dalam',
      '</div>',
      '',
      '<b>b</b> <br> baris<br/>baru <!-- komentar --> a < b > c <3',
      '<script>alert(1)</script>',
      '<details><summary>x</summary>',
    ),
  },
  {
    name: 'formulas and money',
    text: lines(
      'Denda $d = 0{,}005 \\cdot n$ per jam, jadi \\(d_{maks} \\le 5\\%\\) dan $x$; harga $5 dan $10, US$5, bukan $HOME/$USER.',
      '$$\\sum_{i=1}^{36} d_i = 930$$',
      'lalu **tebal $a*b*c$ tebal** dan',
      '',
      '\\[',
      '\\begin{aligned}',
      'a &= b \\\\',
      'c &= d',
      '\\end{aligned}',
      '\\]',
      '',
      '- butir $$e = mc^2$$ di tengah',
      '- $$',
      '  y = 2',
      '  $$',
      '',
      '| $a$ | b |',
      '|--|--|',
      '| $x_1$ | `$y$` |',
      '',
      '$\\notacommand{x}$ dan $$\\frac{1}$$ gagal, $ini tidak ditutup',
      '',
      '$$',
      'tidak pernah',
      '',
      'ditutup',
    ),
  },
  {
    name: 'diagrams, whole and broken',
    text: lines(
      'Alurnya:',
      '',
      '```mermaid',
      'flowchart LR',
      '  A[Unggah] --> B{Terbaca?}',
      '  B -->|ya| C[Tanya]',
      '  B -->|tidak| D[OCR]',
      '```',
      '',
      '- di dalam butir',
      '  ```mermaid',
      '  sequenceDiagram',
      '    Ratna->>ProjectWise: Tanya',
      '  ```',
      '',
      '```mermaid',
      'ini bukan diagram',
      '```',
      '',
      '```mermaid',
      'graph TD',
      '  X --> Y',
    ),
  },
  {
    name: 'CRLF',
    text: '# Judul\r\n\r\nbaris satu\r\nbaris dua\r\n\r\n| a | b |\r\n|---|---|\r\n| 1 | 2 |\r\n\r\n```js\r\nlet a;\r\n```\r\n- x\r\n- y\r\n',
  },
  {
    name: 'emoji and marks',
    text: 'Halo 👋🏽 **👩‍👩‍👧‍👦 keluarga** 🇮🇩 e\u0301 ❤️\n\n- 🚀 satu\n- 𝒳𝒴 dua 👍\n\n| 😀 | b |\n|--|--|\n| 👨🏿‍💻 | 𠮷 |',
  },
  {
    name: 'indented code and tabs',
    text: lines(
      'teks',
      '',
      '    kode satu',
      '',
      '\tkode dua',
      '',
      'teks lagi',
      '    bukan kode',
      '',
      '-\ttab',
      '\t- dalam',
      '',
      '\t\tkode dalam butir',
    ),
  },
  {
    name: 'a long line',
    text: `Paragraf ${'panjang sekali dengan **beberapa** kata dan [1] rujukan, '.repeat(60)}selesai.`,
  },
  { name: 'a long word', text: 'a'.repeat(3_000) },
  { name: 'only white space', text: ' \n\n\t\n  \r\n' },
  { name: 'nothing', text: '' },
  { name: 'deep quotes', text: `${'> '.repeat(14)}dalam\n${'- '.repeat(14)}dalam` },
  {
    name: 'numbers that begin lines',
    text: lines('Tahun', '2026 adalah tahunnya', '2026. bukan butir', '', '2026. butir', '1. satu', 'x', '1) dua'),
  },
];

/** The same sequence of numbers from 0 to 1 for the same seed, so that a failure can be repeated. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Up to `most` places to cut a text of this length, ascending; surrogate pairs may be cut too. */
export function randomCuts(length: number, most: number, random: () => number): number[] {
  const cuts = Array.from({ length: Math.floor(random() * most) }, () => Math.floor(random() * (length + 1)));
  return cuts.sort((left, right) => left - right);
}
