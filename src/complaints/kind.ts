import { networkText } from '../addresses/address.ts';
import type { Db } from '../database/open.ts';
import type { Found } from '../evidence/kind.ts';
import type { RecordedKind } from '../evidence/recorded-kind.ts';
import type { Catalogue } from '../providers/catalogue.ts';
import { complaintsFound, WEEK } from './found.ts';
import { complaintsByDay, complaintsByProvider, lastReports } from './store.ts';

const MICROSOFT = 'outlook-com';
const DAY_MS = 86_400_000;

/** What feedback loops reported of an address or range; null where none ever reported anything. */
export async function findComplaints(
  db: Db,
  cidr: string,
  { now, catalogue }: { now: Date; catalogue: Catalogue },
): Promise<Found | null> {
  const since = new Date(Math.floor(now.getTime() / DAY_MS) * DAY_MS - (WEEK - 1) * DAY_MS);
  const [days, providers, last] = await Promise.all([
    complaintsByDay(db, since, cidr),
    complaintsByProvider(db, since, cidr),
    lastReports(db, MICROSOFT, cidr),
  ]);
  if (last.any === null) return null;
  const facts = {
    days,
    providers: providers.map(({ provider, ...share }) => ({
      ...share,
      name: catalogue.byKey.get(provider)?.name ?? provider,
    })),
    lastOfAny: last.any,
    lastOfMicrosoft: last.own,
  };
  return complaintsFound(networkText(cidr), facts, now);
}

const NOTHING: Found = {
  outcome: 'note',
  summary: 'no feedback loop has ever reported anything here',
  facts: [],
  claims: [],
  raw: {},
};

/** The reports of feedback loops, as a kind of evidence. */
export const COMPLAINTS: RecordedKind = {
  key: 'complaints',
  title: 'Complaints',
  of: 'address',
  look: async (db, { address }, world) => (await findComplaints(db, address, world)) ?? NOTHING,
};
