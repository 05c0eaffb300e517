import { sql } from 'kysely';
import { type Network, parseNetwork } from '../../addresses/address.ts';
import type { Trx } from '../../database/open.ts';
import type { IncidentRow } from '../../database/tables.ts';
import { recordRelapse } from '../../incidents/logging/append-report.ts';
import { logIncident } from '../../incidents/logging/log.ts';
import { findOpenIncident, lockProviders } from '../../incidents/logging/open-incident.ts';
import { keepReport } from '../../incidents/logging/reports.ts';
import { isLifted } from '../../incidents/state.ts';
import { confirmRecovery } from '../../incidents/state-store.ts';
import { addressesOf, lockIncidents } from '../../incidents/store.ts';
import type { Catalogue } from '../../providers/catalogue.ts';
import { operatorOf } from '../../providers/list-zones.ts';
import type { Provider } from '../../providers/schema.ts';
import { SYSTEM } from '../../web/access.ts';
import type { Fact } from '../kind.ts';
import { wasAsked } from '../lists/row.ts';

const DAY_MS = 86_400_000;
/** What was seen of a network is looked through so far back. */
const MOST_SEEN = 10_000;
/** Addresses that the proof names; of more, their number. */
const MOST_NAMED = 5;
/** Looks that found something else, back from the last: a list that was silent in more of them is asked as if anew. */
const MOST_SILENT = 50;

type Change = { operator: Provider; listed: Fact[]; clear: Fact[] };

/** What changed at each operator of lists: the new listings; or its zones, where all answered and none lists. */
function changesOf(catalogue: Catalogue, was: Map<string, Fact['outcome']>, now: Fact[]): Change[] {
  const rows = now.flatMap((fact) => {
    const operator = operatorOf(catalogue, fact.key);
    return operator ? [{ operator, fact }] : [];
  });
  return [...Map.groupBy(rows, ({ operator }) => operator)].map(([operator, all]) => {
    const facts = all.map(({ fact }) => fact);
    const doubtful = facts.some(({ outcome }) => outcome === 'bad' || outcome === 'unknown');
    return {
      operator,
      listed: facts.filter(({ key, outcome }) => outcome === 'bad' && was.get(key) !== 'bad'),
      clear: doubtful ? [] : facts,
    };
  });
}

/** Whether a list said something: that it was silent, or not asked, changes nothing. */
const isKnown = (fact: Fact): boolean => fact.outcome !== 'unknown' && wasAsked(fact);

/**
 * What lists said before: where one that lists now was silent at last, what it said before that. A listing that stood all
 * the time is no new one, and none that came back.
 */
async function saidBefore(
  trx: Trx,
  { kind, address }: { kind: string; address: string },
  before: Fact[],
  now: Fact[],
): Promise<Map<string, Fact['outcome']>> {
  const said = new Map(before.filter(isKnown).map((fact) => [fact.key, fact.outcome]));
  const silent = new Set(before.filter((fact) => !isKnown(fact)).map(({ key }) => key));
  const open = new Set(now.flatMap(({ key, outcome }) => (outcome === 'bad' && silent.has(key) ? key : [])));
  if (open.size === 0) return said;
  const rows = await trx
    .selectFrom('snapshots')
    .select('facts')
    .where('address', '=', address)
    .where('kind', '=', kind)
    .where('superseded_at', 'is not', null)
    .orderBy('first_seen_at', 'desc')
    .limit(MOST_SILENT)
    .execute();
  for (const fact of rows.flatMap(({ facts }) => facts))
    if (open.has(fact.key) && isKnown(fact) && !said.has(fact.key)) said.set(fact.key, fact.outcome);
  return said;
}

/** The listing in words, kept as the incident's report. */
const reportOf = (address: string, listed: Fact[]) =>
  listed
    .map(({ key, words, link }) => `${address} is listed in ${key}: ${words}${link ? `\n${link}` : ''}`)
    .join('\n');

async function opened(trx: Trx, { operator, listed }: Change, address: string, at: Date): Promise<void> {
  const network = parseNetwork(address);
  const raw = Buffer.from(reportOf(address, listed));
  const id = await keepReport(trx, { raw, source: 'check', fileName: '' });
  await logIncident(
    trx,
    SYSTEM,
    {
      provider: operator,
      networks: [network],
      rejections: [],
      reason: 'listed-on-third-party-list',
      title: `${operator.name} lists ${address}`,
      note: raw.toString(),
      at,
    },
    { id, source: 'check' },
  );
}

type Seen = { address: string; zone: string; outcome: Fact['outcome']; stands: boolean };

/** What zones say of the addresses in a network, and what they said since an incident of it was logged, or shortly before. */
async function seenIn(trx: Trx, network: string, zones: string[], since: Date): Promise<Seen[]> {
  const { rows } = await sql<Seen>`
    select host(s.address) as address, fact ->> 'key' as zone, fact ->> 'outcome' as outcome,
      s.superseded_at is null as stands
    from snapshots s cross join lateral jsonb_array_elements(s.facts) fact
    where s.address <<= ${network}::inet
      and (s.superseded_at is null or s.last_seen_at >= ${new Date(since.getTime() - DAY_MS)})
      and fact ->> 'key' = any(${zones}::text[]) and fact ->> 'outcome' in ('bad', 'unknown')
    order by s.id desc limit ${MOST_SEEN}`.execute(trx);
  return rows;
}

/** `203.0.113.7 is`, `203.0.113.7, 203.0.113.8 and 4 more are` */
function subjectOf(addresses: string[]): string {
  const more = addresses.length - MOST_NAMED;
  const named = addresses.slice(0, MOST_NAMED).join(', ');
  return `${named}${more > 0 ? ` and ${more} more` : ''} ${addresses.length === 1 ? 'is' : 'are'}`;
}

/** The listing of one address that is gone ends nothing while another of the incident's is listed, or nobody knows. */
async function ended(trx: Trx, row: IncidentRow, { clear }: Change, at: Date): Promise<void> {
  const zones = clear.map(({ key }) => key);
  // A list that is no longer asked does not say that its listing has gone.
  const unasked = new Set(clear.filter((fact) => !wasAsked(fact)).map(({ key }) => key));
  const networks = (await addressesOf(trx, [row.number])).get(row.number) ?? [];
  const listed: Seen[] = [];
  for (const network of networks) {
    const seen = await seenIn(trx, network, zones, row.opened_at);
    if (seen.some(({ zone, outcome, stands }) => stands || (outcome === 'bad' && unasked.has(zone)))) return;
    listed.push(...seen.filter(({ outcome }) => outcome === 'bad'));
  }
  // Where no listing was seen, there is none that has gone.
  if (listed.length === 0) return;
  const gone = zones.filter((key) => listed.some(({ zone }) => zone === key));
  const whose = subjectOf([...new Set(listed.map(({ address }) => address))]);
  await confirmRecovery(trx, SYSTEM, row.number, {
    words: `${whose} no longer listed in ${gone.join(', ')}.`,
    at,
  });
}

/** Operators with whom an incident of the address is open: of all the others, lists that are clear say nothing new. */
async function openWith(trx: Trx, { cidr }: Network): Promise<Set<string>> {
  const rows = await trx
    .selectFrom('incidents as i')
    .innerJoin('incident_addresses as ia', 'ia.incident_number', 'i.number')
    .innerJoin('addresses as a', 'a.id', 'ia.address_id')
    .select('i.provider')
    .distinct()
    .where('a.network', '=', cidr)
    .where('i.state', '!=', 'closed')
    .execute();
  return new Set(rows.map(({ provider }) => provider));
}

/** The open incidents of the address with these operators, locked; by operator. */
async function lockOpen(trx: Trx, changes: Change[], network: Network): Promise<Map<string, IncidentRow>> {
  const open: number[] = [];
  for (const { operator } of changes) {
    const found = await findOpenIncident(trx, operator.key, [network]);
    if (found) open.push(found.number);
  }
  const rows = await lockIncidents(trx, open);
  return new Map([...rows.values()].map((row) => [row.provider, row]));
}

/**
 * What follows from a look at the lists. A listing that is gone ends the operator's incident, with that as its proof;
 * one that comes back is a relapse of it. A new one opens an incident where `opens` says so: for an address that is
 * looked at unasked.
 */
export async function followListings(
  trx: Trx,
  { catalogue, kind, opens, at }: { catalogue: Catalogue; kind: string; opens: boolean; at: Date },
  address: string,
  before: Fact[],
  now: Fact[],
): Promise<void> {
  const network = parseNetwork(address);
  const changes = changesOf(catalogue, await saidBefore(trx, { kind, address }, before, now), now);
  const withOpen = changes.length > 0 ? await openWith(trx, network) : new Set();
  const followed = changes.filter(
    ({ operator, listed, clear }) => listed.length > 0 || (clear.length > 0 && withOpen.has(operator.key)),
  );
  await lockProviders(
    trx,
    followed.filter(({ listed }) => listed.length > 0).map(({ operator }) => operator.key),
  );
  const rows = await lockOpen(trx, followed, network);
  for (const change of followed) {
    const { operator, listed } = change;
    const row = rows.get(operator.key);
    if (listed.length > 0 && row && isLifted(row.state)) await recordRelapse(trx, SYSTEM, row, at);
    else if (listed.length > 0 && !row && opens) await opened(trx, change, address, at);
    else if (listed.length === 0 && row && !isLifted(row.state)) await ended(trx, row, change, at);
  }
}
