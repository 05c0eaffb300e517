import { sql } from 'kysely';
import type { Db } from '../database/open.ts';

/**
 * What a watched log would have shown around each incident of the demonstration: a day's rise and fall, all
 * refused while the block held, all accepted before and after it. The same at every start, by hash.
 */
export async function fillDeliveries(db: Db, now: Date): Promise<void> {
  await sql`
    insert into observed_hours (address_id, provider, hour, outcome, count)
    select address_id, provider, hour, outcome, sum(n)::bigint
    from (
      select a.id as address_id, i.provider, hour,
        case
          when hour + interval '1 hour' <= coalesce(i.first_rejection_at, i.opened_at) or hour >= ended then 'accepted'
          when coalesce(bool_or(r.temporary), false) then 'deferred'
          else 'refused'
        end as outcome,
        1 + (12 * (1 + sin((extract(hour from hour) - 9) / 24.0 * 2 * pi())))::integer
          + abs(hashtext(a.id || ' ' || hour::text)) % 7 as n
      from incidents i
      join incident_addresses ia on ia.incident_number = i.number
      join addresses a on a.id = ia.address_id and masklen(a.network) = case family(a.network) when 4 then 32 else 128 end
      left join rejections r on r.incident_number = i.number
      cross join lateral (select coalesce(i.mitigated_at, i.recovered_at, i.closed_at, ${now}::timestamptz) as ended) e
      cross join lateral generate_series(
        date_trunc('hour', coalesce(i.first_rejection_at, i.opened_at) - interval '30 hours', 'UTC'),
        least(ended + interval '2 days', ${now}::timestamptz), interval '1 hour') as hour
      group by a.id, i.number, i.provider, hour, ended
    ) each_hour
    group by address_id, provider, hour, outcome
    on conflict on constraint observed_hours_pkey do nothing`.execute(db);
}
