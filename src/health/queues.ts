import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../database/open.ts';

/** More are not counted: “10000” tells enough, and costs the same with a million of them. */
export const MOST_COUNTED = 10_000;

export type QueueKey =
  | 'letters'
  | 'notices'
  | 'reports'
  | 'links'
  | 'arrivals'
  | 'checks'
  | 'events'
  | 'webhooks'
  | 'imports';

/** What is in a queue, as rows with the time `at` from which it should be worked on; each by an index of its own. */
const QUEUES: Record<QueueKey, RawBuilder<unknown>> = {
  letters: sql`select due_at as at from dispatches where state in ('queued', 'deferred', 'sending') order by due_at`,
  notices: sql`select due_at as at from notice_mails where state in ('queued', 'deferred', 'sending') order by due_at`,
  reports: sql`select due_at as at from report_mails where state in ('queued', 'sending', 'deferred') order by due_at`,
  links: sql`select due_at as at from account_mails where state in ('queued', 'sending', 'deferred') order by due_at`,
  arrivals: sql`select received_at as at from arrivals where state = 'new' order by id`,
  checks: sql`select asked_at as at from checks where finished_at is null order by id`,
  events: sql`select look_at as at from event_outbox order by id`,
  // Of targets that are paused nothing is due.
  webhooks: sql`select d.due_at as at from webhook_targets t cross join lateral (
    select due_at from webhook_deliveries where target_id = t.id and state = 'waiting'
    order by due_at, id limit ${MOST_COUNTED}::integer) d where t.paused_at is null and t.removed_at is null`,
  imports: sql`select created_at as at from imports where state in ('waiting', 'running') order by id`,
};

export type Queue = { queue: QueueKey; length: number; oldestMs: number };

/** Length of each queue, and how long what is oldest in it is overdue; 0 where nothing is. */
export async function readQueues(db: Db): Promise<Queue[]> {
  const each = Object.entries(QUEUES).map(
    ([queue, rows]) => sql`
      select ${queue}::text as queue, count(*)::integer as length,
        coalesce(greatest(0, extract(epoch from now() - min(at)) * 1000), 0)::float8 as "oldestMs"
      from (select at from (${rows}) due limit ${MOST_COUNTED}::integer) one`,
  );
  const { rows } = await sql<Queue>`${sql.join(each, sql` union all `)}`.execute(db);
  return rows;
}

/** State → incidents in it, each up to {@link MOST_COUNTED}. */
export async function readIncidentStates(db: Db): Promise<{ state: string; incidents: number }[]> {
  const states = ['open', 'awaiting-provider', 'action-needed', 'mitigated', 'recovered'];
  const open = states.map(
    (state) => sql`select ${state}::text as state, count(*)::integer as incidents from (
      select from incidents where state = ${state} and state <> 'closed'
      order by coalesce(due_at, 'infinity') limit ${MOST_COUNTED}::integer) one`,
  );
  const closed = sql`select 'closed' as state, count(*)::integer as incidents from (
    select from incidents where state = 'closed' order by number desc limit ${MOST_COUNTED}::integer) one`;
  const { rows } = await sql<{ state: string; incidents: number }>`
    ${sql.join([...open, closed], sql` union all `)}`.execute(db);
  return rows;
}
