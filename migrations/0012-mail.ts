import { type Kysely, sql } from 'kysely';

const STATEMENTS = [
  // A password or token lies here sealed, with a key that is not in the database.
  `create table sending_accounts (
    id integer generated always as identity constraint sending_accounts_pkey primary key,
    name text not null constraint sending_accounts_name_length check (length(name) between 1 and 120),
    host text not null constraint sending_accounts_host_length check (length(host) between 1 and 253),
    port integer not null constraint sending_accounts_port_range check (port between 1 and 65535),
    security text not null constraint sending_accounts_security_known check (security in ('tls', 'starttls', 'none')),
    auth text not null constraint sending_accounts_auth_known check (auth in ('none', 'password', 'oauth2')),
    user_name text not null default '',
    secret bytea,
    oauth_client_id text not null default '',
    oauth_client_secret bytea,
    oauth_token_url text not null default '',
    from_name text not null default '',
    from_address text not null,
    reply_address text not null default '',
    -- Answers come to reply_address+tag, by which they are filed.
    tags_replies boolean not null default false,
    dkim_domain text not null default '',
    dkim_selector text not null default '',
    dkim_key bytea,
    undo_seconds smallint not null default 10 constraint sending_accounts_undo_range check (undo_seconds between 0 and 120),
    is_default boolean not null default false,
    disabled_at timestamptz,
    last_problem text not null default '',
    last_sent_at timestamptz,
    version integer not null default 1,
    created_at timestamptz not null default now(),
    constraint sending_accounts_secret_with_auth check ((auth = 'none') = (secret is null)),
    constraint sending_accounts_dkim_whole check ((dkim_key is null) = (dkim_domain = '') and (dkim_key is null) = (dkim_selector = ''))
  )`,
  'create unique index sending_accounts_name_key on sending_accounts (lower(name))',
  'create unique index sending_accounts_default_key on sending_accounts (is_default) where is_default',

  `create table mailboxes (
    id integer generated always as identity constraint mailboxes_pkey primary key,
    name text not null constraint mailboxes_name_length check (length(name) between 1 and 120),
    host text not null constraint mailboxes_host_length check (length(host) between 1 and 253),
    port integer not null constraint mailboxes_port_range check (port between 1 and 65535),
    security text not null constraint mailboxes_security_known check (security in ('tls', 'starttls', 'none')),
    auth text not null constraint mailboxes_auth_known check (auth in ('password', 'oauth2')),
    user_name text not null,
    secret bytea not null,
    oauth_client_id text not null default '',
    oauth_client_secret bytea,
    oauth_token_url text not null default '',
    folder text not null default 'INBOX' constraint mailboxes_folder_length check (length(folder) between 1 and 500),
    after_taking text not null default 'leave' constraint mailboxes_after_known check (after_taking in ('leave', 'mark-seen', 'move')),
    move_to text not null default '',
    -- The border server whose Authentication-Results are believed (RFC 8601); empty: none.
    authserv_id text not null default '',
    uid_validity bigint,
    on_server integer,
    -- Messages of the folder that were not taken at the last look: too large, or of a flood.
    untaken integer,
    -- When the server last numbered its messages anew (UIDVALIDITY).
    renumbered_at timestamptz,
    lease_until timestamptz,
    next_look_at timestamptz not null default now(),
    last_look_at timestamptz,
    last_good_at timestamptz,
    last_problem text not null default '',
    failures integer not null default 0,
    disabled_at timestamptz,
    version integer not null default 1,
    created_at timestamptz not null default now(),
    constraint mailboxes_move_named check ((after_taking = 'move') = (move_to <> ''))
  )`,
  'create unique index mailboxes_name_key on mailboxes (lower(name))',

  // Every mail that was taken, whatever became of it. The octets are here until a message holds them.
  `create table arrivals (
    id bigint generated always as identity constraint arrivals_pkey primary key,
    -- Equal for one mail on two ways: their trace fields differ, what its author sent does not.
    once_key bytea not null constraint arrivals_once_key unique,
    sha256 bytea not null,
    byte_length integer not null,
    raw bytea,
    way text not null constraint arrivals_way_known check (way in ('imap', 'lmtp', 'smtp', 'pipe', 'page', 'api')),
    mailbox_id integer constraint arrivals_mailbox_fkey references mailboxes (id),
    -- By whom floods are told: the address in From, else the envelope sender.
    sender text not null default '',
    envelope_sender text,
    envelope_recipients text[] not null default '{}',
    client_address inet,
    client_helo text,
    received_at timestamptz not null default now(),
    state text not null default 'new' constraint arrivals_state_known check (state in ('new', 'read')),
    attempts smallint not null default 0,
    lease_until timestamptz,
    constraint arrivals_raw_until_read check ((state = 'new') = (raw is not null))
  )`,
  `create index arrivals_new_idx on arrivals (id) where state = 'new'`,
  // A command that is started for each mail counts here what a server counts in memory.
  `create index arrivals_piped_idx on arrivals (sender, received_at) where way = 'pipe'`,

  // What was taken from a mailbox is known by UID (RFC 3501), never by its flags.
  `create table mailbox_uids (
    mailbox_id integer not null constraint mailbox_uids_mailbox_fkey references mailboxes (id),
    uid_validity bigint not null,
    uid bigint not null,
    arrival_id bigint not null constraint mailbox_uids_arrival_fkey references arrivals (id),
    taken_at timestamptz not null default now(),
    constraint mailbox_uids_pkey primary key (mailbox_id, uid_validity, uid)
  )`,
  'create index mailbox_uids_arrival_idx on mailbox_uids (arrival_id)',

  // Senders of more than is believed to be correspondence: their mail is left with whoever brings it, and counted.
  `create table floods (
    sender text not null constraint floods_pkey primary key,
    first_at timestamptz not null,
    last_at timestamptz not null,
    held bigint not null,
    until timestamptz not null,
    let_in boolean not null default false
  )`,

  'alter table messages alter column incident_number drop not null',
  `alter table messages
    add column kind text not null default 'reply' constraint messages_kind_known
      check (kind in ('reply', 'automatic', 'delivery-report', 'complaint', 'list')),
    add column arrival_id bigint constraint messages_arrival_fkey references arrivals (id),
    add column authenticity jsonb,
    add column proven boolean,
    add column applied boolean not null default true,
    add column filed_by text,
    add column suggestions jsonb,
    add column put_away_at timestamptz,
    add column put_away_by_name text,
    add column form_fields jsonb,
    add constraint messages_unfiled_incoming check (incident_number is not null or direction = 'in'),
    add constraint messages_put_away_unfiled check (put_away_at is null or incident_number is null),
    add constraint messages_put_away_whole check ((put_away_at is null) = (put_away_by_name is null))`,
  'create unique index messages_arrival_key on messages (arrival_id)',
  'create index messages_message_id_idx on messages (message_id) where message_id is not null',
  `create index messages_sent_subject_idx on messages (subject, at desc) where direction = 'out'`,
  'create index messages_letter_idx on messages (letter_id) where letter_id is not null',
  `create index messages_unfiled_idx on messages (at, id) where incident_number is null and put_away_at is null`,
  // Answers that nobody could prove, until somebody says whether they count.
  `create index messages_unproven_idx on messages (at, id)
    where not applied and incident_number is not null and verdict not in ('other', 'acknowledged')`,
  `create index messages_put_away_idx on messages (put_away_at, id) where put_away_at is not null`,

  `alter table attachments
    add column content_id text not null default '',
    add column is_inline boolean not null default false`,

  // An outgoing mail on its way. It is its own queue: written with the letter, worked on by whoever holds the lease.
  `create table dispatches (
    message_id bigint not null constraint dispatches_pkey primary key
      constraint dispatches_message_fkey references messages (id),
    account_id integer not null constraint dispatches_account_fkey references sending_accounts (id),
    envelope_sender text not null,
    envelope_recipients text[] not null constraint dispatches_some_recipient check (cardinality(envelope_recipients) between 1 and 20),
    state text not null default 'queued' constraint dispatches_state_known
      check (state in ('queued', 'sending', 'sent', 'deferred', 'failed', 'delivered-unknown', 'withdrawn')),
    due_at timestamptz not null default now(),
    lease_until timestamptz,
    attempts integer not null default 0,
    last_attempt_at timestamptz,
    server_words text not null default '',
    settled_at timestamptz,
    settled_by_name text,
    -- The incident as it was before the letter, to go back to when it is withdrawn.
    before jsonb not null,
    created_at timestamptz not null default now(),
    constraint dispatches_settled_whole check ((state in ('sent', 'failed', 'withdrawn')) = (settled_at is not null))
  )`,
  `create index dispatches_due_idx on dispatches (due_at) where state in ('queued', 'deferred', 'sending')`,
  `create index dispatches_open_idx on dispatches (state, message_id) where state <> 'sent' and state <> 'withdrawn'`,
  'create index dispatches_account_idx on dispatches (account_id)',

  // A sent letter is never changed, but for one that was withdrawn before it left: it is a draft again.
  `create or replace function letters_freeze() returns trigger language plpgsql as $$
    begin
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

  // Signs the tags of reply addresses.
  `create table reply_tag_secret (
    id boolean not null default true constraint reply_tag_secret_pkey primary key
      constraint reply_tag_secret_one check (id),
    secret bytea not null
  )`,

  // Links and tokens of SNDS are secrets as well. What lies here in clear is sealed at the next start.
  `alter table snds_feeds
    alter column link drop not null,
    drop constraint snds_feeds_link_key,
    add column link_sealed bytea,
    add column link_hash bytea,
    add column token_sealed bytea,
    add constraint snds_feeds_link_one check ((link is null) = (link_sealed is not null)),
    add constraint snds_feeds_link_hashed check ((link_sealed is null) = (link_hash is null)),
    add constraint snds_feeds_token_one check (token = '' or token_sealed is null)`,
  'create unique index snds_feeds_link_hash_key on snds_feeds (link_hash)',

  `alter table complaints drop constraint complaints_source_known,
    add constraint complaints_source_known check (source in ('page', 'api', 'mail'))`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
