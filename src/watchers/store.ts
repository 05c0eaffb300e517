import { sql } from 'kysely';
import type { Db, Trx } from '../database/open.ts';
import type { WatchReason } from '../database/tables.ts';
import { lockIncident } from '../incidents/store.ts';
import { invalid } from '../problem.ts';
import { append } from '../timeline/store.ts';
import type { Actor } from '../web/access.ts';

export type Watcher = { userId: number; name: string; why: WatchReason; since: Date };

/** Who watches each of several incidents and may sign in, in one query. */
export async function watchersOf(db: Db | Trx, numbers: number[]): Promise<Map<number, Watcher[]>> {
  const found = new Map<number, Watcher[]>(numbers.map((number) => [number, []]));
  if (numbers.length === 0) return found;
  const rows = await db
    .selectFrom('incident_watchers as w')
    .innerJoin('users as u', 'u.id', 'w.user_id')
    .select(['w.incident_number', 'w.user_id', 'u.name', 'w.why', 'w.since'])
    .where('w.incident_number', 'in', numbers)
    .where('w.stopped_at', 'is', null)
    .where('u.disabled_at', 'is', null)
    .orderBy('u.name')
    .orderBy('u.id')
    .execute();
  for (const { incident_number, user_id, name, why, since } of rows)
    found.get(incident_number)?.push({ userId: user_id, name, why, since });
  return found;
}

/** Numbers of the incidents that somebody watches, for lists. */
export const numbersWatched = (db: Db, userId: number) =>
  db
    .selectFrom('incident_watchers')
    .select('incident_number')
    .where('user_id', '=', userId)
    .where('stopped_at', 'is', null);

/**
 * Somebody watches an incident, or no longer does. Says whether that changed anything; what was so already is no
 * entry. Throws `invalid` for somebody who is not there.
 */
export async function setWatching(
  trx: Trx,
  actor: Actor,
  number: number,
  { userId, watches }: { userId: number; watches: boolean },
): Promise<boolean> {
  await lockIncident(trx, number);
  const person = await trx
    .selectFrom('users')
    .select(['name', 'disabled_at'])
    .where('id', '=', userId)
    .executeTakeFirst();
  if (!person || (watches && person.disabled_at)) throw invalid('userId', 'There is no such person.');
  const changed = watches ? await begin(trx, number, userId) : await stop(trx, number, userId);
  if (!changed) return false;
  const detail = { added: watches ? [person.name] : [], removed: watches ? [] : [person.name] };
  await append(trx, { incident: number, kind: 'watchers-changed', actor, detail });
  return true;
}

async function begin(trx: Trx, number: number, userId: number): Promise<boolean> {
  const begun = await trx
    .insertInto('incident_watchers')
    .values({ incident_number: number, user_id: userId, why: 'by-hand', stopped_at: null })
    .onConflict((conflict) =>
      conflict
        .columns(['incident_number', 'user_id'])
        .doUpdateSet({ why: 'by-hand', since: sql<Date>`now()`, stopped_at: null })
        .where('incident_watchers.stopped_at', 'is not', null),
    )
    .returning('user_id')
    .executeTakeFirst();
  return begun !== undefined;
}

async function stop(trx: Trx, number: number, userId: number): Promise<boolean> {
  const stopped = await trx
    .updateTable('incident_watchers')
    .set({ stopped_at: sql<Date>`now()` })
    .where('incident_number', '=', number)
    .where('user_id', '=', userId)
    .where('stopped_at', 'is', null)
    .executeTakeFirst();
  return stopped.numUpdatedRows > 0n;
}
