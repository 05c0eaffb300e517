import { sql } from 'kysely';
import type { Db, Trx } from '../database/open.ts';
import type { WebhookDeliveryRow, WebhookTargetRow } from '../database/tables.ts';
import { publish } from '../notifications/outbox.ts';
import { SYSTEM } from '../web/access.ts';
import type { WebhookEvent } from './event.ts';
import { promote } from './lines.ts';
import { type Answered, type Plan, planAfter } from './outcome.ts';
import { pauseTarget } from './targets.ts';

/** Taking what is due, and keeping what came of it. */

/** More than the longest attempt. Whoever is not heard of for so long has lost it to the next who looks. */
const LEASE_SECONDS = 30;
/** At a time to one target, by all processes; to one that fails, one. */
const AT_ONCE = 4;

export type Taken = Pick<
  WebhookDeliveryRow,
  'id' | 'target_id' | 'incident_number' | 'message_id' | 'is_test' | 'attempts' | 'tries'
> & { first_tried_at: Date; event: WebhookEvent; target: WebhookTargetRow };

type Row = Omit<Taken, 'target'>;

const lease = sql`
  lease_until = now() + make_interval(secs => ${LEASE_SECONDS}),
  attempts = attempts + 1,
  tries = tries + 1,
  first_tried_at = coalesce(first_tried_at, now())`;
const taken = sql`
  returning id, target_id, incident_number, message_id, is_test, attempts, tries, first_tried_at, event`;

async function withTarget(db: Db, row: Row | undefined): Promise<Taken | undefined> {
  if (!row) return undefined;
  const target = await db
    .selectFrom('webhook_targets')
    .selectAll()
    .where('id', '=', row.target_id)
    .executeTakeFirst();
  return target?.url_sealed ? { ...row, target } : undefined;
}

/**
 * Takes what is due longest of those targets that may be sent to now. Targets that fail come last, or not at all:
 * they keep nobody waiting. Any number of processes may ask at a time.
 */
export async function takeDelivery(db: Db, { failing }: { failing: boolean }): Promise<Taken | undefined> {
  const { rows } = await sql<Row>`
    update webhook_deliveries set ${lease}
    where id = (
      select d.id from webhook_targets t
      cross join lateral (
        select id, due_at from webhook_deliveries
        where target_id = t.id and state = 'waiting' and due_at <= now()
          and (lease_until is null or lease_until < now())
        order by due_at, id limit 1 for update skip locked
      ) as d
      where t.paused_at is null and t.removed_at is null and (t.rest_until is null or t.rest_until <= now())
        and (t.failures = 0 or ${failing})
        and (select count(*) from webhook_deliveries l where l.target_id = t.id and l.lease_until > now())
          < case when t.failures = 0 then ${AT_ONCE}::integer else 1 end
      order by t.failures > 0, d.due_at limit 1)
    ${taken}`.execute(db);
  return withTarget(db, rows[0]);
}

/** Takes this one, whenever it is due and whatever its target's standing: a test, which somebody waits for. */
export async function takeTest(db: Db, id: number): Promise<Taken | undefined> {
  const { rows } = await sql<Row>`
    update webhook_deliveries set ${lease}
    where id = ${id} and state = 'waiting' and is_test and attempts = 0 ${taken}`.execute(db);
  return withTarget(db, rows[0]);
}

export type Attempted = Answered & { at: Date; durationMs: number; answer: string };

const ATTEMPTS_KEPT = 30;

async function keepAttempt(trx: Trx, { id, attempts }: Taken, attempted: Attempted): Promise<void> {
  const { at, status, words, answer } = attempted;
  await trx
    .insertInto('webhook_attempts')
    .values({
      delivery_id: id,
      number: attempts,
      at,
      duration_ms: Math.round(attempted.durationMs),
      status,
      words,
      answer,
    })
    .execute();
  await trx
    .deleteFrom('webhook_attempts')
    .where('delivery_id', '=', id)
    .where('number', '<=', attempts - ATTEMPTS_KEPT)
    .execute();
}

async function changeStanding(
  trx: Trx,
  target: WebhookTargetRow,
  change: NonNullable<Plan['target']>,
  { now, words }: { now: Date; words: string },
): Promise<void> {
  const isWell = change.failures === 0;
  await trx
    .updateTable('webhook_targets')
    .set({
      failures: change.failures,
      failing_since: isWell ? null : (target.failing_since ?? now),
      rest_until: isWell ? null : new Date(now.getTime() + change.restMs),
      ...(isWell ? { last_delivered_at: now } : { last_problem: words }),
    })
    .where('id', '=', target.id)
    .execute();
  if (isWell && target.failures > 0)
    // What waited for it to come back waits no longer.
    await trx
      .updateTable('webhook_deliveries')
      .set({ due_at: sql<Date>`now()` })
      .where('target_id', '=', target.id)
      .where('state', '=', 'waiting')
      .where('due_at', '>', sql<Date>`now()`)
      .execute();
  if (change.pause !== null && !target.paused_at) {
    await pauseTarget(trx, SYSTEM, target.id, change.pause);
    await publish(trx, {
      kind: 'webhook-paused',
      words: `The webhook ${target.name} was paused. ${change.pause}`,
      link: `/settings/webhooks/${target.id}`,
    });
  }
}

/** Its last delivery is told to the minute: a target that is well is not written to with each event. */
const SEEN_MS = 60_000;
const isNews = (target: WebhookTargetRow, { target: change }: Plan, now: Date): boolean =>
  change !== undefined &&
  (change.failures > 0 ||
    target.failures > 0 ||
    !target.last_delivered_at ||
    now.getTime() - target.last_delivered_at.getTime() > SEEN_MS);

/**
 * Keeps what came of an attempt, and lets the next of its line go when this one is delivered or given up. Does nothing
 * when the delivery was taken away meanwhile.
 */
export async function settle(
  db: Db,
  delivery: Taken,
  attempted: Attempted,
  { now, random }: { now: Date; random: number },
): Promise<Plan['state'] | undefined> {
  return db.transaction().execute(async (trx) => {
    const target = await trx
      .selectFrom('webhook_targets')
      .selectAll()
      .where('id', '=', delivery.target_id)
      .where('removed_at', 'is', null)
      .forNoKeyUpdate()
      .executeTakeFirst();
    if (!target) return undefined;
    const plan = planAfter(
      attempted,
      {
        attempts: delivery.tries,
        firstAt: delivery.first_tried_at,
        isTest: delivery.is_test,
        isOther: target.version !== delivery.target.version,
        failures: target.failures,
        failingSince: target.failing_since,
      },
      now,
      random,
    );
    const settled = await trx
      .updateTable('webhook_deliveries')
      .set({
        state: plan.state,
        due_at: sql<Date>`now() + ${plan.dueInMs}::float8 * interval '1 millisecond'`,
        lease_until: null,
        settled_at: plan.state === 'waiting' ? null : now,
        last_status: attempted.status,
        last_words: attempted.words,
      })
      .where('id', '=', delivery.id)
      .where('attempts', '=', delivery.attempts)
      .where('state', '=', 'waiting')
      .executeTakeFirst();
    if (settled.numUpdatedRows === 0n) return undefined;
    await keepAttempt(trx, delivery, attempted);
    if (plan.target && isNews(target, plan, now))
      await changeStanding(trx, target, plan.target, { now, words: attempted.words });
    if (plan.state !== 'waiting' && delivery.incident_number !== null)
      await promote(trx, target.id, [delivery.incident_number]);
    return plan.state;
  });
}

/** For a process that is alone at its database: whoever held a lease before it is gone. */
export const endWebhookLeases = (db: Db) =>
  db
    .updateTable('webhook_deliveries')
    .set({ lease_until: null })
    .where('lease_until', 'is not', null)
    .execute();
