const CR = 0x0d;
const LF = 0x0a;
const COLON = 0x3a;
/** Makes an ASCII letter small. */
const SMALL = 0x20;
/** After a field's name: a colon, or blanks before it (RFC 5322, 4.5). */
const ENDS_NAME = new Set([COLON, 0x20, 0x09]);
const LONGEST_GAP = 8;
/** What follows in a longer one counts as body: no author wrote it. */
const LONGEST_HEADER = 1024 * 1024;

/** `name` in small letters, as it was asked for. */
export type Field = { name: string; value: Buffer };
export type Header = { fields: Field[] /** Where the body begins. */; body: number };

const isFolded = (octet: number | undefined) => octet === 0x20 || octet === 0x09;

/** Where the line that begins here ends, its end included. */
function lineEnd(octets: Buffer, start: number): number {
  const at = octets.indexOf(LF, start);
  return at === -1 ? octets.length : at + 1;
}

/** Which of the names begins here. Most do not by their first letter, and a header can be large. */
function nameAt(octets: Buffer, start: number, names: string[]): string | undefined {
  const letter = (octets[start] as number) | SMALL;
  for (const name of names) {
    if (name.charCodeAt(0) !== letter || !ENDS_NAME.has(octets[start + name.length] ?? 0)) continue;
    const line = octets.toString('latin1', start, start + name.length + LONGEST_GAP).toLowerCase();
    if (line.startsWith(name) && line.slice(name.length).trimStart().startsWith(':')) return name;
  }
  return undefined;
}

/** The fields of these names, given in small letters, in the order they stand. */
export function readHeader(octets: Buffer, names: string[]): Header {
  const fields: Field[] = [];
  let start = 0;
  while (start < Math.min(octets.length, LONGEST_HEADER)) {
    let end = lineEnd(octets, start);
    if (octets[start] === LF || (octets[start] === CR && octets[start + 1] === LF))
      return { fields, body: end };
    while (end < LONGEST_HEADER && isFolded(octets[end])) end = lineEnd(octets, end);
    const name = nameAt(octets, start, names);
    if (name) fields.push({ name, value: octets.subarray(octets.indexOf(COLON, start) + 1, end) });
    start = end;
  }
  return { fields, body: start };
}

/** A value as it reads unfolded (RFC 5322, 2.2.3), each octet a character. */
export const unfolded = (value: Buffer): string =>
  value
    .toString('latin1')
    .replace(/[ \t\r\n]+/g, ' ')
    .trim();
