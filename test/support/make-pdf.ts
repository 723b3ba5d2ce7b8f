// Makes small PDFs for tests: text at places, lines, pictures; turned, encrypted, or broken on purpose.
import { createHash } from 'node:crypto';
import { deflateSync } from 'node:zlib';

export interface PdfPage {
  width?: number;
  height?: number;
  /** Clockwise, as /Rotate says it. */
  rotate?: number;
  /** Drawing operators, see `text`, `line` and `picture`. */
  content: string[];
  /** Gray pictures, drawn with `picture(index, …)`. */
  pictures?: { width: number; height: number; pixels: Uint8Array }[];
}

export interface PdfOptions {
  /** RC4 with 40 bits, as old programs write it. */
  password?: { user: string; owner: string };
}

const FONTS = { regular: 'Helvetica', bold: 'Helvetica-Bold', mono: 'Courier' } as const;

/** @param y from the bottom of the page */
export function text(
  x: number,
  y: number,
  words: string,
  style: { size?: number; font?: keyof typeof FONTS; hidden?: boolean; angle?: number } = {},
): string {
  const { size = 11, font = 'regular', hidden = false, angle = 0 } = style;
  const [cos, sin] = [Math.cos((angle * Math.PI) / 180), Math.sin((angle * Math.PI) / 180)].map((part) =>
    part.toFixed(5),
  );
  const escaped = words.replace(/[\\()]/g, '\\$&');
  return `BT /${font} ${size} Tf ${hidden ? 3 : 0} Tr ${cos} ${sin} ${-Number(sin!)} ${cos} ${x} ${y} Tm (${escaped}) Tj ET`;
}

/** Lines of text one under the other. */
export const lines = (
  x: number,
  y: number,
  texts: readonly string[],
  leading = 14,
  style: Parameters<typeof text>[3] = {},
): string[] => texts.map((words, index) => text(x, y - index * leading, words, style));

export const line = (x0: number, y0: number, x1: number, y1: number): string => `0.7 w ${x0} ${y0} m ${x1} ${y1} l S`;

/** All lines of a grid with these edges. */
export const grid = (xs: readonly number[], ys: readonly number[]): string[] => [
  ...xs.map((x) => line(x, ys[0]!, x, ys.at(-1)!)),
  ...ys.map((y) => line(xs[0]!, y, xs.at(-1)!, y)),
];

export const picture = (index: number, x: number, y: number, width: number, height: number): string =>
  `q ${width} 0 0 ${height} ${x} ${y} cm /P${index} Do Q`;

export function makePdf(pages: readonly PdfPage[], options: PdfOptions = {}): Uint8Array {
  const id = Buffer.from('0123456789abcdef');
  const lock = options.password ? createLock(options.password, id) : undefined;
  const objects: Buffer[] = [];
  const add = (body: string | Buffer): number => objects.push(Buffer.from(body));
  const addStream = (dictionary: string, data: Uint8Array): number => {
    const number = objects.length + 1;
    const stored = lock ? lock.encrypt(number, data) : Buffer.from(data);
    return add(
      Buffer.concat([
        Buffer.from(`<< ${dictionary} /Length ${stored.length} >>\nstream\n`),
        stored,
        Buffer.from('\nendstream'),
      ]),
    );
  };
  // The catalog and the list of pages come first and are filled in last.
  add('');
  add('');
  const fonts = Object.entries(FONTS).map(
    ([name, base]) =>
      `/${name} ${add(`<< /Type /Font /Subtype /Type1 /BaseFont /${base} /Encoding /WinAnsiEncoding >>`)} 0 R`,
  );
  const kids = pages.map((page) => {
    const images = (page.pictures ?? []).map(({ width, height, pixels }, index) => {
      const dictionary = `/Type /XObject /Subtype /Image /Width ${width} /Height ${height} /ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /FlateDecode`;
      return `/P${index} ${addStream(dictionary, deflateSync(pixels))} 0 R`;
    });
    const content = addStream('', Buffer.from(page.content.join('\n'), 'latin1'));
    const resources = `<< /Font << ${fonts.join(' ')} >> /XObject << ${images.join(' ')} >> >>`;
    return add(
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${page.width ?? 595} ${page.height ?? 842}] /Rotate ${page.rotate ?? 0} /Resources ${resources} /Contents ${content} 0 R >>`,
    );
  });
  objects[0] = Buffer.from('<< /Type /Catalog /Pages 2 0 R >>');
  objects[1] = Buffer.from(
    `<< /Type /Pages /Count ${kids.length} /Kids [${kids.map((kid) => `${kid} 0 R`).join(' ')}] >>`,
  );
  const encrypt = lock ? `/Encrypt ${add(lock.dictionary)} 0 R ` : '';
  return write(
    objects,
    `<< /Size ${objects.length + 1} /Root 1 0 R ${encrypt}/ID [<${id.toString('hex')}> <${id.toString('hex')}>] >>`,
  );
}

function write(objects: readonly Buffer[], trailer: string): Uint8Array {
  const parts: Buffer[] = [Buffer.from('%PDF-1.4\n')];
  const offsets: number[] = [];
  let length = parts[0]!.length;
  objects.forEach((body, index) => {
    const part = Buffer.concat([Buffer.from(`${index + 1} 0 obj\n`), body, Buffer.from('\nendobj\n')]);
    offsets.push(length);
    parts.push(part);
    length += part.length;
  });
  const table = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
  parts.push(
    Buffer.from(
      `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${table}trailer\n${trailer}\nstartxref\n${length}\n%%EOF\n`,
    ),
  );
  return new Uint8Array(Buffer.concat(parts));
}

// --- Encryption (standard handler, revision 2) -----------------------------------------------------------------------

const PADDING = Buffer.from('28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a', 'hex');
const PERMISSIONS = -64;

function createLock({ user, owner }: { user: string; owner: string }, id: Buffer) {
  const pad = (password: string): Buffer => Buffer.concat([Buffer.from(password, 'latin1'), PADDING]).subarray(0, 32);
  const ownerEntry = rc4(md5(pad(owner)).subarray(0, 5), pad(user));
  const permissions = Buffer.alloc(4);
  permissions.writeInt32LE(PERMISSIONS);
  const key = md5(Buffer.concat([pad(user), ownerEntry, permissions, id])).subarray(0, 5);
  const userEntry = rc4(key, PADDING);
  return {
    dictionary: `<< /Filter /Standard /V 1 /R 2 /O <${ownerEntry.toString('hex')}> /U <${userEntry.toString('hex')}> /P ${PERMISSIONS} >>`,
    encrypt(number: number, data: Uint8Array): Buffer {
      const salt = Buffer.from([number & 0xff, (number >> 8) & 0xff, (number >> 16) & 0xff, 0, 0]);
      return rc4(md5(Buffer.concat([key, salt])).subarray(0, 10), data);
    },
  };
}

const md5 = (data: Uint8Array): Buffer => createHash('md5').update(data).digest();

function rc4(key: Uint8Array, data: Uint8Array): Buffer {
  const state = Uint8Array.from({ length: 256 }, (_, index) => index);
  for (let index = 0, other = 0; index < 256; index += 1) {
    other = (other + state[index]! + key[index % key.length]!) & 255;
    [state[index], state[other]] = [state[other]!, state[index]!];
  }
  let [a, b] = [0, 0];
  return Buffer.from(data).map((byte) => {
    a = (a + 1) & 255;
    b = (b + state[a]!) & 255;
    [state[a], state[b]] = [state[b]!, state[a]!];
    return byte ^ state[(state[a]! + state[b]!) & 255]!;
  }) as Buffer;
}
