import { changesBetween } from '../audit/changes.ts';
import { note } from '../audit/note.ts';
import type { Trx } from '../database/open.ts';
import { notFound } from '../problem.ts';
import { reportByKey } from '../reports/definitions.ts';
import { queryOf, type ReportQuery, readScope } from '../reports/query.ts';
import { readQuery } from '../reports/query-text.ts';
import type { Actor } from '../web/access.ts';
import { scheduleOf } from './make.ts';
import { type RecipientFields, recipientColumns } from './recipients.ts';
import { nextDue } from './schedule.ts';
import { lockSubscription, type NewSubscription, weekdayOf } from './store.ts';

export type SubscriptionChange = Partial<NewSubscription> & {
  query?: ReportQuery | undefined;
  zone?: string | undefined;
};

/**
 * Changes what a schedule mails, when and to whom; what is left out stays. Another time is due from now on. Throws
 * `invalid` as `addSubscription` does.
 */
export async function changeSubscription(
  trx: Trx,
  by: Actor,
  id: number,
  change: SubscriptionChange,
  { now, fields }: { now: Date; fields: RecipientFields },
): Promise<void> {
  const row = await lockSubscription(trx, id);
  const definition = reportByKey(row.report);
  if (!definition) throw notFound('such report any more');
  const cadence = change.cadence ?? row.cadence;
  const when = {
    cadence,
    weekday: weekdayOf({ cadence, weekday: change.weekday ?? row.weekday }),
    hour: change.hour ?? row.hour,
    time_zone: change.zone ?? row.time_zone,
  };
  const query = change.query ?? readQuery(row.query);
  readScope(query, definition.usual, when.time_zone, now);
  const { userIds, addressIds } = change;
  const recipients =
    userIds || addressIds
      ? await recipientColumns(
          trx,
          { userIds: userIds ?? row.user_ids, addressIds: addressIds ?? row.address_ids },
          fields,
        )
      : {};
  const columns = { ...when, query: queryOf(query).toString(), ...recipients };
  const changes = changesBetween(row, columns);
  if (changes.length === 0) return;
  const isAtOtherTimes = changesBetween(row, when).length > 0;
  await trx
    .updateTable('report_subscriptions')
    .set({
      ...columns,
      ...(isAtOtherTimes ? { next_due_at: nextDue(scheduleOf({ ...row, ...when }), now) } : {}),
    })
    .where('id', '=', id)
    .execute();
  await note(trx, by, 'report-subscription-changed', {
    subject: row.report,
    detail: { what: 'changed', id, changes },
  });
}
