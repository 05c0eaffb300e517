import { networkText } from '../addresses/address.ts';
import type { Db } from '../database/open.ts';
import { shownFound } from '../evidence/shown.ts';
import { sndsFound } from './found.ts';
import { daysOf, newestDay, rangesAround } from './store.ts';

/** Two weeks, and the day before them where they are empty. */
const DAYS = 21;

/** What SNDS says of one address; null for ranges, and where no report was ever imported. */
export async function addressSnds(db: Db, cidr: string, now: Date) {
  const address = networkText(cidr);
  if (address.includes('/')) return null;
  const [days, ranges, newest] = await Promise.all([
    daysOf(db, cidr, DAYS),
    rangesAround(db, address),
    newestDay(db),
  ]);
  return newest === null && ranges.length === 0 ? null : shownFound(sndsFound(address, days, now, ranges));
}
