import { type RawBuilder, sql } from 'kysely';
import type { Network } from '../../addresses/address.ts';
import { oneOf } from '../../database/one-of.ts';
import type { Db, Trx } from '../../database/open.ts';
import type { IncidentRow } from '../../database/tables.ts';
import { getIncident } from '../store.ts';

/**
 * Which incident a block belongs to, and whose turn it is to say so: two reports of one block at a time must not
 * make two incidents. A turn lasts until the end of the transaction. Who takes several takes them in the order of the
 * providers' keys, and all of them before the incidents (`lockIncidents`), so that nobody waits in a circle.
 */

const turnOf = (provider: string) => `incident ${provider}`;

/** Of a report on more addresses than this, the whole provider waits: each lock takes room that all sessions share. */
const MOST_LOCKS = 16;

/** The turn for all addresses of a provider: for whoever decides over ranges. */
export async function lockProvider(trx: Trx, provider: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtext(${turnOf(provider)}))`.execute(trx);
}

/** The turn for the provider of an incident: for whoever gives its addresses to another one. Throws as `getIncident`. */
export async function lockProviderOf(trx: Trx, number: number): Promise<void> {
  await lockProvider(trx, (await getIncident(trx, number)).provider);
}

/** The turns for several providers. */
export async function lockProviders(trx: Trx, providers: string[]): Promise<void> {
  for (const provider of [...new Set(providers)].sort()) await lockProvider(trx, provider);
}

/** The turn for a provider and some addresses; blocks of others go on beside it. */
export async function lockBlock(trx: Trx, provider: string, networks: Network[]): Promise<void> {
  if (networks.length > MOST_LOCKS) return lockProvider(trx, provider);
  const whole = turnOf(provider);
  const names = networks.map(({ cidr }) => `${whole} ${cidr}`);
  await sql`
    with shared as materialized (select pg_advisory_xact_lock_shared(hashtext(${whole})))
    select pg_advisory_xact_lock(key) from shared
    cross join (select distinct hashtext(name) as key from unnest(${names}::text[]) as name order by 1) keys`.execute(
    trx,
  );
}

/** In the order in which turns are taken. */
export const byProvider = (a: { provider: { key: string } }, b: { provider: { key: string } }) =>
  a.provider.key < b.provider.key ? -1 : 1;

export type OpenIncident = Pick<IncidentRow, 'number' | 'title' | 'state'>;

const newestOpen = (
  db: Db | Trx,
  provider: string,
  isOfAddress: RawBuilder<boolean>,
): Promise<OpenIncident | undefined> =>
  db
    .selectFrom('incidents as i')
    .innerJoin('incident_addresses as ia', 'ia.incident_number', 'i.number')
    .innerJoin('addresses as a', 'a.id', 'ia.address_id')
    .select(['i.number', 'i.title', 'i.state'])
    .where('i.provider', '=', provider)
    .where('i.state', '!=', 'closed')
    .where(isOfAddress)
    .orderBy('i.number', 'desc')
    .limit(1)
    .executeTakeFirst();

/** The newest incident of this provider and one of these addresses that is not closed. */
export async function findOpenIncident(
  db: Db | Trx,
  provider: string,
  networks: Network[],
): Promise<OpenIncident | undefined> {
  if (networks.length === 0) return undefined;
  const cidrs = networks.map(({ cidr }) => cidr);
  return newestOpen(db, provider, sql`a.network ${oneOf(cidrs, 'cidr')}`);
}

/** The newest one of this provider about an address, or about a range around it. */
export const findOpenAround = (db: Db | Trx, provider: string, network: Network) =>
  newestOpen(db, provider, sql`a.network >>= ${network.cidr}::cidr`);

/** Of each, the number that `findOpenAround` finds: in one look, for whoever has many to ask about and few to follow. */
export async function openAround(
  db: Db | Trx,
  asked: { provider: string; network: Network }[],
): Promise<(number | undefined)[]> {
  const providers = asked.map(({ provider }) => provider);
  const cidrs = asked.map(({ network }) => network.cidr);
  const { rows } = await sql<{ place: number; number: number }>`
    select asked.place, max(i.number) as number
    from unnest(${sql.val(providers)}::text[], ${sql.val(cidrs)}::cidr[]) with ordinality as asked (provider, network, place)
    join incidents i on i.provider = asked.provider and i.state <> 'closed'
    join incident_addresses ia on ia.incident_number = i.number
    join addresses a on a.id = ia.address_id and a.network >>= asked.network
    group by asked.place`.execute(db);
  const open = new Map(rows.map(({ place, number }) => [place, number]));
  return asked.map((_, index) => open.get(index + 1));
}
