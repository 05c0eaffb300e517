import { placeOfKind } from '../evidence/places/places.ts';
import { dueDates } from '../snds/feed.ts';

/** Something that has to be done again by a day. Its key and its day name it: with a new day it is another. */
export type Reminder = {
  key: string;
  what: string;
  /** What it is about: an address, a domain, a programme, or empty. */
  about: string;
  /** A calendar day, `2026-12-01`. */
  on: string;
  /** Where it is done. */
  link: string;
  /** So many days before, it is told of. */
  noticeDays: number;
};
export type ReminderAnswer = {
  key: string;
  due_on: string;
  snoozed_until: string | null;
  dismissed_reason: string | null;
  by_name: string;
};

const STATES = ['due', 'soon', 'later', 'snoozed', 'dismissed'] as const;
export type ReminderState = (typeof STATES)[number];
export type JudgedReminder = Reminder & { state: ReminderState; answer: ReminderAnswer | null };

const DAY_MS = 86_400_000;
/** A week to renew something; to look at a page again takes a minute. */
const RENEWAL_NOTICE_DAYS = 7;
export const READING_NOTICE_DAYS = 1;
export const dayOf = (at: Date): string => at.toISOString().slice(0, 10);
export const plusDays = (at: Date, days: number): string => dayOf(new Date(at.getTime() + days * DAY_MS));

export const ofFeeds = (
  feeds: { id: number; kind: string; renewed_on: string; attested_on: string | null }[],
  now: Date,
): Reminder[] =>
  feeds.flatMap((feed) =>
    dueDates({ renewedOn: feed.renewed_on, attestedOn: feed.attested_on }, now).map(({ key, what, on }) => ({
      key: `snds-${key}:${feed.id}`,
      what: `SNDS, ${feed.kind}: ${what}`,
      about: '',
      on,
      link: '/settings/snds#feeds',
      noticeDays: RENEWAL_NOTICE_DAYS,
    })),
  );

/** What was read by hand: the day after its last day is the first on which it is too old. */
export const ofReadings = (readings: { kind: string; subject: string; readAt: Date }[]): Reminder[] =>
  readings.flatMap(({ kind, subject, readAt }) => {
    const place = placeOfKind(kind);
    if (!place) return [];
    return [
      {
        key: `place:${place.key}:${subject}`,
        what: `Look again: ${place.name}`,
        about: subject,
        on: plusDays(readAt, place.currentDays),
        link: `/evidence/${subject}/places/${place.key}`,
        noticeDays: READING_NOTICE_DAYS,
      },
    ];
  });

export const ofMemberships = (
  memberships: { programme: string; name: string; standing: string; expires_on: string | null }[],
): Reminder[] =>
  memberships.flatMap(({ programme, name, standing, expires_on: on }) =>
    on === null || standing === 'ended'
      ? []
      : [
          {
            key: `membership:${programme}`,
            what: `Renew or end: ${name}`,
            about: '',
            on,
            link: `/settings/programmes#${programme}`,
            noticeDays: RENEWAL_NOTICE_DAYS,
          },
        ],
  );

function stateOf({ on, noticeDays }: Reminder, answer: ReminderAnswer | null, now: Date): ReminderState {
  const today = dayOf(now);
  if (answer?.dismissed_reason) return 'dismissed';
  if (answer?.snoozed_until && answer.snoozed_until > today) return 'snoozed';
  if (on <= today) return 'due';
  return on <= plusDays(now, noticeDays) ? 'soon' : 'later';
}

/** What is due first comes first. An answer counts for the day that it was given to. */
export function judgeReminders(
  reminders: Reminder[],
  answers: ReminderAnswer[],
  now: Date,
): JudgedReminder[] {
  const byKey = new Map(answers.map((answer) => [answer.key, answer]));
  return reminders
    .map((reminder) => {
      const said = byKey.get(reminder.key);
      const answer = said?.due_on === reminder.on ? said : null;
      return { ...reminder, answer, state: stateOf(reminder, answer, now) };
    })
    .sort((a, b) => (a.on === b.on ? (a.key < b.key ? -1 : 1) : a.on < b.on ? -1 : 1));
}

export const isPressing = ({ state }: JudgedReminder): boolean => state === 'due' || state === 'soon';
