import { type Kysely, sql } from 'kysely';

const STATEMENTS = [
  // What people made of letter templates. A version without a text goes back to what is built in.
  `create table letter_template_versions (
    id bigint generated always as identity constraint letter_template_versions_pkey primary key,
    template text not null constraint letter_template_versions_template_slug
      check (template ~ '^[a-z0-9-]+/[a-z-]+$' and length(template) <= 120),
    language text not null constraint letter_template_versions_language_code check (language ~ '^[a-z]{2}$'),
    version integer not null constraint letter_template_versions_version_range check (version >= 1),
    title text constraint letter_template_versions_title_length check (length(title) between 3 and 120),
    fits_when text constraint letter_template_versions_when_length check (length(fits_when) between 10 and 300),
    subject text constraint letter_template_versions_subject_length check (length(subject) between 3 and 200),
    body text constraint letter_template_versions_body_length check (length(body) between 1 and 20000),
    claims jsonb constraint letter_template_versions_claims_list check (jsonb_typeof(claims) = 'array'),
    -- What the release had in its place at that time, to see later what a newer release changed.
    built_in jsonb constraint letter_template_versions_built_in_text check (jsonb_typeof(built_in) = 'object'),
    note text not null default '' constraint letter_template_versions_note_length check (length(note) <= 300),
    by_name text not null,
    at timestamptz not null default date_trunc('milliseconds', now()),
    constraint letter_template_versions_version_key unique (template, language, version),
    constraint letter_template_versions_whole check (num_nulls(title, fits_when, subject, body, claims) in (0, 5))
  )`,
  `create function letter_template_versions_append_only() returns trigger language plpgsql as $$
    begin
      raise exception 'versions of letter templates are never changed or deleted' using errcode = 'DD001';
    end $$`,
  `create trigger letter_template_versions_append_only before update or delete or truncate on letter_template_versions
    for each statement execute function letter_template_versions_append_only()`,
  // The version that a letter was drafted from; null: what was built in.
  `alter table letters add column template_version integer,
    add constraint letters_template_version_fkey foreign key (template, language, template_version)
      references letter_template_versions (template, language, version)`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
