import { type Kysely, sql } from 'kysely';

const VERDICTS = `'acknowledged', 'denied', 'mitigated', 'conditionally-mitigated', 'not-blocked',
  'needs-information', 'refused-to-explain', 'closed', 'other'`;

const STATEMENTS = [
  `create table tickets (
    id bigint generated always as identity constraint tickets_pkey primary key,
    incident_number integer not null constraint tickets_incident_fkey references incidents (number),
    reference text not null constraint tickets_reference_length check (length(reference) between 1 and 120),
    channel text not null constraint tickets_channel_known check (channel in ('form', 'email', 'portal', 'phone', 'other')),
    address text not null default '',
    state text not null default 'open' constraint tickets_state_known check (state in ('open', 'closed')),
    opened_at timestamptz not null,
    closed_at timestamptz,
    recorded_at timestamptz not null default now()
  )`,
  'create unique index tickets_reference_key on tickets (incident_number, lower(reference))',
  'create index tickets_reference_idx on tickets (lower(reference))',
  `create table letters (
    id bigint generated always as identity constraint letters_pkey primary key,
    incident_number integer not null constraint letters_incident_fkey references incidents (number),
    template text not null,
    language text not null,
    round text not null,
    state text not null default 'draft' constraint letters_state_known check (state in ('draft', 'sent', 'discarded')),
    subject text not null constraint letters_subject_one_line check (subject !~ '[\\r\\n]' and length(subject) <= 500),
    body text not null constraint letters_body_length check (length(body) <= 100000),
    base_subject text not null,
    base_body text not null,
    claims jsonb not null default '[]',
    fields jsonb not null default '[]',
    missing jsonb not null default '[]',
    version integer not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    created_by_name text not null,
    sent_at timestamptz,
    channel text constraint letters_channel_known check (channel in ('form', 'email', 'portal', 'phone', 'other')),
    constraint letters_sent_whole check ((state = 'sent') = (sent_at is not null and channel is not null))
  )`,
  'create index letters_incident_idx on letters (incident_number, id)',
  `create table letter_overrides (
    letter_id bigint not null constraint letter_overrides_letter_fkey references letters (id),
    claim text not null,
    reason text not null constraint letter_overrides_reason_length check (length(reason) between 1 and 2000),
    by_name text not null,
    at timestamptz not null default now(),
    constraint letter_overrides_pkey primary key (letter_id, claim)
  )`,
  `create function letters_freeze() returns trigger language plpgsql as $$
    begin
      if old.state = 'sent' then
        raise exception 'a sent letter is never changed' using errcode = 'DD002';
      end if;
      return new;
    end $$`,
  `create trigger letters_freeze before update or delete on letters
    for each row when (old.state = 'sent') execute function letters_freeze()`,
  `create table messages (
    id bigint generated always as identity constraint messages_pkey primary key,
    incident_number integer not null constraint messages_incident_fkey references incidents (number),
    ticket_id bigint constraint messages_ticket_fkey references tickets (id),
    letter_id bigint constraint messages_letter_fkey references letters (id),
    direction text not null constraint messages_direction_known check (direction in ('in', 'out')),
    channel text not null default 'email' constraint messages_channel_known
      check (channel in ('form', 'email', 'portal', 'phone', 'other')),
    at timestamptz not null,
    recorded_at timestamptz not null default now(),
    from_address text not null default '',
    to_address text not null default '',
    subject text not null default '',
    text text not null,
    html text,
    raw bytea not null,
    raw_type text not null constraint messages_raw_type_known check (raw_type in ('message/rfc822', 'text/plain')),
    sha256 bytea not null,
    message_id text,
    verdict text constraint messages_verdict_known check (verdict in (${VERDICTS})),
    machine_verdict text constraint messages_machine_verdict_known check (machine_verdict in (${VERDICTS})),
    confidence real,
    quote text,
    problem text,
    constraint messages_verdict_of_incoming check ((direction = 'in') = (verdict is not null))
  )`,
  'create index messages_incident_idx on messages (incident_number, at, id)',
  'create unique index messages_once_key on messages (incident_number, direction, sha256, at)',
  `create table attachments (
    id bigint generated always as identity constraint attachments_pkey primary key,
    message_id bigint not null constraint attachments_message_fkey references messages (id),
    position integer not null,
    file_name text not null,
    content_type text not null,
    byte_length integer not null,
    sha256 bytea not null,
    content bytea not null,
    constraint attachments_position_key unique (message_id, position)
  )`,
  `create table evidence (
    id bigint generated always as identity constraint evidence_pkey primary key,
    incident_number integer not null constraint evidence_incident_fkey references incidents (number),
    address_id integer constraint evidence_address_fkey references addresses (id),
    claim text not null,
    result text not null constraint evidence_result_known check (result in ('supports', 'contradicts', 'unknown')),
    words text not null constraint evidence_words_length check (length(words) between 1 and 2000),
    source text not null constraint evidence_source_length check (length(source) between 1 and 300),
    observed_at timestamptz not null,
    recorded_at timestamptz not null default now(),
    recorded_by_name text not null
  )`,
  'create index evidence_incident_idx on evidence (incident_number, claim, observed_at desc)',
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
