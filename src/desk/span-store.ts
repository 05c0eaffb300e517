import { sql } from 'kysely';
import { networkText } from '../addresses/address.ts';
import type { Db } from '../database/open.ts';
import { blockedSince, blockedUntil } from '../incidents/incidents.ts';

export type BlockedSpan = {
  number: number;
  provider: string;
  from: Date;
  until: Date | null;
  lifted: boolean;
  letters: Date[];
};
export type AddressSpans = { network: string; label: string; spans: BlockedSpan[] };

const SPAN_ADDRESSES = 12;
/** So many of the newest incidents are looked at for so many of their addresses each, and so many of each address. */
const NEWEST = 400;
const OF_INCIDENT = 20;
const OF_ADDRESS = 40;

type SpanRow = {
  network: string;
  label: string;
  hostname: string;
  number: number;
  provider: string;
  opened_at: Date;
  first_rejection_at: Date | null;
  mitigated_at: Date | null;
  recovered_at: Date | null;
  closed_at: Date | null;
};

/** Addresses that were blocked since a day, the most recently blocked first, with all blocks that reach into it. */
async function readRows(db: Db, since: Date): Promise<SpanRow[]> {
  const { rows } = await sql<SpanRow>`
    with newest as (
      (select number from incidents where opened_at >= ${since}::timestamptz order by opened_at desc limit ${NEWEST}::integer)
      union (select number from incidents where state <> 'closed' order by number desc limit ${NEWEST}::integer)
    ), shown as (
      select ia.address_id, max(ia.incident_number) as newest
      from newest n cross join lateral (
        select incident_number, address_id from incident_addresses where incident_number = n.number
        limit ${OF_INCIDENT}::integer) ia
      group by ia.address_id order by newest desc, ia.address_id limit ${SPAN_ADDRESSES}::integer
    )
    select a.network, a.label, a.hostname, i.number, i.provider, i.opened_at, i.first_rejection_at, i.mitigated_at,
      i.recovered_at, i.closed_at
    from shown
    join addresses a on a.id = shown.address_id
    cross join lateral (
      select incident_number from incident_addresses o where o.address_id = shown.address_id
      order by incident_number desc limit ${OF_ADDRESS}::integer) o
    join incidents i on i.number = o.incident_number
    where i.state <> 'closed'
      or coalesce(i.mitigated_at, i.recovered_at, i.closed_at) >= ${since}::timestamptz
    order by shown.newest desc, a.id, i.number`.execute(db);
  return rows;
}

/** When the addresses that were blocked since a day were blocked, and by whom. */
async function readSpans(db: Db, since: Date): Promise<AddressSpans[]> {
  const rows = await readRows(db, since);
  const letters = await lettersOf(db, [...new Set(rows.map((row) => row.number))]);
  return [...Map.groupBy(rows, (row) => row.network)].map(([network, all]) => ({
    network: networkText(network),
    label: all[0]?.label || (all[0]?.hostname.split('.')[0] ?? ''),
    spans: all.map((row) => ({
      number: row.number,
      provider: row.provider,
      from: blockedSince(row),
      until: blockedUntil(row),
      lifted: row.mitigated_at !== null && row.recovered_at === null && row.closed_at === null,
      letters: letters.get(row.number) ?? [],
    })),
  }));
}

const KEPT_MS = 60_000;

/**
 * The spans as they were read within the last minute, while nothing is new in any timeline: most looks at the desk come
 * after a look by somebody else. `news`: how often there was something new.
 */
export function keptSpans(db: Db, news: () => number) {
  let kept: { spans: AddressSpans[]; news: number; at: Date } | undefined;
  return async (since: Date, now: Date): Promise<AddressSpans[]> => {
    const before = news();
    if (kept?.news === before && Math.abs(now.getTime() - kept.at.getTime()) < KEPT_MS) return kept.spans;
    const spans = await readSpans(db, since);
    kept = { spans, news: before, at: now };
    return spans;
  };
}

async function lettersOf(db: Db, numbers: number[]): Promise<Map<number, Date[]>> {
  const found = new Map<number, Date[]>();
  if (numbers.length === 0) return found;
  const rows = await db
    .selectFrom('letters')
    .select(['incident_number', 'sent_at'])
    .where('incident_number', 'in', numbers)
    .where('state', '=', 'sent')
    .execute();
  for (const row of rows)
    if (row.sent_at) found.set(row.incident_number, [...(found.get(row.incident_number) ?? []), row.sent_at]);
  return found;
}
