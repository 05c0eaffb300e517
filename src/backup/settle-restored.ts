import { sql } from 'kysely';
import type { Trx } from '../database/open.ts';

/** Every queue of mails that go out. */
const MAIL_QUEUES = ['dispatches', 'notice_mails', 'report_mails'];

export type Settled = { uncertain: number };

/**
 * What a backup says of the moment when it was made, and is not true any more: nobody is signed in, and a mail that waited
 * may have left since. It counts as one whose sending broke off: uncertain, for a person to decide, never sent twice.
 */
export async function settleRestored(trx: Trx): Promise<Settled> {
  await sql`delete from sessions`.execute(trx);
  await sql`delete from setup_links`.execute(trx);
  let uncertain = 0;
  for (const table of MAIL_QUEUES) {
    const { numAffectedRows = 0n } = await sql`
      update ${sql.table(table)} set state = 'sending', lease_until = now() - interval '1 second'
      where state in ('queued', 'deferred', 'sending')`.execute(trx);
    uncertain += Number(numAffectedRows);
  }
  return { uncertain };
}
