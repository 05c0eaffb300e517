import { sql } from 'kysely';
import { note } from '../audit/note.ts';
import type { Db, Trx } from '../database/open.ts';
import type { Cadence, ReportAddressRow, ReportMailRow, ReportSubscriptionRow } from '../database/tables.ts';
import { checkAddress } from '../mail-out/mail-address.ts';
import { invalid, notFound, Problem } from '../problem.ts';
import type { Definition } from '../reports/definition.ts';
import { queryOf, type ReportQuery, readScope } from '../reports/query.ts';
import type { Actor } from '../web/access.ts';
import { type Maker, makeMails, scheduleOf } from './make.ts';
import { type RecipientFields, type Recipients, recipientColumns } from './recipients.ts';
import { nextDue } from './schedule.ts';

const MOST = 200;
/** More would stand in no list, and so could be neither chosen nor removed. */
const MOST_ADDRESSES = 500;

export type NewSubscription = Recipients & { cadence: Cadence; weekday: number | null; hour: number };

/** On which day of the week it is due; null where the cadence knows none. */
export const weekdayOf = ({ cadence, weekday }: Pick<NewSubscription, 'cadence' | 'weekday'>) =>
  cadence === 'weekly' ? (weekday ?? 1) : null;

/** Has a report mailed on a schedule. Throws `invalid` for a question that no report answers, or nobody to mail. */
export async function addSubscription(
  trx: Trx,
  actor: Actor,
  definition: Definition,
  query: ReportQuery,
  given: NewSubscription,
  { zone, now, fields }: { zone: string; now: Date; fields: RecipientFields },
): Promise<number> {
  readScope(query, definition.usual, zone, now);
  const recipients = await recipientColumns(trx, given, fields);
  const count = await trx
    .selectFrom('report_subscriptions')
    .select((eb) => eb.fn.countAll<number>().as('n'))
    .executeTakeFirstOrThrow();
  if (count.n >= MOST) throw new Problem('invalid', `There are ${MOST} schedules already; remove one first.`);
  const weekday = weekdayOf(given);
  const schedule = { cadence: given.cadence, weekday, hour: given.hour, zone };
  const { id } = await trx
    .insertInto('report_subscriptions')
    .values({
      report: definition.key,
      query: queryOf(query).toString(),
      cadence: given.cadence,
      weekday,
      hour: given.hour,
      time_zone: zone,
      ...recipients,
      created_by_name: actor.name,
      next_due_at: nextDue(schedule, now),
      paused_at: null,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  await note(trx, actor, 'report-subscription-changed', {
    subject: definition.key,
    detail: { what: 'made', id, cadence: given.cadence },
  });
  return id;
}

export async function lockSubscription(trx: Trx, id: number): Promise<ReportSubscriptionRow> {
  return trx
    .selectFrom('report_subscriptions')
    .selectAll()
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirstOrThrow(() => notFound('such schedule'));
}

/** Stops a schedule, or lets it go on with its next due time; what was missed in between is not made up for. */
export async function pauseSubscription(
  trx: Trx,
  id: number,
  isPaused: boolean,
  now: Date,
  by: Actor,
): Promise<void> {
  const row = await lockSubscription(trx, id);
  await trx
    .updateTable('report_subscriptions')
    .set({ paused_at: isPaused ? now : null, next_due_at: nextDue(scheduleOf(row), now) })
    .where('id', '=', id)
    .execute();
  const what = isPaused ? 'paused' : 'went on with';
  await note(trx, by, 'report-subscription-changed', { subject: row.report, detail: { what, id } });
}

/** Its mails go with it, but for those that have left. */
export async function removeSubscription(trx: Trx, id: number, by: Actor): Promise<void> {
  const { report } = await lockSubscription(trx, id);
  await note(trx, by, 'report-subscription-changed', { subject: report, detail: { what: 'removed', id } });
  await trx.deleteFrom('report_subscriptions').where('id', '=', id).execute();
}

/** Mails it at once, beside its schedule. Throws `invalid` without an account or anybody to mail. */
export async function sendNow(trx: Trx, maker: Maker, id: number, now: Date): Promise<number> {
  return makeMails(trx, maker, await lockSubscription(trx, id), now);
}

/** Confirms an address of nobody here. Throws `invalid` on `address`. */
export async function addReportAddress(trx: Trx, actor: Actor, text: string): Promise<ReportAddressRow> {
  const checked = checkAddress(text.trim());
  if ('problem' in checked) throw invalid('address', checked.problem);
  if ((await listReportAddresses(trx)).length >= MOST_ADDRESSES)
    throw invalid('address', `There are ${MOST_ADDRESSES} addresses already; remove one first.`);
  const added = await trx
    .insertInto('report_addresses')
    .values({ address: checked.address, confirmed_by_name: actor.name })
    .onConflict((conflict) => conflict.doNothing())
    .returningAll()
    .executeTakeFirstOrThrow(() => invalid('address', 'This address is confirmed already.'));
  await note(trx, actor, 'report-address-changed', {
    subject: checked.address,
    detail: { what: 'confirmed' },
  });
  return added;
}

/** From now on no report goes there. */
export async function removeReportAddress(trx: Trx, id: number, by: Actor): Promise<void> {
  const removed = await trx
    .deleteFrom('report_addresses')
    .where('id', '=', id)
    .returning('address')
    .executeTakeFirstOrThrow(() => notFound('such address'));
  await note(trx, by, 'report-address-changed', { subject: removed.address, detail: { what: 'removed' } });
}

export const listReportAddresses = (db: Db | Trx) =>
  db.selectFrom('report_addresses').selectAll().orderBy('address').limit(MOST_ADDRESSES).execute();

export type LastMail = Pick<
  ReportMailRow,
  'state' | 'server_words' | 'created_at' | 'settled_at' | 'for_due_at'
> & { recipient: string };

export type SubscriptionListed = ReportSubscriptionRow & { mails: LastMail[] };

/** All schedules, with the mails of the newest due time of each. */
export async function listSubscriptions(db: Db | Trx): Promise<SubscriptionListed[]> {
  const rows = await db.selectFrom('report_subscriptions').selectAll().orderBy('id').limit(MOST).execute();
  const { rows: mails } = await sql<LastMail & { subscription_id: number }>`
    select m.subscription_id, m.envelope_recipients[1] as recipient, m.state, m.server_words, m.created_at, m.settled_at, m.for_due_at
    from report_subscriptions s
    cross join lateral (
      select max(n.for_due_at) as newest from report_mails n where n.subscription_id = s.id
    ) last
    join report_mails m on m.subscription_id = s.id and m.for_due_at = last.newest
    order by m.envelope_recipients`.execute(db);
  return rows.map((row) => ({ ...row, mails: mails.filter((mail) => mail.subscription_id === row.id) }));
}
