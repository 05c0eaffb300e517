import { sql } from 'kysely';
import type { Db } from '../../database/open.ts';
import type { IncidentRow } from '../../database/tables.ts';
import { readSteps } from '../../next-step/store.ts';
import type { Catalogue } from '../../providers/catalogue.ts';
import type { JudgedReminder } from '../../reminders/reminders.ts';
import { readReminders } from '../../reminders/store.ts';
import { numbersWatched } from '../../watchers/store.ts';
import type { DueDate } from './icalendar.ts';

/** So many incidents and so many reminders are in a calendar, those that are due first. */
const MOST = 200;
/** What is overdue for longer has no place in a calendar. */
const OVERDUE_DAYS = 90;

type CalendarOf = { userId: number; isAll: boolean };

/** Unfinished incidents whose step has a date, those that are due first. */
function dueIncidents(db: Db, { userId, isAll }: CalendarOf, now: Date): Promise<IncidentRow[]> {
  let rows = db
    .selectFrom('step_judgements as s')
    .innerJoin('incidents as i', 'i.number', 's.incident_number')
    .selectAll('i')
    .where('i.state', '!=', 'closed')
    .where('s.due_at', '>', sql<Date>`${now}::timestamptz - make_interval(days => ${OVERDUE_DAYS})`)
    .orderBy('s.due_at')
    .limit(MOST);
  if (!isAll)
    rows = rows.where((eb) =>
      eb.or([eb('i.assignee_id', '=', userId), eb('i.number', 'in', numbersWatched(db, userId))]),
    );
  return rows.execute();
}

async function stepDates(
  db: Db,
  catalogue: Catalogue,
  of: CalendarOf,
  now: Date,
  origin: string,
): Promise<DueDate[]> {
  const rows = await dueIncidents(db, of, now);
  const steps = await readSteps(db, rows, catalogue, now);
  return rows.flatMap((row): DueDate[] => {
    const step = steps.get(row.number)?.step;
    if (!step?.due) return [];
    const putOff = step.snoozed ? 'Put off until then. ' : '';
    return [
      {
        uid: `incident-${row.number}-next-step@delist-desk`,
        summary: `#${row.number} ${row.title}: ${step.what}`,
        description: `${putOff}${step.why}`.trim(),
        url: origin ? `${origin}/incidents/${row.number}` : '',
        due: step.due,
        revisedAt: row.updated_at,
        sequence: row.version,
      },
    ];
  });
}

const dayNumber = (day: string) => Math.floor(new Date(`${day}T00:00:00Z`).getTime() / 86_400_000);

/** Put off, it is due on that day; dismissed, it is not. */
function reminderDate(reminder: JudgedReminder, origin: string): DueDate | undefined {
  if (reminder.state === 'dismissed') return undefined;
  const { key, what, about, link, answer } = reminder;
  const until = reminder.state === 'snoozed' ? answer?.snoozed_until : undefined;
  const on = until ?? reminder.on;
  return {
    uid: `reminder-${key}@delist-desk`,
    summary: about ? `${what}, ${about}` : what,
    description: until ? `Put off; due on ${reminder.on}.` : '',
    url: origin ? `${origin}${link}` : '',
    due: on,
    // It follows from its day alone, and days go on.
    revisedAt: new Date(`${reminder.on}T00:00:00Z`),
    sequence: dayNumber(on),
  };
}

/** The dates of a person's calendar. `origin` is where our pages are; empty: nobody said. */
export async function readDueDates(
  db: Db,
  catalogue: Catalogue,
  of: CalendarOf,
  { now, origin }: { now: Date; origin: string },
): Promise<DueDate[]> {
  const steps = await stepDates(db, catalogue, of, now, origin);
  const reminders = (await readReminders(db, now))
    .slice(0, MOST)
    .flatMap((reminder) => reminderDate(reminder, origin) ?? []);
  return [...steps, ...reminders];
}
