import { sql } from 'kysely';
import { hashSecret, newSecret } from '../../accounts/accounts.ts';
import { changesBetween } from '../../audit/changes.ts';
import { note } from '../../audit/note.ts';
import type { Db, Trx } from '../../database/open.ts';
import { notFound } from '../../problem.ts';
import type { Actor } from '../../web/access.ts';

/** The secret address of a person's calendar: whoever has it sees their dates, and it can be made anew. */

type CalendarOptions = { isAll: boolean; hasAlarms: boolean };

const columnsOf = ({ isAll, hasAlarms }: CalendarOptions) => ({ is_all: isAll, has_alarms: hasAlarms });

/** Makes a person's address; one from before stops working. Returns its secret, which is kept only as a hash. */
export async function newCalendarLink(
  trx: Trx,
  by: Actor,
  userId: number,
  options: CalendarOptions,
): Promise<string> {
  const secret = newSecret();
  const values = {
    ...columnsOf(options),
    token_hash: hashSecret(secret),
    created_at: sql<Date>`now()`,
    last_used_at: null,
  };
  await trx
    .insertInto('calendar_links')
    .values({ user_id: userId, ...values })
    .onConflict((conflict) => conflict.column('user_id').doUpdateSet(values))
    .execute();
  await note(trx, by, 'calendar-link-changed', { subjectUserId: userId, detail: { what: 'made' } });
  return secret;
}

/** Changes what a person's calendar shows, under the same address. */
export async function changeCalendarLink(
  trx: Trx,
  by: Actor,
  userId: number,
  options: CalendarOptions,
): Promise<void> {
  const before = await trx
    .selectFrom('calendar_links')
    .select(['is_all', 'has_alarms'])
    .where('user_id', '=', userId)
    .forUpdate()
    .executeTakeFirstOrThrow(() => notFound('such calendar; it was revoked'));
  const changes = changesBetween(before, columnsOf(options));
  if (changes.length === 0) return;
  await trx.updateTable('calendar_links').set(columnsOf(options)).where('user_id', '=', userId).execute();
  await note(trx, by, 'calendar-changed', { subjectUserId: userId, detail: { changes } });
}

export async function revokeCalendarLink(trx: Trx, by: Actor, userId: number): Promise<void> {
  const gone = await trx.deleteFrom('calendar_links').where('user_id', '=', userId).executeTakeFirst();
  if (gone.numDeletedRows > 0n)
    await note(trx, by, 'calendar-link-changed', { subjectUserId: userId, detail: { what: 'revoked' } });
}

export const findCalendarOf = (db: Db | Trx, userId: number) =>
  db
    .selectFrom('calendar_links')
    .select(['is_all', 'has_alarms', 'created_at', 'last_used_at'])
    .where('user_id', '=', userId)
    .executeTakeFirst();

/** Whose calendar a secret opens. When it was used is written at most once an hour. */
export async function openCalendar(db: Db, secret: string) {
  const row = await db
    .selectFrom('calendar_links as c')
    .innerJoin('users as u', 'u.id', 'c.user_id')
    .select(['c.user_id', 'c.is_all', 'c.has_alarms', 'c.last_used_at'])
    .where('c.token_hash', '=', hashSecret(secret))
    .where('u.disabled_at', 'is', null)
    .executeTakeFirst();
  if (!row) return undefined;
  await db
    .updateTable('calendar_links')
    .set({ last_used_at: sql<Date>`now()` })
    .where('user_id', '=', row.user_id)
    .where((eb) =>
      eb.or([eb('last_used_at', 'is', null), eb('last_used_at', '<', sql<Date>`now() - interval '1 hour'`)]),
    )
    .execute();
  return { userId: row.user_id, isAll: row.is_all, hasAlarms: row.has_alarms };
}
