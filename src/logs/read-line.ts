import { readRecord } from '../bounces/dressing.ts';
import { decodeEntities } from '../bounces/entities.ts';
import type { Said } from '../bounces/said.ts';
import { readable } from '../bounces/sessions.ts';
import { decodedCopy } from './octets.ts';

/** No reply is longer, and no more of a pasted line is read. */
const LONGEST_READ = 20_000;

/** A log line as a pasted one is read; parts of it may be kept for long, so it is a copy. */
export const readLine = (octets: string): Said =>
  readRecord(readable(decodeEntities(decodedCopy(octets.slice(0, LONGEST_READ)))), 1);
