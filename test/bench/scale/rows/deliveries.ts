import { sql } from 'kysely';
import { int, type Step, u } from '../step.ts';

/**
 * Deliveries of the last 430 days by hour, and of the last 40 by minute, as both are kept: 25 to an hour's row on average.
 * The first addresses send most. Every third hour row of an address is one of its three providers.
 */
const DAYS = { hours: 430, minutes: 40 };

/** Rows of one address: with the square of its place, but never more than there is room for. */
const share = (rows: number, addresses: number, most: number) =>
  sql`least(${int(most)}, 3 * ceil(${int(rows)} / 3.0 / ${int(addresses)} * 0.5 * power(a.id / ${int(addresses)}::double precision, -0.5)))::integer`;

const hours: Step = {
  name: 'deliveries by hour',
  of: ({ counts }) => counts.addresses,
  part: 100,
  make: (from, to, { counts }) => sql`
    insert into observed_hours (address_id, provider, hour, outcome, count)
    select a.id, v.key, date_trunc('hour', b.until, 'UTC') - floor((j / 3) * ${int(DAYS.hours * 24)} / (n.rows / 3)::double precision) * interval '1 hour',
      case when ${u('a.id * 100000::bigint + j', 70)} < 0.9 then 'accepted' when ${u('a.id * 100000::bigint + j', 70)} < 0.94 then 'deferred' else 'refused' end,
      1 + floor(50 * ${u('a.id * 100000::bigint + j', 71)})::integer
    from addresses a cross join scale.build b
    cross join lateral (select ${share(counts.hours, counts.addresses, 3 * 24 * DAYS.hours)} as rows) n
    cross join lateral generate_series(0, n.rows - 1) j
    join scale.providers v on v.no = 1 + (j % 3 + a.id % 4)
    where a.id between ${int(from)} and ${int(to)} order by 1, 2, 3
    on conflict do nothing`,
};

const minutes: Step = {
  name: 'deliveries by minute',
  of: ({ counts }) => counts.addresses,
  part: 200,
  make: (from, to, { counts }) => sql`
    insert into observed_minutes (address_id, provider, minute, outcome, reply_code, enhanced_code, block_code, reason, count)
    select a.id, v.key, date_trunc('minute', b.until) - floor((j / 3) * ${int(DAYS.minutes * 1440)} / (n.rows / 3)::double precision) * interval '1 minute',
      case when d.refused then 'refused' else 'accepted' end, case when d.refused then v.reply_code else '250' end,
      case when d.refused then coalesce(v.enhanced_code, '') else '2.0.0' end, case when d.refused then v.block_code else '' end,
      case when d.refused then 'ip-reputation' end, 1 + floor(16 * ${u('a.id * 100000::bigint + j', 73)})::integer
    from addresses a cross join scale.build b
    cross join lateral (select ${share(counts.minutes, counts.addresses, 3 * 1440 * DAYS.minutes)} as rows) n
    cross join lateral generate_series(0, n.rows - 1) j
    cross join lateral (select ${u('a.id * 100000::bigint + j', 72)} < 0.08 as refused) d
    join scale.providers v on v.no = 1 + (j % 3 + a.id % 4)
    where a.id between ${int(from)} and ${int(to)} order by 1, 2, 3
    on conflict do nothing`,
};

export const DELIVERY_STEPS: Step[] = [hours, minutes];
