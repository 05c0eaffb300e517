import { crc32, deflateSync, inflateSync } from 'node:zlib';

/** Pages have few colours: with a palette their picture takes a third of the octets, and looks the same. */

const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');
const MOST_COLOURS = 256;
/** Of two colours, squared. */
const FARTHEST = 3 * 255 ** 2;

type Picture = { width: number; height: number; pixels: Uint32Array };

function chunksOf(png: Buffer): { type: string; data: Buffer }[] {
  const chunks = [];
  for (let at = SIGNATURE.length; at < png.length; ) {
    const length = png.readUInt32BE(at);
    chunks.push({
      type: png.toString('latin1', at + 4, at + 8),
      data: png.subarray(at + 8, at + 8 + length),
    });
    at += length + 12;
  }
  return chunks;
}

/** RFC 2083 § 6.6: of left, above and left above, what is nearest to left + above - left above. */
function paeth(left: number, above: number, corner: number): number {
  const guess = left + above - corner;
  const [byLeft, byAbove, byCorner] = [left, above, corner].map((one) => Math.abs(guess - one)) as [
    number,
    number,
    number,
  ];
  return byLeft <= byAbove && byLeft <= byCorner ? left : byAbove <= byCorner ? above : corner;
}

/** What each filter of a line adds to an octet (RFC 2083 § 6). */
const PREDICTIONS: ((left: number, above: number, corner: number) => number)[] = [
  () => 0,
  (left) => left,
  (_left, above) => above,
  (left, above) => (left + above) >> 1,
  paeth,
];

/** A picture as browsers write it: 8 bits a channel, three channels or four, opaque, not interlaced. */
function read(png: Buffer): Picture {
  const chunks = chunksOf(png);
  const head = chunks[0]?.data ?? Buffer.alloc(13);
  const [width, height] = [head.readUInt32BE(0), head.readUInt32BE(4)];
  const channels = { 2: 3, 6: 4 }[head[9] ?? 0];
  if (!channels || head[8] !== 8 || head[12] !== 0) throw new Error('not a picture that a browser took');
  const packed = chunks.filter(({ type }) => type === 'IDAT').map(({ data }) => data);
  const octets = inflateSync(Buffer.concat(packed));
  const stride = width * channels;
  const lines = new Uint8Array(stride * height);
  const pixels = new Uint32Array(width * height);
  for (let y = 0; y < height; y += 1) {
    const predict = PREDICTIONS[octets[y * (stride + 1)] ?? 0] ?? PREDICTIONS[0];
    const line = y * stride;
    for (let x = 0; x < stride; x += 1) {
      const left = x < channels ? 0 : (lines[line + x - channels] ?? 0);
      const above = y === 0 ? 0 : (lines[line + x - stride] ?? 0);
      const corner = x < channels || y === 0 ? 0 : (lines[line + x - stride - channels] ?? 0);
      lines[line + x] = (octets[y * (stride + 1) + 1 + x] ?? 0) + (predict?.(left, above, corner) ?? 0);
    }
    for (let x = 0; x < width; x += 1) {
      const at = line + x * channels;
      pixels[y * width + x] = ((lines[at] ?? 0) << 16) | ((lines[at + 1] ?? 0) << 8) | (lines[at + 2] ?? 0);
    }
  }
  return { width, height, pixels };
}

const distance = (one: number, other: number): number =>
  ((one >> 16) - (other >> 16)) ** 2 +
  (((one >> 8) & 255) - ((other >> 8) & 255)) ** 2 +
  ((one & 255) - (other & 255)) ** 2;

/**
 * The commonest colour, then again and again the one whose pixels are served worst by those there are, so that thin
 * words in a rare colour keep it. All others take the nearest.
 */
function paletteOf(pixels: Uint32Array): { palette: number[]; placeOf: Map<number, number> } {
  const counts = new Map<number, number>();
  for (const pixel of pixels) counts.set(pixel, (counts.get(pixel) ?? 0) + 1);
  const colours = [...counts].map(([colour, count]) => ({ colour, count, place: 0, off: FARTHEST }));
  const palette: number[] = [];
  while (palette.length < MOST_COLOURS) {
    const worst = colours.reduce((one, other) =>
      other.count * other.off > one.count * one.off ? other : one,
    );
    if (worst.off === 0) break;
    for (const one of colours) {
      const off = distance(one.colour, worst.colour);
      if (off < one.off) Object.assign(one, { off, place: palette.length });
    }
    palette.push(worst.colour);
  }
  return { palette, placeOf: new Map(colours.map(({ colour, place }) => [colour, place])) };
}

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}

/** The same picture with a palette. */
export function withPalette(png: Buffer): Buffer {
  const { width, height, pixels } = read(png);
  const { palette, placeOf } = paletteOf(pixels);
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 3, 0, 0, 0], 8);
  const lines = new Uint8Array((width + 1) * height);
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1)
      lines[y * (width + 1) + 1 + x] = placeOf.get(pixels[y * width + x] ?? 0) ?? 0;
  const colours = Uint8Array.from(palette.flatMap((one) => [one >> 16, (one >> 8) & 255, one & 255]));
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', head),
    chunk('PLTE', colours),
    chunk('IDAT', deflateSync(lines, { level: 9 })),
    chunk('IEND', new Uint8Array()),
  ]);
}
