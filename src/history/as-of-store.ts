import { sql } from 'kysely';
import { type Network, networkText } from '../addresses/address.ts';
import type { Db } from '../database/open.ts';
import { cutPage } from '../database/page.ts';
import type { SnapshotRow } from '../database/tables.ts';
import { numbersOf } from '../incidents/of-network.ts';
import type { Verdict } from '../providers/schema.ts';
import type { StateEntry } from './then.ts';

/** Whose history it is. */
export type About = { network: Network; provider?: never } | { provider: string; network?: never };

/** An incident as it stood at a moment, from what happened and when it was recorded. */
export type IncidentThen = {
  number: number;
  title: string;
  provider: string;
  addresses: string[];
  since: Date;
  mitigatedAt: Date | null;
  recoveredAt: Date | null;
  closedAt: Date | null;
  /** When it was recorded here; null: by an older release, or not told. */
  recordedAt: Date | null;
  entries: StateEntry[];
  letters: number;
  relapses: number;
  verdict: Verdict | null;
  verdictAt: Date | null;
};

/** Changes of one incident that are looked at; of more, the newest. */
const MOST_CHANGES = 100;

const concerning = (about: About) =>
  about.network
    ? sql<boolean>`t.number in ${numbersOf(about.network)}`
    : sql<boolean>`t.provider = ${about.provider}`;

type Page = { limit: number; after?: number | undefined };

/** Incidents whose block had begun by then, the newest number first; `lasting`: only those whose block lasted then. */
export async function incidentsThen(
  db: Db,
  about: About,
  at: Date,
  { limit, after, lasting = false }: Page & { lasting?: boolean },
): Promise<{ items: IncidentThen[]; next: number | null }> {
  const { rows } = await sql<IncidentThen & { entries: StateJson[] }>`
    with shown as (
      select t.number, t.since from incident_times t
      where t.since <= ${at}::timestamptz and ${concerning(about)}
        ${lasting ? sql`and t.until > ${at}::timestamptz` : sql``}
        ${after === undefined ? sql`` : sql`and t.number < ${after}`}
      order by t.number desc limit ${limit + 1}
    )
    select s.number, s.since, i.title, i.provider, i.mitigated_at as "mitigatedAt",
      i.recovered_at as "recoveredAt", i.closed_at as "closedAt", logged.recorded_at as "recordedAt",
      array(select a.network::text from incident_addresses ia join addresses a on a.id = ia.address_id
        where ia.incident_number = s.number order by a.network limit 20) as addresses,
      coalesce(changes.entries, '[]') as entries, letters.n as letters, relapses.n as relapses,
      answer.verdict, answer.at as "verdictAt"
    from shown s
    -- One look for each that is shown: how many they are, the planner cannot know.
    cross join lateral (
      select title, provider, mitigated_at, recovered_at, closed_at from incidents where number = s.number limit 1
    ) i
    left join lateral (
      select min(e.recorded_at) as recorded_at from timeline_entries e
      where e.incident_number = s.number and e.kind = 'incident-logged'
    ) logged on true
    cross join lateral (
      select jsonb_agg(jsonb_build_object('from', c.detail ->> 'from', 'to', c.detail ->> 'to',
        'occurredAt', c.occurred_at, 'recordedAt', c.recorded_at)) as entries
      from (
        select e.detail, e.occurred_at, e.recorded_at from timeline_entries e
        where e.incident_number = s.number and e.kind = 'state-changed' and e.occurred_at <= ${at}::timestamptz
        order by e.occurred_at desc, e.id desc limit ${MOST_CHANGES}
      ) c
    ) changes
    cross join lateral (
      select count(*) as n from timeline_entries e
      where e.incident_number = s.number and e.kind = 'relapse-seen' and e.occurred_at <= ${at}::timestamptz
    ) relapses
    cross join lateral (
      select count(*) as n from letters l
      where l.incident_number = s.number and l.state = 'sent' and l.sent_at <= ${at}::timestamptz
    ) letters
    left join lateral (
      select m.verdict, m.at from messages m
      where m.incident_number = s.number and m.direction = 'in' and m.applied and m.at <= ${at}::timestamptz
        and m.verdict is not null and m.verdict <> 'other'
      order by m.at desc, m.id desc limit 1
    ) answer on true
    order by s.number desc`.execute(db);
  const { items: shown, next } = cutPage(rows, limit, ({ number: last }) => last);
  const items = shown.map((row) => ({
    ...row,
    addresses: row.addresses.map(networkText),
    entries: row.entries.map(entryOf).toReversed(),
  }));
  return { items, next };
}

type StateJson = Omit<StateEntry, 'occurredAt' | 'recordedAt'> & { occurredAt: string; recordedAt: string };
const entryOf = (one: StateJson): StateEntry => ({
  ...one,
  occurredAt: new Date(one.occurredAt),
  recordedAt: new Date(one.recordedAt),
});

/** Of a range, so many snapshots at most: those of the first addresses. */
const MOST_SNAPSHOTS = 600;

export type SnapshotThen = Pick<
  SnapshotRow,
  'id' | 'kind' | 'address' | 'outcome' | 'summary' | 'facts' | 'first_seen_at' | 'last_seen_at'
>;

/** What stood about the addresses of a network at a moment. */
export const snapshotsThen = (db: Db, network: Network, at: Date): Promise<SnapshotThen[]> =>
  db
    .selectFrom('snapshots')
    .select(['id', 'kind', 'address', 'outcome', 'summary', 'facts', 'first_seen_at', 'last_seen_at'])
    .where(sql<boolean>`address <<= ${network.cidr}::inet`)
    .where('first_seen_at', '<=', at)
    .where((eb) => eb.or([eb('superseded_at', 'is', null), eb('superseded_at', '>', at)]))
    .orderBy('address')
    .orderBy('kind')
    .limit(MOST_SNAPSHOTS)
    .execute();

export type DeliveriesThen = { provider: string; accepted: number; refused: number };

/** Deliveries that were seen between two moments, by provider, those with most refusals first. */
export async function deliveriesBetween(
  db: Db,
  network: Network,
  { from, to }: { from: Date; to: Date },
): Promise<DeliveriesThen[]> {
  return db
    .selectFrom('observed_hours as h')
    .innerJoin('addresses as a', 'a.id', 'h.address_id')
    .select([
      'h.provider',
      sql<number>`coalesce(sum(h.count) filter (where h.outcome = 'accepted'), 0)::bigint`.as('accepted'),
      sql<number>`coalesce(sum(h.count) filter (where h.outcome <> 'accepted'), 0)::bigint`.as('refused'),
    ])
    .where(sql<boolean>`a.network && ${network.cidr}::cidr`)
    .where('h.hour', '>=', from)
    .where('h.hour', '<', to)
    .groupBy('h.provider')
    .orderBy('refused', 'desc')
    .orderBy('h.provider')
    .limit(30)
    .execute();
}

/** Since when an address is in Microsoft's programmes, by its own record or the profile's, as recorded now. */
export async function enrolledSince(db: Db, network: Network) {
  const address = await db
    .selectFrom('addresses')
    .select(['jmrp_since', 'snds_since', 'in_use_since'])
    .where('network', '=', network.cidr)
    .executeTakeFirst();
  const profile = await db.selectFrom('profile').select(['jmrp_since', 'snds_since']).executeTakeFirst();
  return {
    jmrp: address?.jmrp_since ?? profile?.jmrp_since ?? null,
    snds: address?.snds_since ?? profile?.snds_since ?? null,
    inUse: address?.in_use_since ?? null,
  };
}
