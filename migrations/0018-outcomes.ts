import { type Kysely, sql } from 'kysely';

const STATEMENTS = [
  // What became of each letter that asked a provider for something. Written with whatever changes it.
  `create table letter_outcomes (
    letter_id bigint not null constraint letter_outcomes_pkey primary key
      constraint letter_outcomes_letter_fkey references letters (id),
    -- The letter's own.
    incident_number integer not null,
    provider text not null,
    template text not null,
    language text not null,
    round text not null,
    -- The wording: 0 is the built-in one.
    wording integer not null constraint letter_outcomes_wording_range check (wording >= 0),
    claims text[] not null,
    sent_at timestamptz not null,
    verdict text,
    -- Steps of the scale of durations; null: it has not come.
    answer_step smallint,
    mitigation_step smallint
  )`,
  'create index letter_outcomes_incident_idx on letter_outcomes (incident_number)',
  `create index letter_outcomes_worked_idx on letter_outcomes (provider, sent_at desc)
    where verdict in ('mitigated', 'conditionally-mitigated')`,
  // Their sums, so that no page counts letters. An empty claim stands for all letters.
  `create table outcome_sums (
    provider text not null,
    template text not null,
    language text not null,
    round text not null,
    wording integer not null,
    claim text not null,
    sent integer not null,
    answered integer not null,
    mitigated integer not null,
    conditional integer not null,
    denied integer not null,
    other integer not null,
    answer_steps integer[] not null,
    mitigation_steps integer[] not null,
    constraint outcome_sums_pkey primary key (provider, template, language, round, wording, claim)
  )`,
  // Incidents whose letters were sent before there were sums.
  `create table outcome_backlog (
    incident_number integer not null constraint outcome_backlog_pkey primary key
      constraint outcome_backlog_incident_fkey references incidents (number)
  )`,
  `insert into outcome_backlog select distinct incident_number from letters where state = 'sent'`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
