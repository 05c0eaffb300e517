import type { Change } from '../audit/changes.ts';
import type { AuditKind } from '../audit/kinds.ts';
import { note } from '../audit/note.ts';
import { json } from '../database/json.ts';
import type { Db, Trx } from '../database/open.ts';
import { notFound, Problem } from '../problem.ts';
import type { Actor } from '../web/access.ts';
import type { Rule } from './rules.ts';
import { type NoticeSettings, settingsOf } from './settings.ts';
import { changedRules, changedTimes } from './settings-changes.ts';
import type { Times } from './times.ts';

const COLUMNS = [
  'u.id',
  'u.name',
  'u.email',
  'u.role',
  'u.time_zone',
  's.rules',
  's.takes_mail',
  's.cadence',
  's.digest_hour',
  's.quiet_from',
  's.quiet_until',
  's.critical_breaks_through',
  's.version',
] as const;

const people = (db: Db | Trx) =>
  db
    .selectFrom('users as u')
    .leftJoin('notice_settings as s', 's.user_id', 'u.id')
    .select([...COLUMNS])
    .where('u.disabled_at', 'is', null);

export type PersonTold = { id: number; settings: NoticeSettings };

/** Everybody who may be told of something. */
export async function listPeopleTold(trx: Trx): Promise<PersonTold[]> {
  const rows = await people(trx).orderBy('u.id').execute();
  return rows.map((row) => ({ id: row.id, settings: settingsOf(row as never) }));
}

export type Recipient = { id: number; name: string; email: string; settings: NoticeSettings };

/** Undefined: there is no such person, or they may no longer sign in. */
export async function findRecipient(db: Db | Trx, userId: number): Promise<Recipient | undefined> {
  const row = await people(db).where('u.id', '=', userId).executeTakeFirst();
  return row && { id: row.id, name: row.name, email: row.email, settings: settingsOf(row as never) };
}

export async function getNoticeSettings(db: Db | Trx, userId: number): Promise<NoticeSettings> {
  const found = await findRecipient(db, userId);
  if (!found) throw notFound('such person');
  return found.settings;
}

export type NoticeChange = {
  rules?: Rule[] | null;
  times?: Omit<Times, 'zone'> & { takesMail: boolean };
};

/** Changes a person's settings as they saw them. Throws `changed-meanwhile`. */
export async function changeNoticeSettings(
  trx: Trx,
  by: Actor,
  userId: number,
  version: number,
  change: NoticeChange,
): Promise<void> {
  const { rules, times } = change;
  const before = await getNoticeSettings(trx, userId);
  const columns = {
    ...(rules === undefined ? {} : { rules: rules === null ? null : json(rules) }),
    ...(times === undefined
      ? {}
      : {
          takes_mail: times.takesMail,
          cadence: times.cadence,
          digest_hour: times.digestHour,
          quiet_from: times.quiet?.from ?? null,
          quiet_until: times.quiet?.until ?? null,
          critical_breaks_through: times.criticalBreaksThrough,
        }),
    version: version + 1,
  };
  const written = await trx
    .insertInto('notice_settings')
    .values({ user_id: userId, rules: null, quiet_from: null, quiet_until: null, ...columns })
    .onConflict((conflict) =>
      conflict.column('user_id').doUpdateSet(columns).where('notice_settings.version', '=', version),
    )
    .returning('version')
    .executeTakeFirst();
  if (!written)
    throw new Problem(
      'changed-meanwhile',
      'These settings were changed since you opened the page, perhaps in another window. Look at them, then save again.',
    );
  const after = await getNoticeSettings(trx, userId);
  const noted = async (kind: AuditKind, changes: Change[]) => {
    if (changes.length > 0) await note(trx, by, kind, { subjectUserId: userId, detail: { changes } });
  };
  await noted('notice-rules-changed', changedRules(before.rules, after.rules));
  await noted('notice-times-changed', changedTimes(before, after));
}
