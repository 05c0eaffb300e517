import { domainToASCII } from 'node:url';
import type { RecordType } from './answer.ts';
import { IN, TYPE_NUMBERS } from './records.ts';

/** A question as it goes out (RFC 1035 § 4.1): a head of 12 octets, and the name with type and class. */

export const HEAD = 12;
const RECURSION_DESIRED = 0x0100;
const LONGEST_NAME = 253;
const LONGEST_LABEL = 63;
const DOT = 0x2e;
const BACKSLASH = 0x5c;

/** Whether an octet stands for itself in a name; what would need escaping is in no name that we ask for. */
const isPlain = (code: number): boolean => code > 0x20 && code < 0x7f && code !== BACKSLASH;

/** Writes labels, each after its length; where they end, or undefined where the text is no name. */
function writeName(name: string, octets: Buffer, start: number): number | undefined {
  let head = start;
  let end = start + 1;
  for (let at = 0; at <= name.length; at += 1) {
    const code = at === name.length ? DOT : name.charCodeAt(at);
    if (code !== DOT) {
      if (!isPlain(code)) return undefined;
      octets[end++] = code;
      continue;
    }
    const length = end - head - 1;
    if (length === 0 || length > LONGEST_LABEL) return undefined;
    octets[head] = length;
    head = end++;
  }
  octets[head] = 0;
  return end;
}

const ascii = (name: string): string => (/^[\0-\x7f]*$/.test(name) ? name : domainToASCII(name));

/** The message that asks, its id still to be set; undefined where the name is none that can be asked for (§ 2.3.4). */
export function questionMessage(asked: string, type: RecordType): Buffer | undefined {
  const name = ascii(asked.endsWith('.') ? asked.slice(0, -1) : asked);
  if (name.length > LONGEST_NAME) return undefined;
  const octets = Buffer.allocUnsafe(HEAD + name.length + 2 + 4);
  octets.fill(0, 0, HEAD);
  octets.writeUInt16BE(RECURSION_DESIRED, 2);
  octets.writeUInt16BE(1, 4);
  const end = writeName(name, octets, HEAD);
  if (end === undefined) return undefined;
  octets.writeUInt16BE(TYPE_NUMBERS[type], end);
  octets.writeUInt16BE(IN, end + 2);
  return octets;
}

const small = (octet: number): number => (octet >= 0x41 && octet <= 0x5a ? octet | 0x20 : octet);

const RESPONSE = 0x80;
const OPCODE = 0x78;

/**
 * Whether a message answers a question of ours: a response to a query, with the same id, that repeats the one
 * question, in letters of whatever case. Who sent it is the socket's affair.
 */
export function answers(message: Buffer, question: Buffer): boolean {
  if (message.length < question.length || message.readUInt16BE(0) !== question.readUInt16BE(0)) return false;
  if (((message[2] as number) & (RESPONSE | OPCODE)) !== RESPONSE || message.readUInt16BE(4) !== 1)
    return false;
  for (let at = HEAD; at < question.length; at += 1)
    if (message[at] !== question[at] && small(message[at] as number) !== small(question[at] as number))
      return false;
  return true;
}
