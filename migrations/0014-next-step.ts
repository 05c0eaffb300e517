import { type Kysely, sql } from 'kysely';

const STATEMENTS = [
  // What somebody found to be the cause of a block, and what was done about it. What stood before is in the timeline.
  `create table incident_causes (
    incident_number integer not null constraint incident_causes_pkey primary key
      constraint incident_causes_incident_fkey references incidents (number),
    class text not null constraint incident_causes_class_slug check (class ~ '^[a-z]+(-[a-z]+)*$'),
    found text not null constraint incident_causes_found_length check (length(found) between 1 and 2000),
    fixed text not null default '' constraint incident_causes_fixed_length check (length(fixed) <= 2000),
    found_at timestamptz not null,
    fixed_at timestamptz,
    recorded_at timestamptz not null default now(),
    recorded_by_name text not null,
    constraint incident_causes_fix_dated check ((fixed = '') = (fixed_at is null))
  )`,
  // What a person said to a step. It holds while the key is that of the incident: what happens since asks again.
  `create table step_answers (
    incident_number integer not null constraint step_answers_incident_fkey references incidents (number),
    step text not null constraint step_answers_step_slug check (step ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
    key text not null constraint step_answers_key_length check (length(key) <= 400),
    snoozed_until timestamptz,
    dismissed_reason text constraint step_answers_reason_length check (length(dismissed_reason) between 1 and 2000),
    by_name text not null,
    at timestamptz not null default now(),
    constraint step_answers_pkey primary key (incident_number, step),
    constraint step_answers_one_answer check (num_nonnulls(snoozed_until, dismissed_reason) = 1)
  )`,
  // When each unfinished incident was judged last, and what was reminded of. The step itself is worked out anew where
  // it is shown.
  `create table step_judgements (
    incident_number integer not null constraint step_judgements_pkey primary key
      constraint step_judgements_incident_fkey references incidents (number),
    version integer not null,
    step text not null,
    due_at timestamptz,
    look_at timestamptz not null,
    reminded_of text,
    reminded_at timestamptz,
    constraint step_judgements_reminder_dated check ((reminded_of is null) = (reminded_at is null))
  )`,
  'create index step_judgements_look_idx on step_judgements (look_at)',
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
