import { sql } from 'kysely';
import { firstFree, leaseFor } from '../../database/lease.ts';
import type { Db } from '../../database/open.ts';
import type { TakenArrival } from './read-arrival.ts';

const LEASE = leaseFor(120);

/** How often a mail is read before it is kept unread, as it may be what breaks the reader. */
export const MOST_ATTEMPTS = 3;

/** Takes the mail that waits longest; undefined: none waits. Any number of processes may ask at a time. */
export async function takeArrival(db: Db): Promise<TakenArrival | undefined> {
  const row = await db
    .updateTable('arrivals')
    .set({ lease_until: LEASE, attempts: sql<number>`attempts + 1` })
    .where('id', '=', (eb) =>
      firstFree(eb.selectFrom('arrivals as waiting').select('waiting.id').where('waiting.state', '=', 'new')),
    )
    .returningAll()
    .executeTakeFirst();
  if (!row?.raw) return undefined;
  const mailbox =
    row.mailbox_id === null
      ? undefined
      : await db
          .selectFrom('mailboxes')
          .select('authserv_id')
          .where('id', '=', row.mailbox_id)
          .executeTakeFirst();
  return { ...row, raw: row.raw, authserv_id: mailbox?.authserv_id ?? '' };
}

/** Gives a mail back that could not be read this time; the next try waits a little. */
export const letArrivalGo = (db: Db, id: number) =>
  db
    .updateTable('arrivals')
    .set({ lease_until: sql<Date>`now() + interval '5 seconds'` })
    .where('id', '=', id)
    .where('state', '=', 'new')
    .execute();

/** For a process that is alone at its database: whoever held a lease before it is gone. */
export const endArrivalLeases = (db: Db) =>
  db.updateTable('arrivals').set({ lease_until: null }).where('state', '=', 'new').execute();
