import { changesBetween } from '../audit/changes.ts';
import { note } from '../audit/note.ts';
import type { Db, Trx } from '../database/open.ts';
import { Problem } from '../problem.ts';
import type { Actor } from '../web/access.ts';
import { DEFAULT_RULE, type WatchRule } from './rules.ts';

/** The key of the rule for all providers that have none of their own. */
export const ALL = '';

export type StoredRule = WatchRule & { provider: string; version: number };

export async function listRules(db: Db | Trx): Promise<StoredRule[]> {
  const rows = await db.selectFrom('watch_rules').selectAll().orderBy('provider').limit(500).execute();
  return rows.map((row) => ({
    provider: row.provider,
    version: row.version,
    opens: row.opens,
    refusals: row.refusals,
    windowMinutes: row.window_minutes,
    sharePercent: row.share_percent,
    accepted: row.accepted,
    quietMinutes: row.quiet_minutes,
  }));
}

/** Which rule holds for a provider. */
export async function readRules(db: Db | Trx): Promise<(provider: string) => WatchRule> {
  const rules = new Map((await listRules(db)).map((rule) => [rule.provider, rule]));
  return (provider) => rules.get(provider) ?? rules.get(ALL) ?? DEFAULT_RULE;
}

const columns = (rule: WatchRule) => ({
  opens: rule.opens,
  refusals: rule.refusals,
  window_minutes: rule.windowMinutes,
  share_percent: rule.sharePercent,
  accepted: rule.accepted,
  quiet_minutes: rule.quietMinutes,
});

/** Sets a provider's rule. `version` is the one that was seen, 0 for a new one; throws `changed-meanwhile` when it is not the newest. */
export async function saveRule(
  trx: Trx,
  provider: string,
  rule: WatchRule,
  version: number,
  by: Actor,
): Promise<void> {
  const before = (await readRules(trx))(provider);
  const saved =
    version === 0
      ? await trx
          .insertInto('watch_rules')
          .values({ provider, ...columns(rule) })
          .onConflict((conflict) => conflict.doNothing())
          .executeTakeFirst()
          .then((result) => result.numInsertedOrUpdatedRows)
      : await trx
          .updateTable('watch_rules')
          .set({ ...columns(rule), version: version + 1, updated_at: new Date() })
          .where('provider', '=', provider)
          .where('version', '=', version)
          .executeTakeFirst()
          .then((result) => result.numUpdatedRows);
  if (saved !== 1n)
    throw new Problem(
      'changed-meanwhile',
      'Somebody changed this rule since you opened the page. What you entered is still below; compare, then save again.',
    );
  await note(trx, by, 'watch-rule-changed', {
    subject: provider || 'all providers',
    detail: { changes: changesBetween(columns(before), columns(rule)) },
  });
}

/** Takes a provider's own rule back: the general one holds again. */
export async function removeRule(trx: Trx, provider: string, by: Actor): Promise<void> {
  const removed = await trx.deleteFrom('watch_rules').where('provider', '=', provider).executeTakeFirst();
  if (removed.numDeletedRows === 0n) return;
  await note(trx, by, 'watch-rule-changed', {
    subject: provider,
    detail: { changes: [{ what: 'rule of its own', from: 'yes', to: 'no' }] },
  });
}
