import { networkText } from '../addresses/address.ts';
import type { Db } from '../database/open.ts';
import type { IncidentState } from '../database/tables.ts';
import { type IncidentPage, listIncidentPages } from './list.ts';

const SECTION_LIMIT = 30;

/** What needs us, what waits, what is being proven: each the newest few, the rest one click away. */
export async function readDesk(db: Db) {
  const sections: IncidentState[][] = [['open', 'action-needed'], ['awaiting-provider'], ['mitigated']];
  const none: IncidentPage = { items: [], next: null };
  const [needYou = none, waiting = none, proving = none] = await listIncidentPages(
    db,
    sections.map((states) => ({ limit: SECTION_LIMIT, states })),
  );
  return { needYou, waiting, proving };
}

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
const SPANS_READ = 400;

/** When the addresses that were blocked since a day were blocked, and by whom; the most recently blocked addresses. */
export async function readSpans(db: Db, since: Date): Promise<AddressSpans[]> {
  const newest = db
    .selectFrom('incidents as i')
    .innerJoin('incident_addresses as ia', 'ia.incident_number', 'i.number')
    .select(['i.number', 'ia.address_id'])
    .where((eb) => eb.or([eb('i.opened_at', '>=', since), eb('i.state', '!=', 'closed')]))
    .orderBy('i.number', 'desc')
    .limit(SPANS_READ);
  const rows = await db
    .with('newest', () => newest)
    .with('shown', (cte) =>
      cte
        .selectFrom('newest')
        .select('address_id')
        .groupBy('address_id')
        .orderBy((eb) => eb.fn.max('number'), 'desc')
        .orderBy('address_id')
        .limit(SPAN_ADDRESSES),
    )
    .selectFrom('newest as n')
    .innerJoin('shown', 'shown.address_id', 'n.address_id')
    .innerJoin('incidents as i', 'i.number', 'n.number')
    .innerJoin('addresses as a', 'a.id', 'n.address_id')
    .select([
      'i.number',
      'i.provider',
      'i.opened_at',
      'i.first_rejection_at',
      'i.mitigated_at',
      'i.recovered_at',
      'i.closed_at',
      'a.network',
      'a.label',
      'a.hostname',
    ])
    .orderBy('i.number', 'desc')
    .orderBy('a.id')
    .execute();
  const letters = await lettersOf(db, [...new Set(rows.map((row) => row.number))]);
  const byAddress = new Map<string, AddressSpans>();
  for (const row of rows) {
    const entry = byAddress.get(row.network) ?? {
      network: networkText(row.network),
      label: row.label || (row.hostname.split('.')[0] ?? ''),
      spans: [],
    };
    const until = row.mitigated_at ?? row.recovered_at ?? row.closed_at;
    const from =
      row.first_rejection_at && row.first_rejection_at < row.opened_at
        ? row.first_rejection_at
        : row.opened_at;
    entry.spans.unshift({
      number: row.number,
      provider: row.provider,
      from,
      until,
      lifted: row.mitigated_at !== null && row.recovered_at === null && row.closed_at === null,
      letters: letters.get(row.number) ?? [],
    });
    byAddress.set(row.network, entry);
  }
  return [...byAddress.values()];
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
