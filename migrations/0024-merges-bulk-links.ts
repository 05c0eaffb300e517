import { type Kysely, sql } from 'kysely';

const STATEMENTS = [
  // Links that people make say what they mean. A kind reads from the newer incident to the older one, or the other way.
  `alter table incident_links
    drop constraint incident_links_kind_known,
    add constraint incident_links_kind_known check (kind in ('same-address', 'same-provider', 'by-hand',
      'duplicate-of', 'caused-by', 'follows', 'related')),
    add column from_older boolean not null default false`,

  // One action on many incidents, with what each was before, to go back to.
  `create table bulk_changes (
    id bigint generated always as identity constraint bulk_changes_pkey primary key,
    action text not null constraint bulk_changes_action_known
      check (action in ('assign', 'tag', 'untag', 'severity', 'state', 'watch', 'unwatch', 'put-off')),
    words text not null,
    by_user_id integer constraint bulk_changes_user_fkey references users (id) on delete set null,
    by_token_id integer constraint bulk_changes_token_fkey references api_tokens (id),
    by_name text not null,
    at timestamptz not null default now(),
    undo_until timestamptz not null,
    -- [{number, before, after}] of those that changed.
    changed jsonb not null,
    -- [{number, why}] of those that did not.
    left_out jsonb not null,
    undone_at timestamptz,
    -- [{number, why}] of those that had changed since.
    kept jsonb,
    constraint bulk_changes_undone_whole check ((undone_at is null) = (kept is null))
  )`,

  // A duplicate becomes a part of another incident: its rows move there, and the ledger says which did.
  `alter table incidents add column merged_into integer
    constraint incidents_merged_fkey references incidents (number),
    add constraint incidents_merged_elsewhere check (merged_into <> number)`,
  'create index incidents_merged_idx on incidents (merged_into) where merged_into is not null',
  `create table incident_merges (
    id bigint generated always as identity constraint incident_merges_pkey primary key,
    merged integer not null constraint incident_merges_merged_fkey references incidents (number),
    survivor integer not null constraint incident_merges_survivor_fkey references incidents (number),
    reason text not null constraint incident_merges_reason_length check (length(reason) <= 2000),
    -- Both rows of incidents before, and the survivor's after.
    merged_before jsonb not null,
    survivor_before jsonb not null,
    survivor_after jsonb not null,
    by_name text not null,
    at timestamptz not null default now(),
    undone_at timestamptz,
    undone_by_name text,
    constraint incident_merges_two check (merged <> survivor),
    constraint incident_merges_undone_whole check ((undone_at is null) = (undone_by_name is null))
  )`,
  'create unique index incident_merges_standing_key on incident_merges (merged) where undone_at is null',
  'create index incident_merges_survivor_idx on incident_merges (survivor, id)',
  `create table incident_moves (
    merge_id bigint not null constraint incident_moves_merge_fkey references incident_merges (id),
    -- The table, and what names the row in it beside its incident.
    what text not null,
    key bigint not null,
    constraint incident_moves_pkey primary key (merge_id, what, key)
  )`,

  // A sent letter is never changed; which incident it stands in is, where a merge or its undoing says so.
  `create or replace function letters_freeze() returns trigger language plpgsql as $$
    begin
      if tg_op = 'UPDATE' and new.incident_number <> old.incident_number
        and to_jsonb(new) - 'incident_number' = to_jsonb(old) - 'incident_number'
        and exists (
          select 1 from incident_merges m where m.undone_at is null
            and ((m.merged = old.incident_number and m.survivor = new.incident_number)
              or (m.survivor = old.incident_number and m.merged = new.incident_number)))
      then
        return new;
      end if;
      if tg_op = 'UPDATE' and new.state = 'draft' and new.subject = old.subject and new.body = old.body
        and exists (
          select 1 from messages m join dispatches d on d.message_id = m.id
          where m.letter_id = old.id and d.state = 'withdrawn')
        and not exists (
          select 1 from messages m left join dispatches d on d.message_id = m.id
          where m.letter_id = old.id and (d.state is null or d.state <> 'withdrawn'))
      then
        return new;
      end if;
      if old.state = 'sent' then
        raise exception 'a sent letter is never changed' using errcode = 'DD002';
      end if;
      return new;
    end $$`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
