import { type Kysely, sql } from 'kysely';

const STATEMENTS = [
  // What somebody read by hand at a place that no program may ask. Each look stays, also one that saw the same.
  `create table place_readings (
    id bigint generated always as identity constraint place_readings_pkey primary key,
    place text not null constraint place_readings_place_slug check (place ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
    address inet constraint place_readings_address_single
      check (masklen(address) = case family(address) when 4 then 32 else 128 end),
    domain text constraint place_readings_domain_length check (length(domain) between 1 and 253),
    value text not null constraint place_readings_value_length check (length(value) between 1 and 100),
    note text not null default '' constraint place_readings_note_length check (length(note) <= 2000),
    incident_number integer constraint place_readings_incident_fkey references incidents (number),
    read_at timestamptz not null,
    recorded_at timestamptz not null default now(),
    recorded_by_name text not null,
    constraint place_readings_one_subject check (num_nonnulls(address, domain) = 1)
  )`,
  `create index place_readings_address_idx on place_readings (address, place, read_at desc, id desc)
    where address is not null`,
  `create index place_readings_domain_idx on place_readings (domain, place, read_at desc, id desc)
    where domain is not null`,
  `create index place_readings_incident_idx on place_readings (incident_number) where incident_number is not null`,
  `create table evidence_files (
    id bigint generated always as identity constraint evidence_files_pkey primary key,
    evidence_id bigint constraint evidence_files_evidence_fkey references evidence (id),
    reading_id bigint constraint evidence_files_reading_fkey references place_readings (id),
    position smallint not null constraint evidence_files_position_range check (position between 1 and 4),
    file_name text not null default '' constraint evidence_files_name_length check (length(file_name) <= 200),
    content_type text not null constraint evidence_files_type_known
      check (content_type in ('image/png', 'image/jpeg', 'image/webp', 'image/gif')),
    byte_length integer not null constraint evidence_files_byte_length_range check (byte_length between 1 and 5242880),
    sha256 bytea not null,
    bytes bytea not null,
    constraint evidence_files_one_owner check (num_nonnulls(evidence_id, reading_id) = 1),
    constraint evidence_files_length_told check (length(bytes) = byte_length)
  )`,
  `create unique index evidence_files_evidence_key on evidence_files (evidence_id, position)
    where evidence_id is not null`,
  `create unique index evidence_files_reading_key on evidence_files (reading_id, position)
    where reading_id is not null`,
  // What was read by hand and stands, the oldest first: of that somebody is reminded.
  `create index snapshots_by_hand_idx on snapshots (last_seen_at)
    where superseded_at is null and kind like 'place-%'`,
  // Certification programmes: one row for each that we asked, are or were in.
  `create table memberships (
    programme text not null constraint memberships_pkey primary key
      constraint memberships_programme_slug check (programme ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
    standing text not null constraint memberships_standing_known
      check (standing in ('member', 'applied', 'suspended', 'ended')),
    since date,
    expires_on date,
    reference text not null default '' constraint memberships_reference_length check (length(reference) <= 200),
    version integer not null default 1,
    updated_at timestamptz not null default now(),
    updated_by_name text not null,
    constraint memberships_days_in_order check (since <= expires_on)
  )`,
  // What a person said to a reminder. It holds for the date it was said to: a new date reminds again.
  `create table reminder_answers (
    key text not null constraint reminder_answers_pkey primary key
      constraint reminder_answers_key_length check (length(key) between 1 and 400),
    due_on date not null,
    snoozed_until date,
    dismissed_reason text constraint reminder_answers_reason_length
      check (length(dismissed_reason) between 1 and 500),
    by_name text not null,
    at timestamptz not null default now(),
    constraint reminder_answers_one_answer check (num_nonnulls(snoozed_until, dismissed_reason) = 1)
  )`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
