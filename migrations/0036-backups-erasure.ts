import { type Kysely, sql } from 'kysely';

/** A character that is part of an address or a word: what is erased is found whole only. */
const LETTER = 'A-Za-z0-9._%+-';

/** A row that changes, and not only by an erasure. */
const NOT_ERASED = '(erasing() is null or not only_erased(to_jsonb(old), to_jsonb(new)))';

const NAMED_OTHERWISE: Record<string, string> = { timeline_entries: 'timeline', audit_entries: 'audit' };

/** Tables whose `…_append_only` refuses all: updates are let through where they erase, row by row. */
function appendOnlyButErased(table: string): string[] {
  const name = `${NAMED_OTHERWISE[table] ?? table}_append_only`;
  return [
    `drop trigger ${name} on ${table}`,
    `create trigger ${name} before delete or truncate on ${table} for each statement execute function ${name}()`,
    `create trigger ${name}_update before update on ${table}
      for each statement when (erasing() is null) execute function ${name}()`,
    `create trigger ${name}_row before update on ${table}
      for each row when (${NOT_ERASED}) execute function ${name}()`,
  ];
}

const STATEMENTS = [
  // What was backed up, for whoever looks whether backups are made. The file says the rest.
  `create table backups (
    id integer generated always as identity constraint backups_pkey primary key,
    made_at timestamptz not null default now(),
    way text not null constraint backups_way_known check (way in ('command', 'page')),
    by_name text not null,
    rows bigint not null,
    byte_length bigint not null,
    sha256 text not null constraint backups_sha256_form check (sha256 ~ '^[0-9a-f]{64}$')
  )`,

  // How long personal data are kept; null: for ever.
  `create table retention (
    id boolean not null default true constraint retention_pkey primary key constraint retention_one check (id),
    sources_months smallint constraint retention_sources_range check (sources_months between 1 and 240),
    addresses_months smallint constraint retention_addresses_range check (addresses_months between 1 and 240),
    changed_at timestamptz not null default now(),
    changed_by_name text not null default ''
  )`,

  // Each time that data of persons were erased: who did it, why, and how much. What was erased is not in it.
  `create table erasures (
    id integer generated always as identity constraint erasures_pkey primary key,
    kind text not null constraint erasures_kind_known check (kind in ('person', 'account', 'retention', 'sources')),
    -- What stands in the place of it.
    became text[] not null default '{}',
    reason text not null default '' constraint erasures_reason_length check (length(reason) <= 2000),
    counts jsonb not null default '{}',
    by_name text not null,
    at timestamptz not null default now(),
    written_in xid8 not null default pg_current_xact_id()
  )`,
  // The same address becomes the same word each time. Only a hash of it is kept, which means nothing elsewhere.
  `create table erased_addresses (
    number integer not null constraint erased_addresses_pkey primary key,
    address_hash bytea not null constraint erased_addresses_hash_key unique
  )`,

  // [[pattern, what stands in its place], …] of the erasure that this transaction does; null: it does none.
  `create function erasing() returns jsonb language plpgsql stable as $$
    declare
      given text := current_setting('delist_desk.erasing', true);
    begin
      if given is null or given = '' then return null; end if;
      if not exists (select from erasures where written_in = pg_current_xact_id()) then return null; end if;
      return given::jsonb;
    end $$`,
  `create function erased_text(given text, pairs jsonb) returns text language plpgsql immutable as $$
    declare
      pair jsonb;
    begin
      for pair in select value from jsonb_array_elements(pairs) loop
        given := regexp_replace(given, '(?<![${LETTER}])' || (pair ->> 0) || '(?!\\.?[A-Za-z0-9_-])', pair ->> 1, 'gi');
      end loop;
      return given;
    end $$`,
  `create function erased_texts(given text[], pairs jsonb) returns text[] language sql immutable as $$
    select case when given is null then null
      else coalesce((select array_agg(erased_text(one, pairs) order by place) from unnest(given) with ordinality of (one, place)), '{}') end $$`,
  `create function erased_json(given jsonb, pairs jsonb) returns jsonb language plpgsql immutable as $$
    begin
      return case jsonb_typeof(given)
        when 'string' then to_jsonb(erased_text(given #>> '{}', pairs))
        when 'array' then coalesce((select jsonb_agg(erased_json(value, pairs) order by place)
          from jsonb_array_elements(given) with ordinality of (value, place)), '[]')
        when 'object' then coalesce((select jsonb_object_agg(erased_text(key, pairs), erased_json(value, pairs))
          from jsonb_each(given)), '{}')
        else given end;
    end $$`,
  // Octets as they stand: a letter before an address can be one outside of ASCII, which is written as \\303 here.
  `create function erased_octets(given bytea, pairs jsonb) returns bytea language plpgsql immutable as $$
    declare
      said text := encode(given, 'escape');
      pair jsonb;
    begin
      for pair in select value from jsonb_array_elements(pairs) loop
        said := regexp_replace(said, '(?:(?<![${LETTER}])|(?<=\\\\[0-7][0-7][0-7]))' || (pair ->> 0)
          || '(?!\\.?[A-Za-z0-9_-])', pair ->> 1, 'gi');
      end loop;
      return decode(said, 'escape');
    end $$`,
  // Whether a row became another by an erasure and by nothing else.
  `create function only_erased(old_row jsonb, new_row jsonb) returns boolean language plpgsql as $$
    declare
      pairs jsonb := erasing();
    begin
      return pairs is not null and new_row = erased_json(old_row, pairs);
    end $$`,

  // What stays for ever stays so. The one way through replaces what an erasure names, in the transaction that keeps the
  // erasure, and changes nothing else.
  ...['timeline_entries', 'audit_entries', 'letter_template_versions', 'playbook_changes'].flatMap(
    appendOnlyButErased,
  ),
  'drop trigger letters_freeze on letters',
  `create trigger letters_freeze before delete on letters
    for each row when (old.state = 'sent') execute function letters_freeze()`,
  `create trigger letters_freeze_update before update on letters
    for each row when (old.state = 'sent' and ${NOT_ERASED}) execute function letters_freeze()`,
  'drop trigger letter_overrides_freeze on letter_overrides',
  `create trigger letter_overrides_freeze before insert or delete on letter_overrides
    for each row execute function letter_overrides_freeze()`,
  `create trigger letter_overrides_freeze_update before update on letter_overrides
    for each row when (${NOT_ERASED}) execute function letter_overrides_freeze()`,
  'drop trigger snapshots_keep on snapshots',
  `create trigger snapshots_keep before delete on snapshots
    for each row execute function snapshots_keep()`,
  `create trigger snapshots_keep_update before update on snapshots
    for each row when (${NOT_ERASED}) execute function snapshots_keep()`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
