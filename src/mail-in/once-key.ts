import { createHash, type Hash } from 'node:crypto';
import { readHeader, unfolded } from './header-fields.ts';

const CR = 0x0d;
const LF = 0x0a;
const CHUNK = 64 * 1024;

/** What the author wrote; all other fields are added, removed or folded anew on the way. */
const AUTHORS = ['message-id', 'from', 'to', 'cc', 'subject', 'date'];

/** Line ends are LF on one way and CRLF on another: only LF counts. Copied in pieces, as a mail can be large. */
function addText(hash: Hash, octets: Buffer): void {
  const piece = Buffer.allocUnsafe(Math.min(CHUNK, octets.length + 1));
  let length = 0;
  for (let at = 0; at < octets.length; at += 1) {
    const octet = octets[at] as number;
    if (octet === CR && octets[at + 1] === LF) continue;
    piece[length++] = octet;
    if (length < piece.length) continue;
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

/**
 * 32 octets that are the same for one mail on all its ways: by two servers, by SMTP and IMAP, with CRLF or LF. What
 * servers add to it (Received, Return-Path, Delivered-To, Authentication-Results, ARC-*, DKIM-Signature …) does not count:
 * only the author's fields and the body do. A mail without Message-ID is known by all its octets.
 */
export function onceKey(octets: Buffer): Buffer {
  const hash = createHash('sha256');
  const { fields, body } = readHeader(octets, AUTHORS);
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
