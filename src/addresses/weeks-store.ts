import { sql } from 'kysely';
import type { Db } from '../database/open.ts';

/** What is known of a network in one week, which begins on a Monday in UTC. */
export type WeekRow = {
  week: Date;
  snds: 'green' | 'yellow' | 'red' | null;
  /** Highest complaint rate that SNDS says, as its upper bound in per cent. */
  complaintRate: number | null;
  complaints: number;
  /** Lists that named it; null: nobody looked. */
  listed: string[] | null;
  incidents: number[];
  accepted: number;
  refused: number;
};

const COLOURS = ['green', 'yellow', 'red'] as const;

const week = (column: string) => sql<Date>`date_trunc('week', ${sql.raw(column)}, 'UTC')`;
const covers = (column: string, cidr: string) => sql<boolean>`${sql.raw(column)} && ${cidr}::inet`;

const sndsWeeks = (db: Db, cidr: string, since: Date) =>
  db
    .selectFrom('snds_days as d')
    .innerJoin('addresses as a', 'a.id', 'd.address_id')
    .select([
      sql<Date>`date_trunc('week', d.day::timestamp) at time zone 'UTC'`.as('week'),
      sql<number | null>`max(array_position(array['green', 'yellow', 'red'], d.filter))`.as('colour'),
      sql<number | null>`max(d.complaint_high)`.as('rate'),
    ])
    .where(covers('a.network', cidr))
    .where('d.day', '>=', since.toISOString().slice(0, 10))
    .groupBy('week')
    .execute();

const complaintWeeks = (db: Db, cidr: string, since: Date) =>
  db
    .selectFrom('complaints as c')
    .select([week('c.reported_at').as('week'), sql<number>`sum(c.incidents)::bigint`.as('n')])
    .where(sql<boolean>`c.source_ip <<= ${cidr}::inet`)
    .where('c.reported_at', '>=', since)
    .where('c.is_complaint', '=', true)
    .groupBy('week')
    .execute();

/** A listing is taken to last until another look; that there is none is known only as long as somebody looked. */
const listedWeeks = (db: Db, cidr: string, since: Date, now: Date) =>
  sql<{ week: Date; labels: string[] }>`
    select w as week,
      coalesce(array_agg(distinct fact ->> 'label') filter (where fact ->> 'outcome' = 'bad'), '{}') as labels
    from snapshots s
    cross join lateral jsonb_array_elements(s.facts) as fact
    cross join lateral generate_series(
      date_trunc('week', greatest(s.first_seen_at, ${since}::timestamptz), 'UTC'),
      case s.outcome when 'bad' then coalesce(s.superseded_at, ${now}::timestamptz) else s.last_seen_at end,
      interval '7 days') as w
    where s.address <<= ${cidr}::inet and s.kind = 'public-lists' and s.outcome <> 'unknown'
      and coalesce(s.superseded_at, ${now}::timestamptz) >= ${since}
    group by w`
    .execute(db)
    .then(({ rows }) => rows);

const incidentWeeks = (db: Db, cidr: string, since: Date, now: Date) =>
  sql<{ week: Date; numbers: number[] }>`
    select w as week, array_agg(distinct i.number) as numbers
    from incidents i
    join incident_addresses ia on ia.incident_number = i.number
    join addresses a on a.id = ia.address_id
    cross join lateral (select coalesce(i.mitigated_at, i.recovered_at, i.closed_at, ${now}::timestamptz) as ended) e
    cross join lateral generate_series(
      date_trunc('week', greatest(coalesce(i.first_rejection_at, i.opened_at), ${since}::timestamptz), 'UTC'),
      e.ended, interval '7 days') as w
    where a.network && ${cidr}::inet and e.ended >= ${since}
    group by w`
    .execute(db)
    .then(({ rows }) => rows);

const deliveryWeeks = (db: Db, cidr: string, since: Date) =>
  db
    .selectFrom('observed_hours as h')
    .innerJoin('addresses as a', 'a.id', 'h.address_id')
    .select([
      week('h.hour').as('week'),
      sql<number>`coalesce(sum(h.count) filter (where h.outcome = 'accepted'), 0)::bigint`.as('accepted'),
      sql<number>`coalesce(sum(h.count) filter (where h.outcome <> 'accepted'), 0)::bigint`.as('refused'),
    ])
    .where(covers('a.network', cidr))
    .where('h.hour', '>=', since)
    .groupBy('week')
    .execute();

/** The weeks in which anything is known of a network, by their first moment. */
export async function readWeeks(db: Db, cidr: string, since: Date, now: Date): Promise<Map<number, WeekRow>> {
  const [snds, complaints, listed, incidents, deliveries] = await Promise.all([
    sndsWeeks(db, cidr, since),
    complaintWeeks(db, cidr, since),
    listedWeeks(db, cidr, since, now),
    incidentWeeks(db, cidr, since, now),
    deliveryWeeks(db, cidr, since),
  ]);
  const weeks = new Map<number, WeekRow>();
  const at = (date: Date): WeekRow => {
    const row = weeks.get(date.getTime()) ?? {
      week: date,
      snds: null,
      complaintRate: null,
      complaints: 0,
      listed: null,
      incidents: [],
      accepted: 0,
      refused: 0,
    };
    weeks.set(date.getTime(), row);
    return row;
  };
  for (const one of snds)
    Object.assign(at(one.week), {
      snds: one.colour === null ? null : (COLOURS[one.colour - 1] ?? null),
      complaintRate: one.rate,
    });
  for (const one of complaints) at(one.week).complaints = one.n;
  for (const one of listed) at(one.week).listed = one.labels;
  for (const one of incidents) at(one.week).incidents = one.numbers;
  for (const one of deliveries) Object.assign(at(one.week), { accepted: one.accepted, refused: one.refused });
  return weeks;
}
