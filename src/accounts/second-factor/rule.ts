import { sql } from 'kysely';
import { note } from '../../audit/note.ts';
import type { Db, Trx } from '../../database/open.ts';
import type { Actor } from '../../web/access.ts';
import { hasFactor } from './has-factor.ts';

/** Whether everybody needs a second factor, who said so, and how many people have none. */
export async function readRule(db: Db | Trx) {
  const rule = await db
    .selectFrom('sign_in_rules')
    .select(['needs_second_factor', 'changed_by_name', 'changed_at'])
    .executeTakeFirstOrThrow();
  const without = await db
    .selectFrom('users as u')
    .select('u.name')
    .where('u.disabled_at', 'is', null)
    .where(sql<boolean>`not ${hasFactor('u.id')}`)
    .orderBy('u.name')
    .orderBy('u.id')
    .limit(101)
    .execute();
  return {
    isNeeded: rule.needs_second_factor,
    changedBy: rule.changed_by_name,
    changedAt: rule.changed_at,
    without: without.slice(0, 100).map(({ name }) => name),
    more: without.length > 100,
  };
}

export const changeRule = (db: Db, isNeeded: boolean, by: Actor): Promise<void> =>
  db.transaction().execute(async (trx) => {
    const { numUpdatedRows } = await trx
      .updateTable('sign_in_rules')
      .set({ needs_second_factor: isNeeded, changed_by_name: by.name, changed_at: new Date() })
      .where('needs_second_factor', '!=', isNeeded)
      .executeTakeFirst();
    if (numUpdatedRows === 0n) return;
    const subject = isNeeded ? 'everybody’s duty' : 'everybody’s own choice';
    await note(trx, by, 'second-factor-rule-changed', { subject });
  });
