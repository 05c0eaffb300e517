import { sql } from 'kysely';
import { json } from '../database/json.ts';
import type { Trx } from '../database/open.ts';
import { notFound } from '../problem.ts';
import type { WebhookEvent } from './event.ts';
import { newMessageId } from './signature.ts';

/**
 * The events of one incident to one target are a line: its first is waiting to be sent, the others are queued behind
 * it. Whatever changes a line holds its target's row, so that nobody overlooks what another has just put there.
 */

export async function lockTarget(trx: Trx, id: number): Promise<void> {
  await trx
    .selectFrom('webhook_targets')
    .select('id')
    .where('id', '=', id)
    .where('removed_at', 'is', null)
    .forNoKeyUpdate()
    .executeTakeFirstOrThrow(() => notFound('such webhook'));
}

/** Makes the first of each of these lines the one that waits to be sent. The target is locked. */
export async function promote(trx: Trx, target: number, incidents: number[]): Promise<void> {
  if (incidents.length === 0) return;
  await sql`
    update webhook_deliveries set state = 'waiting', due_at = now()
    where state = 'queued' and id in (
      select d.id from unnest(${[...new Set(incidents)]}::integer[]) as line (incident)
      cross join lateral (
        select id from webhook_deliveries
        where target_id = ${target} and incident_number = line.incident and state in ('queued', 'waiting')
        order by id limit 1
      ) as d
      where not exists (
        select from webhook_deliveries
        where target_id = ${target} and incident_number = line.incident and state = 'waiting'))`.execute(trx);
}

/** An event by its number in the outbox; without an incident it stands in no line. */
type LineEvent = { id: number; incident: number | null; event: WebhookEvent };
const ROWS_AT_ONCE = 500;

/** Puts events at the end of their lines, each once. The target is locked. */
export async function enqueue(trx: Trx, target: number, events: LineEvent[]): Promise<void> {
  for (let from = 0; from < events.length; from += ROWS_AT_ONCE)
    await trx
      .insertInto('webhook_deliveries')
      .values(
        events.slice(from, from + ROWS_AT_ONCE).map(({ id, incident, event }) => ({
          target_id: target,
          incident_number: incident,
          event_id: id,
          message_id: newMessageId(),
          event: json(event) as never,
          state: incident === null ? ('waiting' as const) : ('queued' as const),
        })),
      )
      .onConflict((conflict) => conflict.columns(['target_id', 'event_id']).doNothing())
      .execute();
  await promote(
    trx,
    target,
    events.flatMap(({ incident }) => incident ?? []),
  );
}

/** An event that somebody waits for stands in no line. Returns its id. */
export async function enqueueTest(trx: Trx, target: number, event: WebhookEvent): Promise<number> {
  await lockTarget(trx, target);
  const { id } = await trx
    .insertInto('webhook_deliveries')
    .values({
      target_id: target,
      message_id: newMessageId(),
      event: json(event) as never,
      state: 'waiting',
      is_test: true,
      // Whoever waits for it takes it; where that process ended, the next who looks.
      lease_until: sql<Date>`now() + interval '30 seconds'`,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return id;
}

/** Lets go of all that waits for a target. The target is locked. */
export const dropOpen = (trx: Trx, target: number) =>
  trx
    .updateTable('webhook_deliveries')
    .set({ state: 'dropped', settled_at: sql<Date>`now()`, lease_until: null })
    .where('target_id', '=', target)
    .where('state', 'in', ['queued', 'waiting'])
    .execute();

const REPLAYED_AT_ONCE = 10_000;

/**
 * Sends what was settled once more, under the same ids: one delivery, or all that failed, the oldest first and at most
 * ten thousand. Each goes to the end of what waits in its line, ordered by when it happened. Returns how many.
 */
export async function replay(trx: Trx, target: number, delivery?: number): Promise<number> {
  await lockTarget(trx, target);
  const again = await trx
    .updateTable('webhook_deliveries')
    .set({
      state: sql<'queued'>`case when incident_number is null then 'waiting' else 'queued' end`,
      settled_at: null,
      due_at: sql<Date>`now()`,
      tries: 0,
      first_tried_at: null,
    })
    .where('id', 'in', (eb) => {
      const some = eb
        .selectFrom('webhook_deliveries')
        .select('id')
        .where('target_id', '=', target)
        .orderBy('id')
        .limit(REPLAYED_AT_ONCE);
      return delivery === undefined
        ? some.where('state', '=', 'failed')
        : some.where('id', '=', delivery).where('state', 'in', ['delivered', 'failed', 'dropped']);
    })
    .returning('incident_number')
    .execute();
  await promote(
    trx,
    target,
    again.flatMap(({ incident_number }) => incident_number ?? []),
  );
  return again.length;
}
