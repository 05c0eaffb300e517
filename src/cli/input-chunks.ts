/** A piece of a long input that ends at a line's end, and how many lines stand before it. */
export type Chunk = { octets: Uint8Array; linesBefore: number };

/** Octets of a piece: what fits into it is read as a whole, so that only long logs are ever cut. */
const CHUNK = 1_500_000;

/** The longest line that is waited for; a longer one is cut. */
const LONGEST_LINE = 400_000;

const NEWLINE = 0x0a;

function countLines(octets: Uint8Array): number {
  let lines = 0;
  for (const octet of octets) if (octet === NEWLINE) lines += 1;
  return lines;
}

/** The line that names the columns of an accounting file or protocol log; each piece needs it. */
function columnLine(octets: Buffer): Buffer {
  const line = octets.subarray(0, Math.min(octets.indexOf(NEWLINE) + 1, 4000));
  return /(?:^|,)dsnDiag(?:,|\s)|^#Fields: /i.test(line.toString('latin1')) ? line : Buffer.alloc(0);
}

/** Where a piece can end: after the last line that is whole. */
const endOfLines = (octets: Buffer): number => octets.lastIndexOf(NEWLINE) + 1;

/** Cuts an input of any length at line ends; an ordinary paste or mail is one piece. */
export async function* inputChunks(input: AsyncIterable<Uint8Array>): AsyncGenerator<Chunk> {
  let held = Buffer.alloc(0);
  let columns = Buffer.alloc(0);
  let linesBefore = 0;
  let parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of input) {
    parts.push(part);
    size += part.length;
    if (size < CHUNK) continue;
    held = Buffer.concat(parts);
    const end = endOfLines(held);
    if (end > 0 || held.length > CHUNK + LONGEST_LINE) {
      const piece = held.subarray(0, end > 0 ? end : held.length);
      if (linesBefore === 0) columns = Buffer.from(columnLine(piece));
      yield withColumns(piece, columns, linesBefore);
      linesBefore += countLines(piece);
      held = held.subarray(piece.length);
    }
    parts = [held];
    size = held.length;
  }
  if (size > 0) yield withColumns(Buffer.concat(parts), columns, linesBefore);
}

function withColumns(piece: Buffer, columns: Buffer, linesBefore: number): Chunk {
  if (linesBefore === 0 || columns.length === 0) return { octets: piece, linesBefore };
  return { octets: Buffer.concat([columns, piece]), linesBefore: linesBefore - 1 };
}
