import { WORTH_A_THREAD } from '../aside/aside.ts';
import { bufferOf } from '../aside/buffer-of.ts';
import { readAside } from '../aside/read-aside.ts';
import { MOST_MAILS } from '../mail-in/mbox.ts';
import { invalid } from '../problem.ts';
import type { Catalogue } from '../providers/catalogue.ts';
import readMails, { type GivenMails, type ReadMails } from './read-mails.ts';
import { providerOf } from './reporter.ts';
import type { GivenComplaint } from './store.ts';

export type ReadReports = { complaints: GivenComplaint[]; others: number };

const READ_MAILS = new URL('./read-mails.ts', import.meta.url);

/**
 * Reads the reports in a mail or an mbox, a large one in a thread of its own: before any transaction, which would wait
 * for the thread. Throws `invalid` where there is none.
 */
export async function readReports(
  octets: Buffer,
  field: string,
  { catalogue, keepMails }: { catalogue: Catalogue; keepMails: boolean },
  { patient = false } = {},
): Promise<ReadReports> {
  if (octets.length === 0) throw invalid(field, 'Choose the mail, or paste it with its header.');
  const given: GivenMails = { octets, keepMails };
  const { complaints, others, isTooMany } =
    octets.length >= WORTH_A_THREAD
      ? await readAside<ReadMails>(READ_MAILS, given, { field, patient })
      : readMails(given);
  if (isTooMany) throw invalid(field, `This is more than ${MOST_MAILS} mails. Bring them in parts.`);
  if (complaints.length === 0)
    throw invalid(
      field,
      'There is no report of a feedback loop in it: neither the abuse reporting format (RFC 5965) nor the older form of Microsoft.',
    );
  return {
    complaints: complaints.map(({ mail, ...one }) => ({
      ...one,
      provider: providerOf(one, catalogue),
      raw: mail && bufferOf(mail),
    })),
    others,
  };
}
