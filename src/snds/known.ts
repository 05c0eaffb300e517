import { isIP } from 'node:net';
import { networkText } from '../addresses/address.ts';
import type { Db, Trx } from '../database/open.ts';
import type { Found } from '../evidence/kind.ts';
import { type BlockedRange, type DayFacts, sndsFound } from './found.ts';
import { daysWithin, rangesWithin } from './store.ts';

const DAYS = 21;
const DAY_MS = 86_400_000;

function momentOf([newest]: DayFacts[], ranges: BlockedRange[], now: Date): Date {
  const ends = [
    ...(newest ? [Date.parse(newest.day) + DAY_MS - 1] : []),
    ...ranges.map(({ seenAt }) => seenAt.getTime()),
  ];
  return new Date(Math.min(Math.max(0, ...ends), now.getTime()));
}

/**
 * What the newest reports say of the addresses in some networks, in two queries: newer than a check, since reports
 * come by themselves. Addresses of which they say nothing are left out. `at`: the end of the newest day that they
 * tell of, or when a range was last seen.
 */
export async function sndsKnown(
  db: Db | Trx,
  networks: string[],
  now: Date,
): Promise<{ address: string; found: Found; at: Date }[]> {
  const since = new Date(now.getTime() - DAYS * DAY_MS).toISOString().slice(0, 10);
  const days = await daysWithin(db, networks, since);
  const ranges = await rangesWithin(db, networks);
  return [...new Set([...days.keys(), ...ranges.keys()])]
    .filter((network) => isIP(networkText(network)))
    .map((network) => {
      const address = networkText(network);
      const around = ranges.get(network) ?? [];
      const told = days.get(network) ?? [];
      return { address, found: sndsFound(address, told, now, around), at: momentOf(told, around, now) };
    });
}
