import { type Kysely, sql } from 'kysely';

const STATEMENTS = [
  // Two wordings of a template that letters are given by turn. 0 is the built-in one.
  `create table wording_trials (
    id bigint generated always as identity constraint wording_trials_pkey primary key,
    template text not null constraint wording_trials_template_slug
      check (template ~ '^[a-z0-9-]+/[a-z-]+$' and length(template) <= 120),
    language text not null constraint wording_trials_language_code check (language ~ '^[a-z]{2}$'),
    wording_a integer not null,
    wording_b integer not null,
    -- How many turns were taken.
    turn integer not null default 0 constraint wording_trials_turn_range check (turn >= 0),
    started_at timestamptz not null default date_trunc('milliseconds', now()),
    started_by_name text not null,
    ended_at timestamptz,
    ended_by_name text,
    -- The wording that was put in force with the end; null: neither.
    chosen integer,
    constraint wording_trials_wording_range check (least(wording_a, wording_b) >= 0),
    constraint wording_trials_wordings_differ check (wording_a <> wording_b),
    constraint wording_trials_ended_whole check (num_nulls(ended_at, ended_by_name) in (0, 2)),
    constraint wording_trials_chosen_one
      check (chosen is null or (ended_at is not null and chosen in (wording_a, wording_b)))
  )`,
  `create unique index wording_trials_open_key on wording_trials (template, language) where ended_at is null`,
  'create index wording_trials_template_idx on wording_trials (template, language, id)',
  `create function wording_trials_kept() returns trigger language plpgsql as $$
    begin
      raise exception 'comparisons of wordings are never deleted' using errcode = 'DD001';
    end $$`,
  `create trigger wording_trials_kept before delete or truncate on wording_trials
    for each statement execute function wording_trials_kept()`,
  // The comparison in which a letter was given its wording.
  `alter table letters add column wording_trial_id bigint
    constraint letters_wording_trial_fkey references wording_trials (id)`,
  `create index letters_wording_trial_idx on letters (wording_trial_id) where wording_trial_id is not null`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
