import { invalid } from '../problem.ts';
import { fromMbox, MOST_MAILS, mailsIn } from './mbox.ts';

/** A field's name and its colon (RFC 5322, 2.2): every mail begins with one. */
const FIELD = /^[!-9;-~]{1,200}[ \t]*:/;

export const isMail = (octets: Buffer): boolean => FIELD.test(octets.toString('latin1', 0, 300));

export type File = { name: string; octets: Buffer };

/** The mails of a file, an `.eml` or an mbox. Throws `invalid` where it is neither. */
export function mailsOf({ name, octets }: File, field: string): Buffer[] {
  const called = name ? `${name.slice(0, 100)}: ` : '';
  const mails = mailsIn(octets).map(fromMbox);
  if (mails.length > MOST_MAILS)
    throw invalid(field, `${called}this is more than ${MOST_MAILS} mails. Bring them in parts.`);
  const wrong = mails.findIndex((mail) => !isMail(mail));
  if (wrong === -1) return mails;
  throw invalid(
    field,
    mails.length > 1
      ? `${called}entry ${wrong + 1} is no mail: it does not begin with a header field.`
      : `${called}this is no mail: it does not begin with a header field. Choose an .eml or an mbox.`,
  );
}

const mails = (n: number) => `${n} ${n === 1 ? 'mail' : 'mails'}`;

/** What was taken, in a sentence. */
export const takenWords = (all: number, known: number): string =>
  known === 0
    ? `Took ${mails(all)}.`
    : `Took ${mails(all - known)}; ${mails(known)} ${known === 1 ? 'was' : 'were'} there already.`;
