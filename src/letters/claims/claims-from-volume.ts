import type { EvidenceResult, Phrase } from '../../evidence/kind.ts';
import { count } from '../../web/format.ts';

/** What the watched logs count of one address or range of an incident. Hours are named by their beginning. */
export type Deliveries = {
  network: string;
  /** To the incident's provider, by day (UTC) of the last thirty, oldest first; days without any are left out. */
  days: { day: string; accepted: number; refused: number }[];
  /** To the incident's provider. */
  lastAccepted: Date | null;
  lastTried: Date | null;
  /** Accepted since it refused last, be it now or for good; `first`: the hour in which that began. */
  since: { accepted: number; first: Date | null; refusedAt: Date | null };
  /** To other large providers in the last {@link HOURS} hours. */
  elsewhere: { name: string; accepted: number; refused: number; newest: Date }[];
};

/** What the logs say of one claim; `at`: when that was so. */
export type Found = {
  claim: string;
  result: EvidenceResult;
  words: string;
  at: Date;
  phrase?: Phrase;
  facts: Record<string, unknown>;
};

/** How long the series of days is, and how short it may be to tell anything. */
export const SERIES_DAYS = 30;
const STEADY_FROM_DAYS = 21;
const LOW_FROM_DAYS = 7;
/** A steady volume never passes twice its median; three times the median is a spike. */
const STEADY = 2;
const SPIKE = 3;
/** Below so many messages a day a provider shows no figures: a low volume. */
const LOW = 100;

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
export const dayOf = (at: Date) => at.toISOString().slice(0, 10);
export const hourEnd = (hour: Date) => new Date(hour.getTime() + HOUR_MS);

/** Messages of every full day that the log covers; a day without any counts as none sent. */
export function series({ days, lastTried }: Deliveries, now: Date): number[] {
  const [first] = days;
  if (!first || !lastTried) return [];
  const sent = new Map(days.map(({ day, accepted, refused }) => [day, accepted + refused]));
  const yesterday = Date.parse(dayOf(new Date(now.getTime() - DAY_MS)));
  const last = Math.min(yesterday, Date.parse(dayOf(lastTried)));
  const volumes: number[] = [];
  // The first day is not whole.
  for (let at = Date.parse(first.day) + DAY_MS; at <= last; at += DAY_MS)
    volumes.push(sent.get(dayOf(new Date(at))) ?? 0);
  return volumes;
}

export function medianOf(volumes: number[]): number {
  const sorted = volumes.toSorted((a, b) => a - b);
  // The lower of two in the middle: nothing is rounded up.
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
}

/** Whether the volume is steady, and whether it is low. */
export function volumes(deliveries: Deliveries, now: Date): Found[] {
  const each = series(deliveries, now);
  const { lastTried } = deliveries;
  const most = Math.max(0, ...each);
  const median = medianOf(each);
  if (!lastTried || median === 0) return [];
  const at = hourEnd(lastTried) > now ? now : hourEnd(lastTried);
  const values = { most, median, days: each.length };
  const facts = { days: deliveries.days };
  const spike = `${count(most)} on one day, ${count(median)} in the median of ${each.length} days`;
  const found: Found[] = [];
  if (each.length >= STEADY_FROM_DAYS)
    found.push(
      most <= STEADY * median
        ? {
            claim: 'volume-steady',
            result: 'supports',
            words: `${count(median)} a day in the median of ${each.length} days, at most ${count(most)}`,
            at,
            phrase: { key: 'volume-steady', values },
            facts,
          }
        : { claim: 'volume-steady', result: 'contradicts', words: spike, at, facts },
    );
  if (each.length >= LOW_FROM_DAYS && most < LOW)
    found.push({
      claim: 'low-volume',
      result: 'supports',
      words: `at most ${count(most)} a day in ${each.length} days`,
      at,
      phrase: { key: 'volume-low', values: { most, days: each.length } },
      facts,
    });
  else if (most > SPIKE * median)
    found.push({ claim: 'low-volume', result: 'contradicts', words: spike, at, facts });
  return found;
}
