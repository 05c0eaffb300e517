import type { Trx } from '../database/open.ts';
import { mailsIn } from '../mail-in/mbox.ts';
import { invalid } from '../problem.ts';
import type { Catalogue } from '../providers/catalogue.ts';
import { readComplaints } from './complaint.ts';
import { providerOf } from './reporter.ts';
import { type GivenComplaint, keepComplaints, type Taken } from './store.ts';

export type Read = { complaints: GivenComplaint[] /** Mails that are no report. */; others: number };

/** Reads the reports in a mail or an mbox. Throws `invalid` where there is none. */
export function readReports(
  octets: Buffer,
  field: string,
  { catalogue, keepMails }: { catalogue: Catalogue; keepMails: boolean },
): Read {
  if (octets.length === 0) throw invalid(field, 'Choose the mail, or paste it with its header.');
  const complaints: GivenComplaint[] = [];
  let others = 0;
  for (const mail of mailsIn(octets)) {
    const found = readComplaints(mail);
    if (found.length === 0) others += 1;
    for (const one of found)
      complaints.push({ ...one, provider: providerOf(one, catalogue), raw: keepMails ? mail : null });
  }
  if (complaints.length === 0)
    throw invalid(
      field,
      'There is no report of a feedback loop in it: neither the abuse reporting format (RFC 5965) nor the older form of Microsoft.',
    );
  return { complaints, others };
}

export type TakenReports = Taken & { others: number };

export async function takeReports(
  trx: Trx,
  read: Read,
  source: 'page' | 'api' | 'mail',
): Promise<TakenReports> {
  const taken = await keepComplaints(trx, read.complaints, { source, now: new Date() });
  return { ...taken, others: read.others };
}

const reports = (n: number) => `${n} report${n === 1 ? '' : 's'}`;

/** What was taken, in a sentence. */
export function takenWords({ taken, repeated, others }: TakenReports): string {
  const more = [
    repeated > 0 && `${reports(repeated)} known already`,
    others > 0 && `${others} ${others === 1 ? 'mail' : 'mails'} without a report left out`,
  ].filter(Boolean);
  return `${[`Took ${reports(taken)}`, ...more].join('; ')}.`;
}
