import { orNull, type Static, Type } from '../json-schema.ts';
import type { SubscriptionListed } from './store.ts';

const Time = Type.String({ format: 'date-time' });

/** A schedule as the API shows it. Times are RFC 3339 in UTC; `hour` and `weekday` (1 is Monday) are by `timeZone`. */
export const ScheduleJson = Type.Object({
  id: Type.Integer(),
  report: Type.String(),
  query: Type.String(),
  cadence: Type.Enum(['daily', 'weekly', 'monthly']),
  weekday: orNull(Type.Integer()),
  hour: Type.Integer(),
  timeZone: Type.String(),
  userIds: Type.Array(Type.Integer()),
  addresses: Type.Array(Type.String()),
  paused: Type.Boolean(),
  /** Null while it is paused. */
  nextDueAt: orNull(Time),
  /** Why nothing was made of the last due time; empty: it was. */
  lastProblem: Type.String(),
  lastMails: Type.Array(Type.Object({ to: Type.String(), state: Type.String(), at: Time })),
  createdAt: Time,
  createdBy: Type.String(),
});
export type ScheduleJson = Static<typeof ScheduleJson>;

export const scheduleJson = (row: SubscriptionListed, addresses: Map<number, string>): ScheduleJson => ({
  id: row.id,
  report: row.report,
  query: row.query,
  cadence: row.cadence,
  weekday: row.weekday,
  hour: row.hour,
  timeZone: row.time_zone,
  userIds: row.user_ids,
  // One that was taken away since gets no mail.
  addresses: row.address_ids.flatMap((id) => addresses.get(id) ?? []),
  paused: row.paused_at !== null,
  nextDueAt: row.paused_at ? null : row.next_due_at.toISOString(),
  lastProblem: row.last_problem,
  lastMails: row.mails.map((mail) => ({
    to: mail.recipient,
    state: mail.state,
    at: (mail.settled_at ?? mail.created_at).toISOString(),
  })),
  createdAt: row.created_at.toISOString(),
  createdBy: row.created_by_name,
});
