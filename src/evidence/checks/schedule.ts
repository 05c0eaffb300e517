import { sql } from 'kysely';
import { networkText } from '../../addresses/address.ts';
import type { Db } from '../../database/open.ts';
import { askForCheck } from './store.ts';

/** How often an address may be looked at unasked, in hours, with the words for it. */
export const INTERVALS = [
  { hours: 1, words: 'every hour' },
  { hours: 6, words: 'every 6 hours' },
  { hours: 24, words: 'every day' },
  { hours: 168, words: 'every week' },
] as const;

export const intervalWords = (hours: number | null): string =>
  hours === null ? '' : (INTERVALS.find((one) => one.hours === hours)?.words ?? `every ${hours} hours`);

const AT_ONCE = 50;
/** The next look is up to so much of the interval earlier or later, so that many addresses do not come at one time. */
const JITTER = 0.1;

/**
 * Asks for the checks that are due. Any number of processes may run this at a time: each address is locked and
 * asked for by one of them, and not while a look at it still waits or goes on. Returns how many were asked for.
 */
export async function askDueChecks(db: Db, now: Date): Promise<number> {
  return db.transaction().execute(async (trx) => {
    const due = await trx
      .selectFrom('addresses')
      .select(['id', 'network', 'check_every_hours'])
      .where('check_due_at', '<=', now)
      .orderBy('check_due_at')
      .limit(AT_ONCE)
      .forUpdate()
      .skipLocked()
      .execute();
    for (const { id, network, check_every_hours: hours } of due) {
      const unfinished = await trx
        .selectFrom('checks')
        .select('id')
        .where('finished_at', 'is', null)
        .where('incident_number', 'is', null)
        .where(sql<boolean>`${network}::cidr = any(networks)`)
        .limit(1)
        .executeTakeFirst();
      if (!unfinished)
        await askForCheck(trx, { incident: null, networks: [networkText(network)], askedBy: 'Delist Desk' });
      const wait = (hours ?? 24) * 3_600_000 * (1 - JITTER + 2 * JITTER * Math.random());
      await trx
        .updateTable('addresses')
        .set({ check_due_at: new Date(now.getTime() + wait) })
        .where('id', '=', id)
        .execute();
    }
    return due.length;
  });
}
