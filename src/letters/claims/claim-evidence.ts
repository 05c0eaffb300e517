import { networkText } from '../../addresses/address.ts';
import type { Db, Trx } from '../../database/open.ts';
import { claimRecords, type Known } from '../../evidence/claim-records.ts';
import { kindTitles } from '../../evidence/kind-titles.ts';
import { standingSnapshots } from '../../evidence/snapshots.ts';
import { recordedWith } from '../../evidence/store.ts';
import { daysByNetwork, type NetworkDay, providersByNetwork } from '../../observations/by-network.ts';
import { SNDS, SNDS_PROVIDERS } from '../../snds/kind.ts';
import { sndsKnown } from '../../snds/known.ts';
import { deliveryRecords, HOURS } from './claims-from-deliveries.ts';
import type { EvidenceRecord } from './claims-from-facts.ts';
import { type Deliveries, SERIES_DAYS } from './claims-from-volume.ts';
import largeProviders from './large-providers.json' with { type: 'json' };

const DAY_MS = 86_400_000;
const LARGE: Record<string, string> = largeProviders;

export type About = {
  incident: number;
  /** Key of who refuses. */
  provider: string;
  /** As people write them. */
  networks: string[];
  domains: string[];
  newestRejection: Date | null;
  now: Date;
};

/** What people recorded with the incident. */
async function recorded(db: Db | Trx, incident: number): Promise<EvidenceRecord[]> {
  const rows = await recordedWith(db, incident);
  return rows.map(({ claim, result, words, source, address, ...row }) => {
    return {
      claim,
      result,
      words,
      source,
      observedAt: row.observed_at,
      address,
      basis: [
        {
          about: address ?? '',
          result,
          words,
          source: `${source}; recorded by ${row.recorded_by_name}`,
          observedAt: row.observed_at.toISOString(),
          link: `/incidents/${incident}#h-ev`,
          evidence: row.id,
        },
      ],
    };
  });
}

/** What stands, with the newest reports of SNDS in place of what a check made of older ones. */
async function known(db: Db | Trx, { networks, domains, now, provider }: About): Promise<Known[]> {
  const [snapshots, snds] = await Promise.all([
    standingSnapshots(db, { networks, domains }),
    sndsKnown(db, networks, now),
  ]);
  const told = new Set(snds.map(({ address }) => address));
  // What Microsoft counts speaks for us at Microsoft only; what it holds against us is no less true elsewhere.
  const isTheirs = SNDS_PROVIDERS.includes(provider);
  const all = [
    ...snapshots.filter(({ kind, address }) => kind !== SNDS.key || !told.has(address ?? '')),
    ...snds.map(({ address, found, at }) => ({
      id: null,
      kind: SNDS.key,
      address,
      domain: null,
      claims: found.claims,
      facts: found.facts,
      last_seen_at: at,
    })),
  ];
  return isTheirs
    ? all
    : all.map((one) =>
        one.kind === SNDS.key
          ? { ...one, claims: one.claims.filter(({ result }) => result !== 'supports') }
          : one,
      );
}

const newestOf = (dates: (Date | null)[]) =>
  dates.reduce<Date | null>((a, b) => (b !== null && (a === null || b > a) ? b : a), null);
const oldestOf = (dates: (Date | null)[]) =>
  dates.reduce<Date | null>((a, b) => (b !== null && (a === null || b < a) ? b : a), null);

const ofDays = (network: string, days: NetworkDay[]): Omit<Deliveries, 'elsewhere'> => ({
  network,
  days: days.map(({ day, accepted, refused }) => ({ day, accepted, refused })),
  lastAccepted: newestOf(days.map((one) => one.lastAccepted)),
  lastTried: newestOf(days.map((one) => one.lastTried)),
  since: {
    accepted: days.reduce((sum, one) => sum + one.acceptedSince, 0),
    first: oldestOf(days.map((one) => one.firstSince)),
    refusedAt: newestOf(days.map((one) => one.refusedAt)),
  },
});

/** What the watched logs counted of each network. */
async function deliveries(db: Db | Trx, about: About): Promise<Deliveries[]> {
  const { networks, provider, now, newestRejection } = about;
  const [days, others] = await Promise.all([
    daysByNetwork(db, networks, {
      provider,
      from: new Date(Math.floor(now.getTime() / DAY_MS) * DAY_MS - SERIES_DAYS * DAY_MS),
      refusedAt: newestRejection,
    }),
    providersByNetwork(db, networks, {
      providers: Object.keys(LARGE).filter((key) => key !== provider),
      from: new Date(now.getTime() - HOURS * 3_600_000),
    }),
  ]);
  const daysOf = Map.groupBy(days, ({ network }) => networkText(network));
  const othersOf = Map.groupBy(others, ({ network }) => networkText(network));
  return networks
    .filter((network) => daysOf.has(network) || othersOf.has(network))
    .map((network) => ({
      ...ofDays(network, daysOf.get(network) ?? []),
      elsewhere: (othersOf.get(network) ?? []).map(({ provider: key, accepted, refused, newest }) => ({
        name: LARGE[key] ?? key,
        accepted,
        refused,
        newest,
      })),
    }));
}

/** All evidence that bears on an incident's claims, in a fixed number of queries. */
export async function readEvidence(db: Db | Trx, about: About): Promise<EvidenceRecord[]> {
  const [byPeople, snapshots, titles, seen] = await Promise.all([
    recorded(db, about.incident),
    known(db, about),
    kindTitles(),
    deliveries(db, about),
  ]);
  const saidHeldAt = newestOf(
    byPeople
      .filter(({ claim, result }) => claim === 'stopped-sending' && result === 'supports')
      .map(({ observedAt }) => observedAt),
  );
  const counted = deliveryRecords(seen, { now: about.now, saidHeldAt });
  return [...byPeople, ...claimRecords(snapshots, about.networks, titles), ...counted];
}
