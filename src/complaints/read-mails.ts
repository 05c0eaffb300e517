import { bufferOf } from '../aside/buffer-of.ts';
import { MOST_MAILS, mailsIn } from '../mail-in/mbox.ts';
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
  /** There are more mails than are read of one file: nothing of it is. */
  isTooMany: boolean;
};

/** The reports in a mail or an mbox. A large one is read by this in another thread. */
export default function readMails({ octets, keepMails }: GivenMails): ReadMails {
  const complaints: ReadMails['complaints'] = [];
  let others = 0;
  const mails = mailsIn(bufferOf(octets));
  if (mails.length > MOST_MAILS) return { complaints, others, isTooMany: true };
  for (const mail of mails) {
    const found = readComplaints(mail);
    if (found.length === 0) others += 1;
    for (const one of found) complaints.push({ ...one, mail: keepMails ? mail : null });
  }
  return { complaints, others, isTooMany: false };
}
