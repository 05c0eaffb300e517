import { createHash, type Hash } from 'node:crypto';

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
const CHUNK = 64 * 1024;

/** What the author wrote; all other fields are added, removed or folded anew on the way. */
const AUTHORS = ['message-id', 'from', 'to', 'cc', 'subject', 'date'];

/** Line ends are LF on one way and CRLF on another: only LF counts. Copied in pieces, as a mail can be large. */
function addText(hash: Hash, octets: Buffer): void {
  const piece = Buffer.allocUnsafe(CHUNK);
  let length = 0;
  for (let at = 0; at < octets.length; at += 1) {
    const octet = octets[at] as number;
    if (octet === CR && octets[at + 1] === LF) continue;
    piece[length++] = octet;
    if (length < CHUNK) continue;
    hash.update(piece);
    length = 0;
  }
  hash.update(piece.subarray(0, length));
}

/** Without the line ends that a mail has at its end, of which each way leaves another number. */
function trimmed(octets: Buffer): Buffer {
  let end = octets.length;
  while (end > 0 && (octets[end - 1] === LF || octets[end - 1] === CR)) end -= 1;
  return octets.subarray(0, end);
}

type Field = { name: string; value: Buffer };

const isFolded = (octet: number | undefined) => octet === 0x20 || octet === 0x09;

/** Where the line that begins here ends, its end included. */
function lineEnd(octets: Buffer, start: number): number {
  const at = octets.indexOf(LF, start);
  return at === -1 ? octets.length : at + 1;
}

/** Which of the author's fields begins here. Most do not by their first letter, and a header can be large. */
function nameAt(octets: Buffer, start: number): string | undefined {
  const letter = (octets[start] as number) | SMALL;
  for (const name of AUTHORS) {
    if (name.charCodeAt(0) !== letter || !ENDS_NAME.has(octets[start + name.length] ?? 0)) continue;
    const line = octets.toString('latin1', start, start + name.length + LONGEST_GAP).toLowerCase();
    if (line.startsWith(name) && line.slice(name.length).trimStart().startsWith(':')) return name;
  }
  return undefined;
}

/** The author's fields in the order they stand, and where the body begins. */
function readHeader(octets: Buffer): { fields: Field[]; body: number } {
  const fields: Field[] = [];
  let start = 0;
  while (start < Math.min(octets.length, LONGEST_HEADER)) {
    let end = lineEnd(octets, start);
    if (octets[start] === LF || (octets[start] === CR && octets[start + 1] === LF))
      return { fields, body: end };
    while (end < LONGEST_HEADER && isFolded(octets[end])) end = lineEnd(octets, end);
    const name = nameAt(octets, start);
    if (name) fields.push({ name, value: octets.subarray(octets.indexOf(COLON, start) + 1, end) });
    start = end;
  }
  return { fields, body: start };
}

/** A field's value as it reads unfolded (RFC 5322, 2.2.3): where it is folded is up to the way. */
const unfolded = (value: Buffer): string =>
  value
    .toString('latin1')
    .replace(/[ \t\r\n]+/g, ' ')
    .trim();

/**
 * 32 octets that are the same for one mail on all its ways: by two servers, by SMTP and IMAP, with CRLF or LF. What
 * servers add to it (Received, Return-Path, Delivered-To, Authentication-Results, ARC-*, DKIM-Signature …) does not count:
 * only the author's fields and the body do. A mail without Message-ID is known by all its octets.
 */
export function onceKey(octets: Buffer): Buffer {
  const hash = createHash('sha256');
  const { fields, body } = readHeader(octets);
  if (!fields.some(({ name, value }) => name === 'message-id' && unfolded(value) !== '')) {
    hash.update('octets\n');
    addText(hash, trimmed(octets));
    return hash.digest();
  }
  hash.update('author\n');
  // Sorted by name only: servers move fields, but not the second of a name before the first.
  for (const wanted of AUTHORS)
    for (const { name, value } of fields)
      if (name === wanted) hash.update(`${name}:${unfolded(value)}\n`, 'latin1');
  hash.update('\n');
  addText(hash, trimmed(octets.subarray(body)));
  return hash.digest();
}
