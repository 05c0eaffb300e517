import type { DnsAnswer, RecordType } from './answer.ts';
import { Reader } from './reader.ts';
import { readRecords } from './records.ts';

export type Failure = Extract<DnsAnswer, { status: 'failed' }>;
export const failed = (why: string): Failure => ({ status: 'failed', why });

const TRUNCATED = 0x02;
const CODE = 0x0f;
const [NO_ERROR, SERVFAIL, NXDOMAIN] = [0, 2, 3];

/** What a server tells instead of an answer (RFC 1035 § 4.1.1), in words. Whatever is missing here is named by its number. */
const WHY: Record<number, string> = {
  1: 'the resolver does not understand the question (FORMERR)',
  [SERVFAIL]: 'the resolver could not find out (SERVFAIL)',
  4: 'the resolver does not know such questions (NOTIMP)',
  5: 'the resolver refuses the question (REFUSED)',
};

const codeOf = (message: Buffer): number => message.readUInt8(3) & CODE;
export const isTruncated = (message: Buffer): boolean => (message.readUInt8(2) & TRUNCATED) !== 0;
export const isServerFailure = (message: Buffer): boolean => codeOf(message) === SERVFAIL;
/** Whether the server tells something instead of an answer; another one may have it. What a list answers is not this. */
export const isNoAnswer = (message: Buffer): boolean => ![NO_ERROR, NXDOMAIN].includes(codeOf(message));

/** Only addresses are kept: who has just set a text or a name wants to see it. */
const isKept = (type: RecordType): boolean => type === 'A' || type === 'AAAA';

function recordsIn(message: Buffer, questionEnd: number, type: RecordType): DnsAnswer {
  try {
    const { texts, ttl } = readRecords(new Reader(message, questionEnd), message.readUInt16BE(6), type);
    if (texts.length === 0) return { status: 'no-data' };
    return { status: 'found', records: texts, ttl: isKept(type) ? ttl : null };
  } catch (error) {
    if (error instanceof RangeError) return failed('the answer cannot be read');
    throw error;
  }
}

const NO_NAME: DnsAnswer = { status: 'no-name' };

/** "No such name" and "no such record" are answers; anything else means that nothing is known. */
export function readAnswer(message: Buffer, question: Buffer, type: RecordType): DnsAnswer {
  const code = codeOf(message);
  if (code === NXDOMAIN) return NO_NAME;
  if (code === NO_ERROR) return recordsIn(message, question.length, type);
  return failed(WHY[code] ?? `the resolver gave no answer (code ${code})`);
}
