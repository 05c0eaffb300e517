import { sql } from 'kysely';
import type { Db, Trx } from '../database/open.ts';

/** A log may bring an incident any number of rejections: what they amount to stands in so many of the newest. */
const NEWEST = 200;

/**
 * Of each incident the newest rejection, and the newest that a rule of its own provider fits, by which its next step
 * goes as its letters do; where none fits, the newest of all.
 */
export async function tellingRejections(db: Db | Trx, numbers: number[]) {
  const rows = await db
    .selectFrom('incidents as i')
    .innerJoinLateral(
      (eb) =>
        eb
          .selectFrom(
            eb
              .selectFrom('rejections as r')
              .selectAll('r')
              .whereRef('r.incident_number', '=', 'i.number')
              .orderBy('r.id', 'desc')
              .limit(NEWEST)
              .as('recent'),
          )
          .select(['recent.rule', 'recent.list_name', 'recent.list_owner'])
          .select(sql<number>`first_value(recent.id) over (order by recent.id desc)`.as('newest_id'))
          .select(sql<boolean>`first_value(recent.temporary) over (order by recent.id desc)`.as('temporary'))
          .orderBy(sql`coalesce(starts_with(recent.rule, i.provider || '/'), false)`, 'desc')
          // By when it was said: an old bounce may be pasted afterwards.
          .orderBy(sql`coalesce(recent.occurred_at, recent.recorded_at)`, 'desc')
          .orderBy('recent.id', 'desc')
          .limit(1)
          .as('telling'),
      (join) => join.onTrue(),
    )
    .select([
      'i.number',
      'telling.rule',
      'telling.list_name',
      'telling.list_owner',
      'telling.newest_id',
      'telling.temporary',
    ])
    .where('i.number', 'in', numbers)
    .execute();
  return new Map(rows.map((row) => [row.number, row]));
}
