import type { Reader } from './delivery.ts';
import { readExim } from './makes/exim.ts';
import { harakaReader } from './makes/haraka.ts';
import { opensmtpdReader } from './makes/opensmtpd.ts';
import { qmailReader } from './makes/qmail.ts';
import { readSendmail } from './makes/sendmail.ts';

/** The readers of one scanner, besides that of Postfix: some remember what earlier lines said. */
export type Readers = {
  exim: Reader;
  sendmail: Reader;
  opensmtpd: Reader;
  qmail: Reader;
  haraka: Reader;
};

export const openReaders = (): Readers => ({
  exim: readExim,
  sendmail: readSendmail,
  opensmtpd: opensmtpdReader(),
  qmail: qmailReader(),
  haraka: harakaReader(),
});

/**
 * Who reads the lines of a program, by the name under which it writes to syslog: null is nobody. Of Postfix,
 * smtp delivers to others, and error repeats what it was told; local, virtual, lmtp and pipe deliver at home.
 */
export function readerOf(program: string, readers: Readers): Reader | 'postfix' | null {
  const slash = program.lastIndexOf('/');
  const name = program.slice(slash + 1);
  if (slash >= 0 && (name === 'smtp' || name === 'error')) return 'postfix';
  if (name === 'sendmail' || name.startsWith('sm-')) return readers.sendmail;
  if (name === 'smtpd' || name === 'opensmtpd') return slash >= 0 ? null : readers.opensmtpd;
  if (name.startsWith('exim')) return readers.exim;
  if (name.startsWith('qmail')) return readers.qmail;
  return name.startsWith('haraka') ? readers.haraka : null;
}
