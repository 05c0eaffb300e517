import { sql } from 'kysely';
import type { Trx } from '../database/open.ts';
import type { MinuteTally, Tally } from './rules.ts';

/** What was counted by minute, as rules ask for it. */

/** Deliveries of one address to one provider. */
type Flow = { addressId: number; provider: string };

const accepted = sql<number>`coalesce(sum(count) filter (where outcome = 'accepted'), 0)::bigint`;
/** With deferrals. */
const refused = sql<number>`coalesce(sum(count) filter (where outcome <> 'accepted'), 0)::bigint`;

const minutesOf = (trx: Trx, { addressId, provider }: Flow) =>
  trx.selectFrom('observed_minutes').where('address_id', '=', addressId).where('provider', '=', provider);

/** After `from` and up to `to`. */
const within = (trx: Trx, flow: Flow, from: Date, to: Date) =>
  minutesOf(trx, flow).where('minute', '>', from).where('minute', '<=', to);

/** Accepted and refused deliveries after `from` and up to `to`. */
export const tally = (trx: Trx, flow: Flow, from: Date, to: Date): Promise<Tally> =>
  within(trx, flow, from, to)
    .select([accepted.as('accepted'), refused.as('refused')])
    .executeTakeFirstOrThrow();

/** The same by minute, oldest first. */
export const minuteTallies = (trx: Trx, flow: Flow, from: Date, to: Date): Promise<MinuteTally[]> =>
  within(trx, flow, from, to)
    .select(['minute', accepted.as('accepted'), refused.as('refused')])
    .groupBy('minute')
    .orderBy('minute')
    .execute();

/** How often each code was refused after `from` and up to `to`. */
export const refusedCodes = (trx: Trx, flow: Flow, from: Date, to: Date) =>
  within(trx, flow, from, to)
    .where('outcome', '!=', 'accepted')
    .select([
      'reply_code',
      'enhanced_code',
      'block_code',
      sql<number>`sum(count)::bigint`.as('count'),
      (eb) => eb.fn.min('minute').as('first'),
      (eb) => eb.fn.max('minute').as('last'),
    ])
    .groupBy(['reply_code', 'enhanced_code', 'block_code'])
    .execute();

/** The minute of the last refusal or deferral that was seen, if any. */
export async function lastRefusal(trx: Trx, flow: Flow): Promise<Date | null> {
  const row = await minutesOf(trx, flow)
    .where('outcome', '!=', 'accepted')
    .select('minute')
    .orderBy('minute', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row?.minute ?? null;
}

/** The first minute after `from` in which something was accepted. */
export async function firstAccepted(trx: Trx, flow: Flow, from: Date): Promise<Date | null> {
  const row = await minutesOf(trx, flow)
    .where('outcome', '=', 'accepted')
    .where('minute', '>', from)
    .select('minute')
    .orderBy('minute')
    .limit(1)
    .executeTakeFirst();
  return row?.minute ?? null;
}
