import ipaddr from 'ipaddr.js';
import type { RecordType } from './answer.ts';
import type { Reader } from './reader.ts';

/** RFC 1035 § 3.2.2, RFC 3596 § 2.1. */
export const TYPE_NUMBERS: Record<RecordType, number> = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  MX: 15,
  TXT: 16,
  AAAA: 28,
};
/** The class of the Internet (§ 3.2.4). */
export const IN = 1;

const name = (reader: Reader): string => reader.name();

/** How the data of each type are written as text. `end` is where they end. */
const TEXTS: Record<RecordType, (reader: Reader, end: number) => string> = {
  A: (reader) => reader.octets(4).join('.'),
  AAAA: (reader) => ipaddr.fromByteArray([...reader.octets(16)]).toString(),
  NS: name,
  CNAME: name,
  PTR: name,
  MX: (reader) => `${reader.u16()} ${reader.name()}`,
  TXT: (reader, end) => {
    let text = '';
    while (reader.at < end) text += reader.text();
    return text;
  },
  SOA: (reader) => {
    const names = [reader.name(), reader.name()];
    return [...names, ...Array.from({ length: 5 }, reader.u32)].join(' ');
  },
};

export type Records = {
  texts: string[];
  /** Seconds that all of them hold, with the names that lead there. */
  ttl: number;
};

/** The next records of a message that are of the type, whatever name a CNAME led to. It throws RangeError as {@link Reader} does. */
export function readRecords(reader: Reader, number: number, type: RecordType): Records {
  const found: Records = { texts: [], ttl: Number.POSITIVE_INFINITY };
  for (let left = number; left > 0; left -= 1) {
    reader.name();
    const [itsType, itsClass, ttl, length] = [reader.u16(), reader.u16(), reader.u32(), reader.u16()];
    const end = reader.at + length;
    found.ttl = Math.min(found.ttl, ttl);
    if (itsType === TYPE_NUMBERS[type] && itsClass === IN) found.texts.push(TEXTS[type](reader, end));
    else reader.octets(length);
    if (reader.at !== end) throw new RangeError('a record that is not as long as it says');
  }
  return found;
}
