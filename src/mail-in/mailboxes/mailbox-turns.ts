import { sql } from 'kysely';
import type { Db } from '../../database/open.ts';
import type { MailboxRow } from '../../database/tables.ts';

/** Whoever looks at a mailbox and is not heard of for so long has lost it. In whole ms, to be compared as a Date. */
const LEASE = sql<Date>`date_trunc('milliseconds', now()) + interval '60 seconds'`;

/** Of one whose holder went in the middle of a look, which puts the next one off until it ends: as where its line broke. */
const COUNT_IF_BROKEN = sql<number>`failures + (
  lease_until is not null and next_look_at > coalesce(last_look_at, '-infinity') + interval '31 minutes')::integer`;

/**
 * Takes a mailbox whose turn it is, so that one process at a time looks at it. Where the holder was not heard of, it is
 * looked at at once: with the holder went the connection by which the server would have told of new mail.
 */
export const takeDueMailbox = (db: Db): Promise<MailboxRow | undefined> =>
  db
    .updateTable('mailboxes')
    .set({ lease_until: LEASE, failures: COUNT_IF_BROKEN })
    .where('id', '=', (eb) =>
      eb
        .selectFrom('mailboxes')
        .select('id')
        .where('disabled_at', 'is', null)
        .where((or) =>
          or.or([
            or.and([or('lease_until', 'is', null), or('next_look_at', '<=', sql<Date>`now()`)]),
            or('lease_until', '<', sql<Date>`now()`),
          ]),
        )
        .orderBy('next_look_at')
        .limit(1)
        .forUpdate()
        .skipLocked(),
    )
    .returningAll()
    .executeTakeFirst();

/** For a process that is alone at its database: whoever held a lease before it is gone. */
export const endMailboxLeases = (db: Db) =>
  db
    .updateTable('mailboxes')
    .set({ lease_until: null, failures: COUNT_IF_BROKEN, next_look_at: sql<Date>`now()` })
    .where('lease_until', 'is not', null)
    .execute();

/** Says that the holder is still there. Answers whether a look is asked for; undefined: the mailbox is no longer its own. */
export async function keepLease(
  db: Db,
  held: { id: number; lease_until: Date | null },
): Promise<{ lease_until: Date | null; isDue: boolean } | undefined> {
  const row = await db
    .updateTable('mailboxes')
    .set({ lease_until: LEASE })
    .where('id', '=', held.id)
    .where('lease_until', '=', held.lease_until)
    .returning(['lease_until', sql<boolean>`next_look_at <= now()`.as('is_due')])
    .executeTakeFirst();
  return row && { lease_until: row.lease_until, isDue: row.is_due };
}

/**
 * Says that a look begins, which answers all who asked for one. Whoever asks from now on, as by letting a flood in, may
 * have decided something that it no longer sees: the next look is due to them when it ends.
 */
export const noteBegin = (db: Db, { id, version }: MailboxRow) =>
  db
    .updateTable('mailboxes')
    .set({ next_look_at: sql<Date>`now() + interval '1 hour'` })
    .where('id', '=', id)
    .where('version', '=', version)
    .execute();

export type Looked = { uidValidity: number; onServer: number; untaken: number; isRenumbered: boolean };

/** How a look went. The next is due later in any case, or asked for: IDLE is an offer of the server's, and no promise. */
export const noteLook = (db: Db, { id, version }: MailboxRow, looked: Looked) =>
  db
    .updateTable('mailboxes')
    .set({
      uid_validity: looked.uidValidity,
      on_server: looked.onServer,
      untaken: looked.untaken,
      last_look_at: sql<Date>`now()`,
      last_good_at: sql<Date>`now()`,
      next_look_at: sql<Date>`least(next_look_at, now() + interval '5 minutes')`,
      last_problem: '',
      failures: 0,
      ...(looked.isRenumbered ? { renumbered_at: sql<Date>`now()` } : {}),
    })
    .where('id', '=', id)
    .where('version', '=', version)
    .execute();

/** Minutes until a mailbox is tried again that failed so often. */
const PAUSES = [1, 2, 5, 10, 30];

export const noteProblem = (db: Db, { id, version }: MailboxRow, problem: string) =>
  db
    .updateTable('mailboxes')
    .set({
      last_problem: problem.replaceAll('\0', '').slice(0, 1000),
      failures: sql<number>`failures + 1`,
      last_look_at: sql<Date>`now()`,
      lease_until: null,
      next_look_at: sql<Date>`now() + make_interval(mins =>
        (array[${sql.join(PAUSES)}]::integer[])[least(failures + 1, ${PAUSES.length})])`,
    })
    .where('id', '=', id)
    .where('version', '=', version)
    .execute();

/** Gives a mailbox back, for whoever looks next. */
export const endLease = (db: Db, held: { id: number; lease_until: Date | null }) =>
  db
    .updateTable('mailboxes')
    .set({ lease_until: null, next_look_at: sql<Date>`now()` })
    .where('id', '=', held.id)
    .where('lease_until', '=', held.lease_until)
    .execute();
