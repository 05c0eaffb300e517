import { sql } from 'kysely';
import { deleteAll } from '../database/delete-all.ts';
import type { Db, Trx } from '../database/open.ts';
import { cutPage } from '../database/page.ts';
import { notFound } from '../problem.ts';

/** What a person was told, on their page. */

/** More is not counted: the bell says “99+”. */
export const MOST_COUNTED = 100;

/** For the bell: how many nobody read, up to a hundred. */
export async function countUnread(db: Db | Trx, userId: number): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select count(*) as n from (
      select 1 from notices where user_id = ${userId} and read_at is null limit ${MOST_COUNTED}
    ) as unread`.execute(db);
  return rows[0]?.n ?? 0;
}

export type Notice = {
  id: number;
  topic: string;
  words: string;
  link: string;
  happenedAt: Date;
  isRead: boolean;
  incident: { number: number; title: string; state: string } | null;
};
type NoticeQuery = { unread: boolean; limit: number; before?: number | undefined };

/** One page of notices, newest first, and where the next begins. */
export async function listNotices(
  db: Db,
  userId: number,
  { unread, limit, before }: NoticeQuery,
): Promise<{ notices: Notice[]; next: number | null }> {
  let rows = db
    .selectFrom('notices as n')
    .leftJoin('incidents as i', 'i.number', 'n.incident_number')
    .select([
      'n.id',
      'n.topic',
      'n.words',
      'n.link',
      'n.happened_at',
      'n.read_at',
      'i.number',
      'i.title',
      'i.state',
    ])
    .where('n.user_id', '=', userId)
    .orderBy('n.id', 'desc')
    .limit(limit + 1);
  if (unread) rows = rows.where('n.read_at', 'is', null);
  if (before !== undefined) rows = rows.where('n.id', '<', before);
  const found = await rows.execute();
  const { items, next } = cutPage(found, limit, ({ id }) => id);
  const notices = items.map((row) => ({
    id: row.id,
    topic: row.topic,
    words: row.words,
    link: row.link,
    happenedAt: row.happened_at,
    isRead: row.read_at !== null,
    incident:
      row.number === null ? null : { number: row.number, title: row.title ?? '', state: row.state ?? '' },
  }));
  return { notices, next };
}

const read = { read_at: sql<Date>`now()` };

/**
 * Marks a notice as read, with all older ones of its incident, whose page shows them; returns where it leads. Throws
 * not-found for that of somebody else.
 */
export async function openNotice(trx: Trx, userId: number, id: number): Promise<string> {
  const notice = await trx
    .selectFrom('notices')
    .select(['link', 'incident_number'])
    .where('id', '=', id)
    .where('user_id', '=', userId)
    .executeTakeFirstOrThrow(() => notFound('such notice; it may have been too old to be kept'));
  const { incident_number: incident } = notice;
  await trx
    .updateTable('notices')
    .set(read)
    .where('user_id', '=', userId)
    .where('read_at', 'is', null)
    .where((eb) =>
      incident === null
        ? eb('id', '=', id)
        : eb.or([eb('id', '=', id), eb.and([eb('incident_number', '=', incident), eb('id', '<', id)])]),
    )
    .execute();
  return notice.link;
}

/** Marks a notice as read, or as unread again. */
export async function markNotice(trx: Trx, userId: number, id: number, isRead: boolean): Promise<void> {
  const marked = await trx
    .updateTable('notices')
    .set(isRead ? { read_at: sql<Date>`coalesce(read_at, now())` } : { read_at: null })
    .where('id', '=', id)
    .where('user_id', '=', userId)
    .executeTakeFirst();
  if (marked.numUpdatedRows === 0n) throw notFound('such notice; it may have been too old to be kept');
}

/** Marks all as read that are no newer than the newest that was seen. Returns how many. */
export async function markAllRead(trx: Trx, userId: number, upTo: number): Promise<number> {
  const marked = await trx
    .updateTable('notices')
    .set(read)
    .where('user_id', '=', userId)
    .where('read_at', 'is', null)
    .where('id', '<=', upTo)
    .executeTakeFirst();
  return Number(marked.numUpdatedRows);
}

const KEPT_DAYS = 90;
const MOST_KEPT = 5000;
const AT_ONCE = 5000;

/** Notices are kept for ninety days, and of each person the newest five thousand. */
export async function forgetOldNotices(db: Db): Promise<void> {
  await deleteAll((atOnce) =>
    db
      .deleteFrom('notices')
      .where('id', 'in', (eb) =>
        eb
          .selectFrom('notices')
          .select('id')
          .where('told_at', '<', sql<Date>`now() - make_interval(days => ${KEPT_DAYS})`)
          .limit(atOnce),
      )
      .executeTakeFirstOrThrow(),
  );
  await sql`
    delete from notices where id in (
      select old.id from users u cross join lateral (
        select n.id from notices n where n.user_id = u.id and n.mail_due_at is null order by n.id desc
          offset ${MOST_KEPT} limit ${AT_ONCE}) as old)`.execute(db);
}
