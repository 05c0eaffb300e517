import { readRecord } from '../bounces/dressing.ts';
import { decodeEntities } from '../bounces/entities.ts';
import type { Said } from '../bounces/said.ts';
import { readable } from '../bounces/sessions.ts';
import { decoded } from './octets.ts';

/** No reply is longer, and no more of a pasted line is read. */
const LONGEST_READ = 20_000;

/** A log line as a pasted one is read. */
export const readLine = (octets: string): Said =>
  readRecord(readable(decodeEntities(decoded(octets.slice(0, LONGEST_READ)))), 1);
