import { journalStamp } from '../bounces/event-records.ts';
import type { Clock } from '../bounces/stamps.ts';
import { asOctets } from './octets.ts';

/** An entry of the journal that holds a log line; octets are Latin-1 characters. */
export type Entry = { host: string; program: string; message: string; at: string | null };

/** A message that is no UTF-8 comes as a list of its octets. */
function octetsOf(value: unknown): string | null {
  if (typeof value === 'string') return asOctets(value);
  if (!Array.isArray(value) || value.length > 65_536) return null;
  return value.every((octet) => Number.isInteger(octet)) ? Buffer.from(value).toString('latin1') : null;
}

const word = (value: unknown): string => (typeof value === 'string' ? asOctets(value) : '');

/** The entry in an object, as `journalctl -o json` writes one a line; null when it is none. */
export function journalEntry(value: Record<string, unknown>, clock: Clock): Entry | null {
  const message = octetsOf(value['MESSAGE']);
  if (message === null) return null;
  return {
    message: message.replace(/[\r\n]+/g, ' '),
    host: word(value['_HOSTNAME']),
    program: word(value['SYSLOG_IDENTIFIER']),
    at: journalStamp(value, clock)?.at ?? null,
  };
}

/** The fields that are looked at. */
const FIELDS = new Set([
  'MESSAGE',
  '_HOSTNAME',
  'SYSLOG_IDENTIFIER',
  'SYSLOG_TIMESTAMP',
  '_SOURCE_REALTIME_TIMESTAMP',
  '__REALTIME_TIMESTAMP',
]);

/** A field that holds other than plain text has its name on one line; then come 8 octets of length, and it. */
const LENGTH = 8;

/** Reads `journalctl -o export`: a field a line, an empty line behind each entry. */
export class JournalExport {
  #fields: Record<string, string> = {};
  #binary: string | null = null;
  #open = false;

  /** Whether a line belongs to such an entry. */
  takes(line: string): boolean {
    if (this.#binary !== null) {
      if (FIELDS.has(this.#binary)) this.#fields[this.#binary] = line.slice(LENGTH);
      this.#binary = null;
      return true;
    }
    const name = /^_{0,2}[A-Z][A-Z\d_]{0,63}(?==|$)/.exec(line)?.[0];
    if (name === undefined) return false;
    this.#open = true;
    if (name.length === line.length) this.#binary = name;
    else if (FIELDS.has(name)) this.#fields[name] = line.slice(name.length + 1);
    return true;
  }

  get isOpen(): boolean {
    return this.#open;
  }

  /** The entry that an empty line ends. */
  end(clock: Clock): Entry | null {
    const fields = this.#fields;
    this.#fields = {};
    this.#binary = null;
    this.#open = false;
    const { MESSAGE: message } = fields;
    if (message === undefined) return null;
    return {
      message,
      host: fields['_HOSTNAME'] ?? '',
      program: fields['SYSLOG_IDENTIFIER'] ?? '',
      at: journalStamp(fields, clock)?.at ?? null,
    };
  }
}
