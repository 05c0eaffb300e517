import { bufferOf } from '../aside/buffer-of.ts';
import { mailsIn } from '../mail-in/mbox.ts';
import { type Complaint, readComplaints } from './complaint.ts';

export type GivenMails = {
  octets: Uint8Array;
  /** Whether a mail with a report is wanted as well. */
  keepMails: boolean;
};
export type ReadMails = {
  complaints: (Complaint & { mail: Uint8Array | null })[];
  /** Mails that are no report. */
  others: number;
};

/** The reports in a mail or an mbox. A large one is read by this in another thread. */
export default function readMails({ octets, keepMails }: GivenMails): ReadMails {
  const complaints: ReadMails['complaints'] = [];
  let others = 0;
  for (const mail of mailsIn(bufferOf(octets))) {
    const found = readComplaints(mail);
    if (found.length === 0) others += 1;
    for (const one of found) complaints.push({ ...one, mail: keepMails ? mail : null });
  }
  return { complaints, others };
}
