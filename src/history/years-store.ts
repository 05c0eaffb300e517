import { sql } from 'kysely';
import type { Network } from '../addresses/address.ts';
import type { Db } from '../database/open.ts';
import { numbersOf } from '../incidents/of-network.ts';
import type { Listed, Span } from './years.ts';

/** Of a range, so many of each kind at most, the newest. The page says when there are more. */
export const MOST = 2000;

/** Blocks of a network, with their relapses and the times of their letters; oldest first. */
export async function blockSpans(db: Db, network: Network): Promise<Span[]> {
  const { rows } = await sql<Omit<Span, 'until'> & { until: Date | number }>`
    select t.number, t.provider, t.since, t.until, t.relapses,
      array(select l.sent_at from letters l where l.incident_number = t.number and l.state = 'sent'
        order by l.sent_at limit 100) as letters
    from incident_times t
    where t.number in ${numbersOf(network)}
    order by t.number desc limit ${MOST}`.execute(db);
  return rows
    .map((row) => ({ ...row, until: row.until instanceof Date ? row.until : null }))
    .toSorted((a, b) => a.since.getTime() - b.since.getTime());
}

/** When addresses of a network were seen in public lists, and in which; oldest first. */
export async function listedSpans(db: Db, network: Network): Promise<Listed[]> {
  const { rows } = await sql<Listed>`
    select host(s.address) as address, s.first_seen_at as since, s.superseded_at as until,
      array(select fact ->> 'label' from jsonb_array_elements(s.facts) fact where fact ->> 'outcome' = 'bad') as lists
    from snapshots s
    where s.address <<= ${network.cidr}::inet and s.kind = 'public-lists' and s.outcome = 'bad'
    order by s.id desc limit ${MOST}`.execute(db);
  return rows.toReversed();
}
