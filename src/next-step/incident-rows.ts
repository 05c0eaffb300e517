import { sql } from 'kysely';
import { networkText } from '../addresses/address.ts';
import type { Db, Trx } from '../database/open.ts';
import { READ_OF_FACT } from '../evidence/store.ts';
import { FIXES } from '../letters/gate/claim-checks.ts';

/** Parts of what is read of many incidents at once; each is one query, however many there are. */

const DAY = 86_400_000;
export type AddressOf = {
  network: string;
  /** Blocks of one network are one matter: a /24, for IPv6 a /64. */
  nearby: string | null;
  jmrpSince: string | null;
  sndsSince: string | null;
};

export async function readAddresses(db: Db | Trx, numbers: number[]): Promise<Map<number, AddressOf[]>> {
  const rows = await db
    .selectFrom('incident_addresses as ia')
    .innerJoin('addresses as a', 'a.id', 'ia.address_id')
    .select(['ia.incident_number', 'a.network', 'a.jmrp_since', 'a.snds_since', 'ia.nearby'])
    .where('ia.incident_number', 'in', numbers)
    .orderBy('a.network')
    .execute();
  return new Map(
    [...Map.groupBy(rows, (row) => row.incident_number)].map(([number, all]) => [
      number,
      all.map((row) => ({
        network: networkText(row.network),
        nearby: row.nearby,
        jmrpSince: row.jmrp_since,
        sndsSince: row.snds_since,
      })),
    ]),
  );
}

type Sent = { incident_number: number; round: string; sent_at: Date | null };
/** Letters that went out, oldest first. */
export async function readSent(db: Db | Trx, numbers: number[]): Promise<Map<number, Sent[]>> {
  if (numbers.length === 0) return new Map();
  const rows = await db
    .selectFrom('letters')
    .select(['incident_number', 'round', 'sent_at'])
    .where('incident_number', 'in', numbers)
    .where('state', '=', 'sent')
    .where('sent_at', 'is not', null)
    .orderBy('sent_at')
    .execute();
  return Map.groupBy(rows, (row) => row.incident_number);
}

type StoredClaim = { key: string; text: string; stated?: string | null };
/** The claims of the newest letter that went out, or of the newest draft. */
export async function readLetterClaims(db: Db | Trx, numbers: number[], state: 'sent' | 'draft') {
  const rows = await db
    .selectFrom('letters')
    .distinctOn('incident_number')
    .select(['incident_number', 'claims'])
    .where('incident_number', 'in', numbers)
    .where('state', '=', state)
    .orderBy('incident_number')
    .orderBy('id', 'desc')
    .execute();
  return new Map(
    rows.map((row) => [
      row.incident_number,
      (row.claims as StoredClaim[]).map(({ key, text, stated }) => ({
        key,
        text,
        stated: stated === 'fact',
      })),
    ]),
  );
}

/** The newest answer that counts. */
export async function readAnswers(db: Db | Trx, numbers: number[]) {
  const rows = await db
    .selectFrom('messages')
    .distinctOn('incident_number')
    .select(['incident_number', 'at', 'verdict', 'quote'])
    .where('incident_number', 'in', numbers)
    .where('direction', '=', 'in')
    .where('applied', '=', true)
    .where('verdict', 'is not', null)
    .orderBy('incident_number')
    .orderBy('at', 'desc')
    .orderBy('id', 'desc')
    .execute();
  return new Map(rows.map((row) => [row.incident_number, row]));
}

export async function readTickets(db: Db | Trx, numbers: number[]) {
  const rows = await db
    .selectFrom('tickets')
    .distinctOn('incident_number')
    .select(['incident_number', 'reference', 'channel'])
    .where('incident_number', 'in', numbers)
    .orderBy('incident_number')
    .orderBy('state', 'desc')
    .orderBy('id', 'desc')
    .execute();
  return new Map(rows.map((row) => [row.incident_number, row]));
}

/** Since when each says what it says: found again it is nothing new; another fix is. */
const saidSince = sql<Date>`min(e.recorded_at) over (partition by e.incident_number, e.claim, e.address_id, e.result,
  case when e.claim = any(${sql.val(FIXES)}::text[]) then e.words end)`;

/** What was recorded by hand: of each claim and address the newest. */
export async function readEvidence(db: Db | Trx, numbers: number[]) {
  const rows = await db
    .selectFrom('evidence as e')
    .leftJoin('addresses as a', 'a.id', 'e.address_id')
    .distinctOn(['e.incident_number', 'e.claim', 'e.address_id'])
    .select([...READ_OF_FACT, 'e.incident_number', saidSince.as('said_since')])
    .where('e.incident_number', 'in', numbers)
    .orderBy('e.incident_number')
    .orderBy('e.claim')
    .orderBy('e.address_id')
    .orderBy('e.observed_at', 'desc')
    .orderBy('e.id', 'desc')
    .execute();
  return Map.groupBy(rows, (row) => row.incident_number);
}

/** Deliveries of the last week to the provider; of a list’s incident, to everybody. */
export async function readDeliveries(db: Db | Trx, numbers: number[], lists: string[], now: Date) {
  const rows = await db
    .selectFrom('incidents as i')
    .innerJoin('incident_addresses as ia', 'ia.incident_number', 'i.number')
    .innerJoin('addresses as a', 'a.id', 'ia.address_id')
    .innerJoin('addresses as inside', (join) => join.on(sql<boolean>`inside.network <<= a.network`))
    .innerJoin('observed_hours as h', (join) =>
      join
        .onRef('h.address_id', '=', 'inside.id')
        .on(sql<boolean>`(h.provider = i.provider or i.provider = any(${lists}::text[]))`),
    )
    .select('i.number')
    .select([
      sql<Date | null>`max(h.hour) filter (where h.outcome = 'accepted' and h.provider = i.provider)`.as(
        'at',
      ),
      sql<number>`coalesce(sum(h.count) filter (where h.outcome <> 'accepted'), 0)::bigint`.as('refused'),
      sql<number>`sum(h.count)::bigint`.as('all'),
    ])
    .where('i.number', 'in', numbers)
    .where('h.hour', '>=', new Date(now.getTime() - 7 * DAY))
    .groupBy('i.number')
    .execute();
  return new Map(rows.map(({ number, at, refused, all }) => [number, { acceptedAt: at, refused, all }]));
}
