import { sql } from 'kysely';
import { deleteAll } from '../database/delete-all.ts';
import type { Db } from '../database/open.ts';
import { cutPage } from '../database/page.ts';
import type { WebhookDeliveryRow, WebhookDeliveryState } from '../database/tables.ts';
import { notFound } from '../problem.ts';

/** The log of a target: its deliveries and their attempts. */

type DeliveryQuery = {
  states?: WebhookDeliveryState[] | undefined;
  limit: number;
  /** Older than this one. */
  before?: number | undefined;
};

export async function listDeliveries(
  db: Db,
  target: number,
  { states, limit, before }: DeliveryQuery,
): Promise<{ deliveries: WebhookDeliveryRow[]; next: number | null }> {
  // One state at a time: an index has each of them in order.
  const ofState = (state?: WebhookDeliveryState) => {
    let rows = db
      .selectFrom('webhook_deliveries')
      .selectAll()
      .where('target_id', '=', target)
      .orderBy('id', 'desc')
      .limit(limit + 1);
    if (state) rows = rows.where('state', '=', state);
    if (before !== undefined) rows = rows.where('id', '<', before);
    return rows.execute();
  };
  const lists = states ? await Promise.all(states.map(ofState)) : [await ofState()];
  const found = lists.flat().sort((a, b) => b.id - a.id);
  const { items: deliveries, next } = cutPage(found, limit, ({ id }) => id);
  return { deliveries, next };
}

export async function getDelivery(db: Db, target: number, id: number) {
  const delivery = await db
    .selectFrom('webhook_deliveries')
    .selectAll()
    .where('target_id', '=', target)
    .where('id', '=', id)
    .executeTakeFirstOrThrow(() => notFound('such delivery'));
  const attempts = await db
    .selectFrom('webhook_attempts')
    .selectAll()
    .where('delivery_id', '=', id)
    .orderBy('number', 'desc')
    .execute();
  return { delivery, attempts };
}

/** Counting ends here: more than this is “1,000 and more”. */
export const MOST_COUNTED = 1000;

export type Backlog = { waiting: number; failed: number };

/** How many deliveries of each target wait, and how many were given up, up to {@link MOST_COUNTED}. */
export async function countBacklogs(db: Db, targets: number[]): Promise<Map<number, Backlog>> {
  // In the order of an index, so that no more is read than is counted.
  const counted = (state: WebhookDeliveryState) => sql`(select count(*)::integer from (
    select d.id from webhook_deliveries d where d.target_id = t.id and d.state = ${state}
    order by d.id desc limit ${MOST_COUNTED}) as counted)`;
  const { rows } = await sql<Backlog & { id: number }>`
    select t.id, least(${MOST_COUNTED}::integer, ${counted('queued')} + ${counted('waiting')}) as waiting, ${counted('failed')} as failed
    from unnest(${targets}::integer[]) as t (id)`.execute(db);
  return new Map(rows.map(({ id, waiting, failed }) => [id, { waiting, failed }]));
}

const KEPT_DAYS = { delivered: 14, dropped: 14, failed: 30 } as const;

/** Lets go of what was settled long ago, and of the logs of targets that were removed. Call it every hour. */
export async function forgetOldDeliveries(db: Db): Promise<void> {
  await deleteAll((atOnce) =>
    db
      .deleteFrom('webhook_deliveries')
      .where('id', 'in', (eb) =>
        eb
          .selectFrom('webhook_deliveries as d')
          .select('d.id')
          .where('d.settled_at', '<', sql<Date>`now() - make_interval(days => ${KEPT_DAYS.delivered})`)
          .where((or) =>
            or.or([
              or('d.state', '<>', 'failed'),
              or('d.settled_at', '<', sql<Date>`now() - make_interval(days => ${KEPT_DAYS.failed})`),
            ]),
          )
          .limit(atOnce),
      )
      .executeTakeFirstOrThrow(),
  );
  await forgetRemoved(db);
}

async function forgetRemoved(db: Db): Promise<void> {
  const removed = await db
    .selectFrom('webhook_targets')
    .select('id')
    .where('removed_at', '<', sql<Date>`now() - interval '10 minutes'`)
    .execute();
  for (const { id } of removed) {
    await deleteAll((atOnce) =>
      db
        .deleteFrom('webhook_deliveries')
        .where('id', 'in', (eb) =>
          eb.selectFrom('webhook_deliveries').select('id').where('target_id', '=', id).limit(atOnce),
        )
        .executeTakeFirstOrThrow(),
    );
    await db.deleteFrom('webhook_targets').where('id', '=', id).execute();
  }
}
