import { readRecord } from '../bounces/dressing.ts';
import { decodeEntities } from '../bounces/entities.ts';
import { domainOf, type Said } from '../bounces/said.ts';
import { readable } from '../bounces/sessions.ts';
import { decodedCopy } from './octets.ts';

/** No reply is longer, and no more of a pasted line is read. */
const LONGEST_READ = 20_000;

/** A log line as a pasted one is read; parts of it may be kept for long, so it is a copy. */
export const readLine = (octets: string): Said =>
  readRecord(readable(decodeEntities(decodedCopy(octets.slice(0, LONGEST_READ)))), 1);

/** What lines before told of a delivery. */
type Told = Partial<Pick<Said, 'recipient' | 'mx' | 'mxIp' | 'sourceIp'>>;

/** A log line with what it leaves out, since lines before it told that. */
export function readLineAfter(told: Told, octets: string): Said {
  const said = readLine(octets);
  const recipient = told.recipient ?? null;
  return {
    ...said,
    recipient: said.recipient ?? recipient,
    recipientDomain: said.recipientDomain ?? domainOf(recipient),
    mx: said.mx ?? told.mx ?? null,
    mxIp: said.mxIp ?? told.mxIp ?? null,
    sourceIp: said.sourceIp ?? told.sourceIp ?? null,
  };
}
