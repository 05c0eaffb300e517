import { sql } from 'kysely';
import type { Db, Trx } from '../database/open.ts';
import { PLACES } from '../evidence/places/places.ts';
import { Problem } from '../problem.ts';
import { listMemberships } from '../profile/memberships.ts';
import { getProfile } from '../profile/store.ts';
import { listFeeds } from '../snds/feeds.ts';
import type { Actor } from '../web/access.ts';
import {
  dayOf,
  isPressing,
  type JudgedReminder,
  judgeReminders,
  ofFeeds,
  ofMemberships,
  ofReadings,
  plusDays,
  READING_NOTICE_DAYS,
} from './reminders.ts';

/** Of readings that may be too old, the oldest so many are looked at. */
const MOST_READINGS = 1000;
const SHORTEST_DAYS = Math.min(...PLACES.map(({ currentDays }) => currentDays));

/** What was read by hand at least so long ago that one of it may be due. */
async function oldReadings(db: Db | Trx, now: Date) {
  const rows = await db
    .selectFrom('snapshots')
    .select(['kind', 'address', 'domain', 'last_seen_at'])
    .where('superseded_at', 'is', null)
    .where(sql<boolean>`kind like 'place-%'`)
    .where(
      'last_seen_at',
      '<=',
      new Date(`${plusDays(now, READING_NOTICE_DAYS + 1 - SHORTEST_DAYS)}T00:00:00Z`),
    )
    .orderBy('last_seen_at')
    .limit(MOST_READINGS)
    .execute();
  if (rows.length === 0) return [];
  const { sendingDomains } = await getProfile(db);
  return rows
    .filter(({ domain }) => domain === null || sendingDomains.includes(domain))
    .map((row) => ({ kind: row.kind, subject: row.address ?? row.domain ?? '', readAt: row.last_seen_at }));
}

/** All that has to be done again, with what people said to it. */
export async function readReminders(db: Db | Trx, now: Date): Promise<JudgedReminder[]> {
  const feeds = await listFeeds(db);
  const readings = await oldReadings(db, now);
  const memberships = await listMemberships(db);
  const reminders = [...ofFeeds(feeds, now), ...ofReadings(readings), ...ofMemberships(memberships)];
  if (reminders.length === 0) return [];
  const answers = await db
    .selectFrom('reminder_answers')
    .select(['key', 'due_on', 'snoozed_until', 'dismissed_reason', 'by_name'])
    .where(
      'key',
      'in',
      reminders.map(({ key }) => key),
    )
    .execute();
  return judgeReminders(reminders, answers, now);
}

/** What is due or will be soon, for the pages where it is done. */
export const pressingReminders = async (db: Db, now: Date): Promise<JudgedReminder[]> =>
  (await readReminders(db, now)).filter(isPressing);

export type NewAnswer = { key: string; dueOn: string } & (
  | { snoozedUntil: string; dismissedReason?: never }
  | { dismissedReason: string; snoozedUntil?: never }
);

async function getReminder(trx: Trx, key: string, dueOn: string, now: Date): Promise<JudgedReminder> {
  const reminder = (await readReminders(trx, now)).find((one) => one.key === key && one.on === dueOn);
  if (!reminder)
    throw new Problem('changed-meanwhile', 'This is no longer due: it was done, or has another date now.');
  return reminder;
}

/** Puts a reminder off to a day, or ends it with a reason. Throws `changed-meanwhile` when it is no longer due on that day. */
export async function answerReminder(trx: Trx, actor: Actor, answer: NewAnswer, now: Date): Promise<void> {
  const { key, dueOn, snoozedUntil = null, dismissedReason = null } = answer;
  await getReminder(trx, key, dueOn, now);
  if (snoozedUntil !== null && snoozedUntil <= dayOf(now))
    throw new Problem('invalid', 'A reminder is put off to a day that is yet to come.', {
      fields: { until: 'Choose a day after today.' },
    });
  const said = {
    due_on: dueOn,
    snoozed_until: snoozedUntil,
    dismissed_reason: dismissedReason,
    by_name: actor.name,
    at: now,
  };
  await trx
    .insertInto('reminder_answers')
    .values({ key, ...said })
    .onConflict((conflict) => conflict.column('key').doUpdateSet(said))
    .execute();
}

/** It reminds again. */
export const withdrawAnswer = (trx: Trx, key: string) =>
  trx.deleteFrom('reminder_answers').where('key', '=', key).execute();
