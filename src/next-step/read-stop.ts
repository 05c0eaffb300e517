import type { Db, Trx } from '../database/open.ts';
import type { IncidentRow } from '../database/tables.ts';
import type { Stop } from '../letters/gate/earlier.ts';
import { readRelapses } from '../letters/relapse.ts';
import { undeliveredOf } from '../mail-out/shown.ts';
import type { Provider } from '../providers/schema.ts';
import { readCauses } from './cause-store.ts';
import { againAt, isChanged, limitEnd } from './desk-clock.ts';
import { earlierOf, readEarlier } from './other-incidents.ts';
import { causeOf } from './told.ts';

const YEAR = 365 * 86_400_000;

/** What the rule to stop says to one more request now. `provider`: as it holds for the refusal; `sent`: letters about these addresses, oldest first. */
export async function readStop(
  db: Db | Trx,
  row: IncidentRow,
  provider: Provider | undefined,
  sent: { round: string; at: Date }[],
  now: Date,
): Promise<Stop> {
  const none: Stop = { limitEnd: null, again: null, text: '' };
  if (!provider?.stop) return none;
  const numbers = [row.number];
  const [relapses, causes, earlier, undelivered] = await Promise.all([
    readRelapses(db, [row]),
    readCauses(db, numbers),
    readEarlier(db, numbers, new Date(now.getTime() - YEAR)),
    undeliveredOf(db, numbers),
  ]);
  // What they have not got lets no clock run.
  if (undelivered.has(row.number)) return none;
  const blockedAgain = relapses.get(row.number) ?? null;
  const tried = {
    row,
    blockedAgain,
    cause: causeOf({ cause: causes.get(row.number) ?? null, blockedAgain }),
    earlier: earlierOf(earlier.get(row.number) ?? []),
  };
  const again = isChanged(tried) ? null : againAt(tried, provider);
  return {
    limitEnd: limitEnd(row, provider, sent, now),
    again: again !== null && again > now ? again : null,
    text: provider.stop.text,
  };
}
