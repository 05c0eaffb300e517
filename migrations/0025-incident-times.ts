import { type Kysely, sql } from 'kysely';

const STATEMENTS = [
  // The step of a duration in seconds: each is a sixth longer than the one before, from a minute to about three years.
  `create function duration_step(seconds double precision) returns smallint language sql immutable parallel safe as $$
    select case when seconds is null then null when seconds <= 60 then 1
      else least(92, 1 + floor(ln(seconds / 60) / ln(7::double precision / 6) + 0.5)) end::smallint $$`,
  // Of each incident what reports count, in rows a tenth as wide. The database keeps it, so that nobody can forget to.
  `create table incident_times (
    number integer not null constraint incident_times_pkey primary key
      constraint incident_times_incident_fkey references incidents (number) on delete cascade,
    provider text not null,
    reason text,
    severity text not null,
    assignee_id integer,
    round integer not null,
    relapses integer not null,
    is_closed boolean not null,
    -- When the block began and ended; it lasts for ever until its end is known.
    since timestamptz not null,
    until timestamptz not null,
    requested_at timestamptz,
    -- Steps of the durations; null: it has not come.
    request_step smallint,
    answer_step smallint,
    mitigation_step smallint
  )`,
  `create function incident_times_keep() returns trigger language plpgsql as $$
    declare began timestamptz := least(new.first_rejection_at, new.opened_at);
    begin
      insert into incident_times values (new.number, new.provider, new.reason, new.severity, new.assignee_id, new.round,
        new.relapses, new.state = 'closed', began,
        greatest(began, coalesce(new.mitigated_at, new.recovered_at, new.closed_at, 'infinity')), new.first_request_at,
        duration_step(date_part('epoch', new.first_request_at - began)),
        duration_step(date_part('epoch', new.first_answer_at - new.first_request_at)),
        duration_step(date_part('epoch', new.mitigated_at - new.first_request_at)))
      on conflict (number) do update set (provider, reason, severity, assignee_id, round, relapses, is_closed, since,
          until, requested_at, request_step, answer_step, mitigation_step)
        = (excluded.provider, excluded.reason, excluded.severity, excluded.assignee_id, excluded.round,
          excluded.relapses, excluded.is_closed, excluded.since, excluded.until, excluded.requested_at,
          excluded.request_step, excluded.answer_step, excluded.mitigation_step);
      return null;
    end $$`,
  `create trigger incident_times_keep after insert or update of provider, reason, severity, assignee_id, round, relapses,
      state, first_rejection_at, opened_at, mitigated_at, recovered_at, closed_at, first_request_at, first_answer_at
    on incidents for each row execute function incident_times_keep()`,
  // Also of those that are there.
  'update incidents set round = round',
  'create index incident_times_since_idx on incident_times (since)',
  'create index incident_times_until_idx on incident_times (until)',
  'create index incident_times_provider_idx on incident_times (provider, since)',
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
