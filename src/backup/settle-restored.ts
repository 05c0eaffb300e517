import { sql } from 'kysely';
import type { Trx } from '../database/open.ts';

/** Every queue of mails that go out. */
export const MAIL_QUEUES = ['dispatches', 'account_mails', 'notice_mails', 'report_mails'];

/** What lets somebody in, or is on the way there. */
const OF_SIGNING_IN = [
  'sessions',
  'setup_links',
  'pending_sign_ins',
  'passkey_challenges',
  'password_resets',
  'reset_requests',
];

type Settled = { uncertain: number };

/**
 * What a backup says of the moment when it was made, and is not true any more: nobody is signed in, and a mail that waited
 * may have left since. It counts as one whose sending broke off: uncertain, for a person to decide, never sent twice.
 */
export async function settleRestored(trx: Trx): Promise<Settled> {
  for (const table of OF_SIGNING_IN) await sql`delete from ${sql.table(table)}`.execute(trx);
  let uncertain = 0;
  for (const table of MAIL_QUEUES) {
    const { numAffectedRows = 0n } = await sql`
      update ${sql.table(table)} set state = 'sending', lease_until = now() - interval '1 second'
      where state in ('queued', 'deferred', 'sending')`.execute(trx);
    uncertain += Number(numAffectedRows);
  }
  return { uncertain };
}
