import { sql } from 'kysely';
import type { Trx } from '../database/open.ts';
import type { WatchReason } from '../database/tables.ts';

/** Whose own setting says whether they begin to watch. */
const SETTING: Partial<Record<WatchReason, 'watch_assigned' | 'watch_written'>> = {
  assigned: 'watch_assigned',
  wrote: 'watch_written',
};

/**
 * People begin to watch an incident because of what happened, as far as their settings allow it. Who stopped watching
 * begins again when they are asked for (given the incident, mentioned), and not because they wrote.
 */
export async function beginToWatch(
  trx: Trx,
  number: number,
  userIds: number[],
  why: WatchReason,
): Promise<void> {
  if (userIds.length === 0) return;
  const setting = SETTING[why];
  let people = trx
    .selectFrom('users')
    .select([sql<number>`${number}::integer`.as('number'), 'id', sql<WatchReason>`${why}::text`.as('why')])
    .where('id', 'in', userIds)
    .where('disabled_at', 'is', null);
  if (setting) people = people.where(setting, '=', true);
  await trx
    .insertInto('incident_watchers')
    .columns(['incident_number', 'user_id', 'why'])
    .expression(people)
    .onConflict((conflict) =>
      why === 'wrote'
        ? conflict.doNothing()
        : conflict
            .columns(['incident_number', 'user_id'])
            .doUpdateSet({ why, since: sql<Date>`now()`, stopped_at: null })
            .where('incident_watchers.stopped_at', 'is not', null),
    )
    .execute();
}
