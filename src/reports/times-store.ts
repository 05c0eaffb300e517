import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../database/open.ts';
import { numbersOf } from '../incidents/of-network.ts';
import type { StepCount } from './distribution.ts';
import type { Stretch } from './period.ts';
import type { Filters, Scope } from './query.ts';

/** Incidents as reports read them: `incident_times` under the name `t`, and nothing wider. */

const condition = sql<boolean>;

const withTag = (tag: string) => condition`t.number in (
  select it.incident_number from tags g join incident_tags it on it.tag_id = g.id where g.name = ${tag})`;

function filtering({ provider, network, reason, severity, tag, assignee }: Filters): RawBuilder<boolean>[] {
  return [
    ...(provider === undefined ? [] : [condition`t.provider = ${provider}`]),
    ...(reason === undefined ? [] : [condition`t.reason = ${reason}`]),
    ...(severity === undefined ? [] : [condition`t.severity = ${severity}`]),
    ...(tag === undefined ? [] : [withTag(tag)]),
    ...(assignee === undefined
      ? []
      : [assignee === 0 ? condition`t.assignee_id is null` : condition`t.assignee_id = ${assignee}`]),
    ...(network === undefined ? [] : [condition`t.number in ${numbersOf(network)}`]),
  ];
}

const and = (conditions: RawBuilder<boolean>[]) =>
  sql.join<boolean>(conditions, sql` and `) as RawBuilder<boolean>;

/** Blocks that began in the period. */
export const begun = ({ period, filters }: Scope): RawBuilder<boolean> =>
  and([
    condition`t.since >= ${period.from}::timestamptz`,
    condition`t.since < ${period.to}::timestamptz`,
    ...filtering(filters),
  ]);

/** The end of a period, as far as it has come. */
export const endOf = ({ period, now }: Scope): Date => (period.to < now ? period.to : now);

/** Blocks that lasted at any time of the period. Of one that ended when it began nobody knows for how long. */
export const lasting = (scope: Scope): RawBuilder<boolean> =>
  and([
    condition`t.since < ${endOf(scope)}::timestamptz`,
    condition`t.until > ${scope.period.from}::timestamptz`,
    condition`t.until > t.since`,
    ...filtering(scope.filters),
  ]);

/** Seconds of the period during which they lasted. */
export const blockedSeconds = (scope: Scope) =>
  sql<number>`sum(date_part('epoch', least(t.until, ${endOf(scope)}::timestamptz)
    - greatest(t.since, ${scope.period.from}::timestamptz)))`;

/** Which part of a period a block began in, from 1. */
export const partOf = (parts: Stretch[]) =>
  sql<number>`width_bucket(t.since, ${sql.val(parts.map(({ from }) => from.toISOString()))}::timestamptz[])`;

/** A duration of incidents: where its step is, when it begins, and who has none. */
export type Measure = 'request' | 'answer' | 'mitigation';
const STEP = {
  request: sql.raw('t.request_step'),
  answer: sql.raw('t.answer_step'),
  mitigation: sql.raw('t.mitigation_step'),
};
const START = {
  request: sql.raw('t.since'),
  answer: sql.raw('t.requested_at'),
  mitigation: sql.raw('t.requested_at'),
};

/**
 * How many incidents there are at each step of a duration, by group. What has not come is counted at what had passed
 * when the block ended, or has passed until now. Groups are told by an expression over `t`, or over what is joined to it.
 */
export async function stepCounts(
  db: Db,
  scope: Scope,
  measure: Measure,
  group: RawBuilder<string | number | null>,
  joined: RawBuilder<unknown> = sql``,
): Promise<Map<string, StepCount[]>> {
  const { rows } = await sql<{ key: string | number | null } & StepCount>`
    select ${group} as key, ${STEP[measure]} is null as waiting,
      coalesce(${STEP[measure]}, duration_step(
        date_part('epoch', least(t.until, ${scope.now}::timestamptz) - ${START[measure]}))) as step,
      count(*) as n
    from incident_times t ${joined}
    where ${begun(scope)} ${measure === 'request' ? sql`` : sql`and t.requested_at is not null`}
    group by 1, 2, 3`.execute(db);
  const groups = new Map<string, StepCount[]>();
  for (const { key, ...one } of rows) {
    const name = key === null ? '' : String(key);
    groups.set(name, [...(groups.get(name) ?? []), one]);
  }
  return groups;
}
