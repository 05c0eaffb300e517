import { sql } from 'kysely';
import { oneOf, rowsOf } from '../database/one-of.ts';
import type { Db, Trx } from '../database/open.ts';
import { cutPage } from '../database/page.ts';
import type { AddressRow } from '../database/tables.ts';
import { invalid, notFound, Problem } from '../problem.ts';
import { BadAddress, type Network, networkText, parseNetwork } from './address.ts';

/** Reads a list of addresses from input, or says which is wrong. */
export function networksFrom<T>(field: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof BadAddress) throw invalid(field, error.message);
    throw error;
  }
}

/** An address or a range that somebody names, or what is wrong with it. */
export const networkFrom = (text: string, field = 'address'): Network =>
  networksFrom(field, () => parseNetwork(text));

/** The ids of these networks; those not known yet become addresses. */
export async function ensureAddresses(trx: Trx, networks: Pick<Network, 'cidr'>[]): Promise<number[]> {
  if (networks.length === 0) return [];
  const cidrs = [...new Set(networks.map((network) => network.cidr))];
  const known = sql`select id from addresses where network ${oneOf(cidrs, 'cidr')}`;
  const { rows } = await sql<{ id: number }>`
    with made as (
      insert into addresses (network)
      -- In one order everywhere, by which nobody waits for whoever waits for him.
      select network from ${rowsOf(cidrs, 'cidr')} as given(network)
      where not exists (select 1 from addresses a where a.network = given.network)
      order by network
      on conflict (network) do nothing
      returning id
    )
    ${known} union all select id from made`.execute(trx);
  // One that somebody else adds at this moment is seen by the next statement only.
  const found = rows.length === cidrs.length ? rows : (await sql<{ id: number }>`${known}`.execute(trx)).rows;
  return found.map((row) => row.id);
}

export type AddressFacts = {
  hostname: string;
  label: string;
  purpose: string;
  inUseSince: string | null;
  jmrpSince: string | null;
  sndsSince: string | null;
  notes: string;
  /** How often it is looked at unasked; null: never. */
  checkEveryHours: number | null;
};

const columns = (facts: AddressFacts) => ({
  hostname: facts.hostname,
  label: facts.label,
  purpose: facts.purpose,
  in_use_since: facts.inUseSince,
  jmrp_since: facts.jmrpSince,
  snds_since: facts.sndsSince,
  notes: facts.notes,
  check_every_hours: facts.checkEveryHours,
});

/** Due at once, from the moment that somebody wants it looked at. */
const firstDue = ({ checkEveryHours }: AddressFacts) => (checkEveryHours === null ? null : new Date());

/** Adds an address with its facts. Throws `invalid` when it is known. */
export async function addAddress(trx: Trx, network: Network, facts: AddressFacts): Promise<number> {
  const row = await trx
    .insertInto('addresses')
    .values({ network: network.cidr, ...columns(facts), check_due_at: firstDue(facts) })
    .onConflict((conflict) => conflict.column('network').doNothing())
    .returning('id')
    .executeTakeFirstOrThrow(() => invalid('address', `${network.text} is known already.`));
  return row.id;
}

/** Changes an address. Throws `changed-meanwhile` when somebody changed it since it was read. */
export async function changeAddress(
  trx: Trx,
  cidr: string,
  version: number,
  facts: AddressFacts,
): Promise<void> {
  const changed = await trx
    .updateTable('addresses')
    .set({
      ...columns(facts),
      check_due_at: sql<Date | null>`case when check_every_hours is not distinct from ${facts.checkEveryHours}::smallint
        then check_due_at else ${firstDue(facts)}::timestamptz end`,
      version: version + 1,
      updated_at: new Date(),
    })
    .where('network', '=', cidr)
    .where('version', '=', version)
    .executeTakeFirst();
  if (changed.numUpdatedRows === 1n) return;
  await getAddress(trx, networkText(cidr));
  throw new Problem(
    'changed-meanwhile',
    'Somebody changed this address since you opened it. Your text is still below; save again to put it over theirs.',
  );
}

export async function findAddress(db: Db | Trx, text: string): Promise<AddressRow | undefined> {
  let network: Network;
  try {
    network = parseNetwork(text);
  } catch {
    return undefined;
  }
  return db.selectFrom('addresses').selectAll().where('network', '=', network.cidr).executeTakeFirst();
}

export async function getAddress(db: Db | Trx, text: string): Promise<AddressRow> {
  const row = await findAddress(db, text);
  if (!row) throw notFound(`address ${text.slice(0, 60)} here`);
  return row;
}

export type AddressListed = AddressRow & {
  incidents: number;
  unfinished: number;
  last_opened_at: Date | null;
};

/** A page of addresses in numeric order, each with how often it was blocked. `within` asks for those inside a range or around an address. */
export async function listAddresses(
  db: Db,
  query: {
    limit: number;
    after?: string | undefined;
    text?: string | undefined;
    within?: Network | undefined;
  },
): Promise<{ items: AddressListed[]; next: string | null }> {
  let page = db
    .selectFrom('addresses as a')
    .selectAll('a')
    .orderBy('a.network')
    .limit(query.limit + 1);
  if (query.after) page = page.where('a.network', '>', query.after);
  if (query.within) page = page.where(sql<boolean>`a.network && ${query.within.cidr}::cidr`);
  else if (query.text) {
    const like = `%${query.text.replace(/[\\%_]/g, '\\$&')}%`;
    page = page.where((eb) =>
      eb.or([
        eb('a.hostname', 'ilike', like),
        eb('a.label', 'ilike', like),
        eb(sql<string>`host(a.network)`, 'like', like),
      ]),
    );
  }
  const rows = await db
    .with('page', () => page)
    .with('blocks', (cte) =>
      cte
        .selectFrom('incident_addresses as ia')
        .innerJoin('incidents as i', 'i.number', 'ia.incident_number')
        .where('ia.address_id', 'in', (eb) => eb.selectFrom('page').select('page.id'))
        .groupBy('ia.address_id')
        .select((eb) => [
          'ia.address_id',
          eb.fn.countAll<number>().as('incidents'),
          sql<number>`count(*) filter (where i.state <> 'closed')`.as('unfinished'),
          eb.fn.max('i.opened_at').as('last_opened_at'),
        ]),
    )
    .selectFrom('page as a')
    .leftJoin('blocks', 'blocks.address_id', 'a.id')
    .selectAll('a')
    .select((eb) => [
      eb.fn.coalesce('blocks.incidents', eb.lit(0)).as('incidents'),
      eb.fn.coalesce('blocks.unfinished', eb.lit(0)).as('unfinished'),
      'blocks.last_opened_at',
    ])
    .orderBy('a.network')
    .execute();
  return cutPage(rows as AddressListed[], query.limit, ({ network }) => network);
}
