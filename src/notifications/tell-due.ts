import type { Db } from '../database/open.ts';
import { readReminders } from '../reminders/store.ts';
import { type NewEvent, publish } from './outbox.ts';

/** Failures in a row after which somebody is told: a line that breaks once mends itself. */
const FAILURES = 3;
const LISTED = 200;

type Due = NewEvent & { once: string };

/** What has to be done again and is due by now; put off, it is told of once more when that is over. */
const dueReminders = async (db: Db, now: Date): Promise<Due[]> =>
  (await readReminders(db, now))
    .filter(({ state }) => state === 'due')
    .slice(0, LISTED)
    .map(({ key, what, about, on, link, answer }) => ({
      kind: 'reminder-due' as const,
      words: about ? `${what}, ${about}` : what,
      link,
      once: `reminder ${key} ${on} ${answer?.snoozed_until ?? ''}`,
    }));

async function brokenMailboxes(db: Db): Promise<Due[]> {
  const rows = await db
    .selectFrom('mailboxes')
    .select(['id', 'name', 'last_problem', 'last_good_at'])
    .where('failures', '>=', FAILURES)
    .where('disabled_at', 'is', null)
    .limit(LISTED)
    .execute();
  return rows.map(({ id, name, last_problem: problem, last_good_at: good }) => ({
    kind: 'mailbox-trouble',
    words: `The mailbox ${name} cannot be read: ${problem}`,
    link: '/settings/mailboxes',
    once: `mailbox ${id} ${good?.toISOString() ?? 'never'}`,
  }));
}

async function brokenFeeds(db: Db): Promise<Due[]> {
  const rows = await db
    .selectFrom('snds_feeds')
    .select(['id', 'kind', 'last_error', 'last_fetched_at'])
    .where('failures', '>=', FAILURES)
    .limit(LISTED)
    .execute();
  return rows.map(({ id, kind, last_error: error, last_fetched_at: fetched }) => ({
    kind: 'feed-out-of-date',
    words: `SNDS, ${kind}: ${error}`,
    link: '/settings/snds#feeds',
    once: `feed ${id} ${fetched?.toISOString() ?? 'never'}`,
  }));
}

/**
 * Tells of what became due and of what has failed for a while: of each once, in whichever process looks first. A new
 * failure after it went well is told of again. Returns how many were told.
 */
export async function tellDue(db: Db, now: Date): Promise<number> {
  const due = [...(await dueReminders(db, now)), ...(await brokenMailboxes(db)), ...(await brokenFeeds(db))];
  if (due.length === 0) return 0;
  const known = await db
    .selectFrom('told_events')
    .select('key')
    .where(
      'key',
      'in',
      due.map(({ once }) => once),
    )
    .execute();
  const told = new Set(known.map(({ key }) => key));
  let count = 0;
  for (const event of due.filter(({ once }) => !told.has(once)))
    if (await db.transaction().execute((trx) => publish(trx, event))) count += 1;
  return count;
}
