import type { Reader } from './delivery.ts';
import { readExim } from './makes/exim.ts';
import { harakaReader } from './makes/haraka.ts';
import { opensmtpdReader } from './makes/opensmtpd.ts';
import { qmailReader } from './makes/qmail.ts';
import { readSendmail } from './makes/sendmail.ts';
import { type Deliveries, openDeliveries, smartermailReader } from './makes/smartermail.ts';

/** The readers of one scanner, besides that of Postfix: some remember what earlier lines said. */
export const openReaders = (deliveries: Deliveries = openDeliveries()) => ({
  exim: readExim,
  sendmail: readSendmail,
  opensmtpd: opensmtpdReader(),
  qmail: qmailReader(),
  haraka: harakaReader(),
  smartermail: smartermailReader(deliveries),
});
export type Readers = Record<keyof ReturnType<typeof openReaders>, Reader>;

/** The names under which programs write to syslog, by how they begin. */
const PROGRAMS: [begins: string, reader: keyof Readers][] = [
  ['sendmail', 'sendmail'],
  ['sm-', 'sendmail'],
  ['exim', 'exim'],
  ['qmail', 'qmail'],
  ['haraka', 'haraka'],
];

/**
 * Who reads the lines of a program, by the name under which it writes to syslog: null is nobody. Of Postfix,
 * smtp delivers to others, and error repeats what it was told; local, virtual, lmtp and pipe deliver at home.
 */
export function readerOf(program: string, readers: Readers): Reader | 'postfix' | null {
  const slash = program.lastIndexOf('/');
  const name = program.slice(slash + 1);
  if (slash >= 0 && (name === 'smtp' || name === 'error')) return 'postfix';
  // Postfix has an smtpd, too, which takes mail in.
  if (name === 'smtpd' || name === 'opensmtpd') return slash >= 0 ? null : readers.opensmtpd;
  const [, reader] = PROGRAMS.find(([begins]) => name.startsWith(begins)) ?? [];
  return reader ? readers[reader] : null;
}
