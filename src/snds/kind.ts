import type { Db } from '../database/open.ts';
import type { Found } from '../evidence/kind.ts';
import type { RecordedKind } from '../evidence/recorded-kind.ts';
import { sndsFound } from './found.ts';
import { daysOf, newestDay, rangesAround } from './store.ts';

/** Two weeks, and the day before them where they are empty. */
const DAYS = 21;

/** What SNDS says of one address; null where no report was ever imported. */
export async function findSnds(db: Db, address: string, now: Date): Promise<Found | null> {
  const [days, ranges, newest] = await Promise.all([
    daysOf(db, address, DAYS),
    rangesAround(db, address),
    newestDay(db),
  ]);
  return newest === null && ranges.length === 0 ? null : sndsFound(address, days, now, ranges);
}

const NOTHING: Found = {
  outcome: 'note',
  summary: 'no report was ever imported (Settings, SNDS)',
  facts: [],
  claims: [],
  raw: {},
};

/** Whose desks know what SNDS says. */
export const SNDS_PROVIDERS = ['outlook-com', 'microsoft-365'];

/** The reports that were imported, as a kind of evidence. */
export const SNDS: RecordedKind = {
  key: 'snds',
  title: 'Microsoft SNDS',
  of: 'address',
  look: async (db, { address }, { now }) => (await findSnds(db, address, now)) ?? NOTHING,
};
