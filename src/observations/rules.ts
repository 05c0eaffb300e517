/** When refusals seen in a log are a block, and when accepted deliveries prove that it is over. Pure. */

const MINUTE_MS = 60_000;

/** Settable for all providers, and for single ones. */
export type WatchRule = {
  /** Whether a block opens an incident by itself. */
  opens: boolean;
  /** Least refusals and deferrals within the window … */
  refusals: number;
  windowMinutes: number;
  /** … that are at least this share of all deliveries in it; 0: their number alone decides. */
  sharePercent: number;
  /** Deliveries accepted since the last refusal … */
  accepted: number;
  /** … and minutes without one, that prove recovery. */
  quietMinutes: number;
};

/** A blocked address is refused nearly everything; a busy one is always refused a little. */
export const DEFAULT_RULE: WatchRule = {
  opens: true,
  refusals: 10,
  windowMinutes: 60,
  sharePercent: 20,
  accepted: 20,
  quietMinutes: 120,
};

/** Deliveries of one address to one provider within a time. `refused` includes deferrals. */
export type Tally = { accepted: number; refused: number };

export const isBlock = (rule: WatchRule, { accepted, refused }: Tally): boolean =>
  refused >= rule.refusals && refused * 100 >= rule.sharePercent * (accepted + refused);

export type MinuteTally = Tally & { minute: Date };

/**
 * The first minute at which the deliveries of the window before it are a block; null: none is. A batch may
 * bring hours at once, and a block in the middle of them is one although mail flows again at their end.
 */
export function blockedAt(rule: WatchRule, minutes: MinuteTally[]): Date | null {
  const sum: Tally = { accepted: 0, refused: 0 };
  let oldest = 0;
  for (const one of minutes) {
    sum.accepted += one.accepted;
    sum.refused += one.refused;
    const from = one.minute.getTime() - rule.windowMinutes * MINUTE_MS;
    for (let out = minutes[oldest]; out && out.minute.getTime() <= from; out = minutes[++oldest]) {
      sum.accepted -= out.accepted;
      sum.refused -= out.refused;
    }
    if (one.refused > 0 && isBlock(rule, sum)) return one.minute;
  }
  return null;
}

const DAY_MINUTES = 1440;

/**
 * Minutes without a refusal that prove recovery. Twice as long after each relapse, up to a day: a throttle
 * that comes and goes is one block with pauses, and not a recovery an hour.
 */
export const quietMinutes = (rule: WatchRule, relapses: number): number =>
  Math.max(rule.quietMinutes, Math.min(rule.quietMinutes * 2 ** Math.min(relapses, 12), DAY_MINUTES));

/** Whether `accepted` deliveries between the last refusal and now are proof that mail flows again. */
export const isProof = (
  rule: WatchRule,
  seen: { accepted: number; lastRefusal: Date; now: Date; relapses: number },
): boolean =>
  seen.accepted >= rule.accepted &&
  seen.now.getTime() - seen.lastRefusal.getTime() >= quietMinutes(rule, seen.relapses) * MINUTE_MS;

/**
 * Where a block began whose first refusal was `first`, as far as was known: the earliest of the minutes `of` a log that
 * is read late, unless accepted deliveries prove that mail flowed in between. The minutes before `first`, oldest first.
 */
export function beganAt(
  rule: WatchRule,
  minutes: MinuteTally[],
  { first, of }: { first: Date; of: ReadonlySet<number> },
): Date {
  let began = first;
  let [refusal, accepted] = [first, 0];
  for (const { minute, ...one } of minutes.toReversed()) {
    if (one.refused === 0) {
      accepted += one.accepted;
      continue;
    }
    if (isProof(rule, { accepted, lastRefusal: minute, now: refusal, relapses: 0 })) break;
    [refusal, accepted] = [minute, 0];
    if (of.has(minute.getTime())) began = minute;
  }
  return began;
}

/** A log that is read late is counted, and raises no alarm: its blocks may be long over. */
const ALARM_HOURS = 24;
export const isFresh = (minute: Date, now: Date): boolean =>
  now.getTime() - minute.getTime() <= ALARM_HOURS * 60 * MINUTE_MS;
