import { sql } from 'kysely';
import t from 'tap';
import type { Db } from '../../src/database/open.ts';
import { testDatabase } from '../database.ts';

/** Column → SQL expression. */
type Row = Record<string, string>;

const text = (length: number) => `repeat('x', ${length})`;
const NOW = 'now()';
const HASH = (name: string) => `sha256('${name}')`;

/** A link as an older release left it. */
const IN_CLEAR: Row = { link_sealed: 'null', link_hash: 'null' };

/** One row of each table that the database takes, each after those that it refers to. */
const GOOD: Record<string, Row> = {
  users: { email: `'a@example.com'`, name: `'A B'`, role: `'operator'`, password_hash: text(60) },
  sessions: { token_hash: HASH('a'), user_id: '1', expires_at: NOW },
  api_tokens: { name: `'cron'`, token_hash: HASH('b'), hint: `'ab'`, scope: `'write'`, created_by: '1' },
  setup_links: { token_hash: HASH('c'), expires_at: NOW },
  sign_in_failures: { email: `'a@example.com'`, client_address: `'192.0.2.1'` },
  totp_keys: { user_id: '1', secret_sealed: `'sealed'` },
  recovery_codes: { user_id: '1', code_hash: HASH('s') },
  passkeys: {
    user_id: '1',
    name: `'Blue key'`,
    credential_id: `'id'`,
    public_key: `'key'`,
    counter: '0',
    transports: `'{usb}'`,
    is_synced: 'false',
  },
  passkey_challenges: {
    challenge_hash: HASH('t'),
    purpose: `'add'`,
    user_id: '1',
    client_address: `'192.0.2.1'`,
    expires_at: NOW,
  },
  pending_sign_ins: { token_hash: HASH('u'), user_id: '1', proof: `'password'`, expires_at: NOW },
  known_clients: { user_id: '1', network: `'192.0.2.0/24'`, browser: `'Firefox on Linux'` },
  idempotency_keys: { actor: `'token 1'`, key: `'k'`, fingerprint: HASH('d') },
  addresses: { network: `'203.0.113.7/32'` },
  incidents: {
    title: `'Gmail blocks us'`,
    provider: `'gmail'`,
    state: `'open'`,
    opened_at: NOW,
    state_since: NOW,
  },
  incident_addresses: { incident_number: '2', address_id: '1' },
  incident_links: { incident_number: '2', linked_number: '1', kind: `'by-hand'` },
  reports: { raw: `'550'`, sha256: HASH('e'), byte_length: '3', source: `'page'` },
  incident_reports: { incident_number: '2', report_id: '1' },
  rejections: { incident_number: '2', report_id: '1', line: '1', text: `'550'` },
  tickets: { incident_number: '2', reference: `'SRX1ID'`, channel: `'form'`, opened_at: NOW },
  letters: {
    incident_number: '2',
    template: `'gmail-first'`,
    language: `'en'`,
    round: `'first'`,
    subject: `'Please lift it'`,
    body: `'Dear'`,
    base_subject: `'Please lift it'`,
    base_body: `'Dear'`,
    created_by_name: `'A B'`,
  },
  letter_template_versions: {
    template: `'gmail/first'`,
    language: `'en'`,
    version: '1',
    title: `'To Gmail'`,
    fits_when: `'When Gmail refuses'`,
    subject: `'About {{address}}'`,
    body: `'Hello'`,
    claims: `'[]'`,
    by_name: `'A B'`,
  },
  wording_trials: {
    template: `'gmail/first'`,
    language: `'en'`,
    wording_a: '0',
    wording_b: '1',
    started_by_name: `'A B'`,
  },
  letter_overrides: {
    letter_id: '1',
    kind: `'claim'`,
    key: `'no-listing'`,
    reason: `'seen'`,
    by_name: `'A B'`,
  },
  sending_accounts: {
    name: `'Desk'`,
    host: `'mail.example.com'`,
    port: '587',
    security: `'starttls'`,
    auth: `'password'`,
    user_name: `'desk'`,
    secret: `'sealed'`,
    from_address: `'desk@example.com'`,
    is_default: 'true',
  },
  mailboxes: {
    name: `'Desk'`,
    host: `'mail.example.com'`,
    port: '993',
    security: `'tls'`,
    auth: `'password'`,
    user_name: `'desk'`,
    secret: `'sealed'`,
  },
  arrivals: {
    once_key: HASH('k'),
    sha256: HASH('l'),
    byte_length: '3',
    raw: `'No.'`,
    way: `'imap'`,
    mailbox_id: '1',
  },
  messages: {
    incident_number: '2',
    direction: `'in'`,
    at: `'2026-03-10T09:12:00Z'`,
    text: `'No.'`,
    raw: `'No.'`,
    raw_type: `'text/plain'`,
    sha256: HASH('f'),
    verdict: `'denied'`,
    machine_verdict: `'denied'`,
    ticket_id: '1',
    letter_id: '1',
    arrival_id: '1',
  },
  attachments: {
    message_id: '1',
    position: '0',
    file_name: `'a.png'`,
    content_type: `'image/png'`,
    byte_length: '0',
    sha256: HASH('g'),
    content: `''`,
  },
  evidence: {
    incident_number: '2',
    address_id: '1',
    claim: `'no-listing'`,
    result: `'supports'`,
    words: `'on none of 42 lists'`,
    source: `'by hand'`,
    observed_at: NOW,
    recorded_by_name: `'A B'`,
  },
  place_readings: {
    place: `'talos'`,
    address: `'203.0.113.7'`,
    value: `'Good'`,
    incident_number: '2',
    read_at: NOW,
    recorded_by_name: `'A B'`,
  },
  evidence_files: {
    evidence_id: '1',
    position: '1',
    content_type: `'image/png'`,
    byte_length: '1',
    sha256: HASH('p'),
    bytes: `'x'`,
  },
  letter_outcomes: {
    letter_id: '1',
    incident_number: '2',
    provider: `'gmail'`,
    template: `'gmail/first'`,
    language: `'en'`,
    round: `'first'`,
    wording: '0',
    claims: `'{}'`,
    sent_at: NOW,
  },
  outcome_sums: {
    provider: `'gmail'`,
    template: `'gmail/first'`,
    language: `'en'`,
    round: `'first'`,
    wording: '0',
    claim: `''`,
    sent: '1',
    answered: '0',
    mitigated: '0',
    conditional: '0',
    denied: '0',
    other: '0',
    answer_steps: `'{0}'`,
    mitigation_steps: `'{0}'`,
  },
  outcome_backlog: { incident_number: '2' },
  report_addresses: { address: `'boss@example.com'`, confirmed_by_name: `'A B'` },
  report_subscriptions: {
    report: `'mitigation'`,
    query: `''`,
    cadence: `'daily'`,
    hour: '7',
    time_zone: `'UTC'`,
    user_ids: `'{1}'`,
    address_ids: `'{}'`,
    created_by_name: `'A B'`,
    next_due_at: NOW,
  },
  audit_entries: { kind: `'signed-out'`, actor_name: `'A B'` },
  account_mails: {
    account_id: '1',
    envelope_sender: `'a@example.com'`,
    envelope_recipients: `'{b@example.com}'`,
    raw: `'sealed'`,
  },
  invitations: {
    email: `'c@example.com'`,
    name: `'C'`,
    role: `'viewer'`,
    token_hash: HASH('inv'),
    expires_at: NOW,
  },
  reset_requests: { email: `'a@example.com'`, client_address: `'192.0.2.1'` },
  password_resets: { token_hash: HASH('reset'), user_id: '1', expires_at: NOW },
  oidc_providers: {
    id: '1',
    name: `'ID'`,
    issuer: `'https://id.example.com'`,
    client_id: `'desk'`,
    scope: `'openid'`,
  },
  linked_identities: { user_id: '1', issuer: `'https://id.example.com'`, subject: `'s'` },
  report_mails: {
    subscription_id: '1',
    for_due_at: `'2026-03-10T07:00:00Z'`,
    account_id: '1',
    envelope_sender: `'desk@example.com'`,
    envelope_recipients: `'{a@example.com}'`,
    raw: `'x'`,
  },
  tags: { name: `'shop'` },
  incident_tags: { incident_number: '2', tag_id: '1' },
  tag_changes: { kind: `'renamed'`, tag: `'shop'`, became: `'store'`, incidents: '1', by_name: `'A B'` },
  incident_watchers: { incident_number: '2', user_id: '1', why: `'wrote'` },
  custom_fields: { key: `'customer'`, name: `'Customer'`, kind: `'text'`, position: '1' },
  incident_field_values: { incident_number: '2', field_id: '1', value: `'4711'` },
  bulk_changes: {
    action: `'tag'`,
    words: `'Tagged shop'`,
    by_user_id: '1',
    by_token_id: '1',
    by_name: `'A B'`,
    undo_until: NOW,
    changed: `'[]'`,
    left_out: `'[]'`,
  },
  incident_merges: {
    merged: '2',
    survivor: '1',
    reason: `''`,
    merged_before: `'{}'`,
    survivor_before: `'{}'`,
    survivor_after: `'{}'`,
    by_name: `'A B'`,
  },
  incident_moves: { merge_id: '1', what: `'messages'`, key: '1' },
  memberships: { programme: `'csa'`, standing: `'member'`, since: `'2026-01-01'`, updated_by_name: `'A B'` },
  incident_causes: {
    incident_number: '2',
    class: `'list-quality'`,
    found: `'old lists'`,
    found_at: NOW,
    recorded_by_name: `'A B'`,
  },
  step_answers: {
    incident_number: '2',
    step: `'follow-up'`,
    key: `'open 1'`,
    dismissed_reason: `'we wait'`,
    by_name: `'A B'`,
  },
  step_judgements: { incident_number: '2', version: '1', step: `'follow-up'`, look_at: NOW },
  reminder_answers: {
    key: `'membership:csa'`,
    due_on: `'2026-12-01'`,
    dismissed_reason: `'we leave'`,
    by_name: `'A B'`,
  },
  snapshots: {
    kind: `'names'`,
    address: `'203.0.113.7'`,
    outcome: `'good'`,
    summary: `'resolves both ways'`,
    facts: `'[]'`,
    claims: `'[]'`,
    raw: `'{}'`,
    content_hash: HASH('h'),
    first_seen_at: NOW,
    last_seen_at: NOW,
  },
  checks: { incident_number: '2', networks: `'{203.0.113.7}'`, asked_by_name: `'A B'` },
  timeline_entries: { incident_number: '2', kind: `'note-added'`, actor_name: `'A B'` },
  observation_batches: { source: `'token 1'`, key: `'k'` },
  transports: { via: `'out-3'`, address_id: '1', first_seen_at: NOW, last_seen_at: NOW },
  observed_minutes: {
    address_id: '1',
    provider: `'gmail'`,
    minute: `'2026-03-10T09:12:00Z'`,
    outcome: `'refused'`,
    reply_code: `'550'`,
    count: '3',
  },
  observed_hours: {
    address_id: '1',
    provider: `'gmail'`,
    hour: `'2026-03-10T09:00:00Z'`,
    outcome: `'accepted'`,
    count: '3',
  },
  watch_rules: {
    provider: `'gmail'`,
    opens: 'true',
    refusals: '5',
    window_minutes: '10',
    share_percent: '50',
    accepted: '20',
    quiet_minutes: '60',
  },
  snds_feeds: {
    kind: `'data'`,
    link_sealed: `'sealed'`,
    link_hash: HASH('n'),
    renewed_on: `'2026-03-10'`,
  },
  snds_imports: {
    kind: `'data'`,
    source: `'feed'`,
    feed_id: '1',
    raw: `'x'`,
    sha256: HASH('h'),
    byte_length: '1',
    rows: '1',
    by_name: `'A B'`,
    received_at: NOW,
    seen_at: NOW,
  },
  snds_days: { address_id: '1', day: `'2026-03-09'`, filter: `'green'`, import_id: '1' },
  snds_replaced: { address_id: '1', day: `'2026-03-09'`, was: `'{}'`, import_id: '1', replaced_by: '1' },
  snds_status: {
    import_id: '1',
    position: '0',
    first: `'203.0.113.0'`,
    last: `'203.0.113.7'`,
    blocked: 'true',
  },
  complaint_secret: { secret: HASH('i') },
  complaints: {
    digest: HASH('j'),
    feedback_type: `'abuse'`,
    is_complaint: 'true',
    ip_source: `'none'`,
    reported_at: NOW,
    incidents: '1',
    source: `'page'`,
  },
  mailbox_uids: { mailbox_id: '1', uid_validity: '1', uid: '1', arrival_id: '1' },
  floods: { sender: `'a@example.com'`, first_at: NOW, last_at: NOW, held: '1', until: NOW },
  dispatches: {
    message_id: '1',
    account_id: '1',
    envelope_sender: `'desk@example.com'`,
    envelope_recipients: `'{a@example.com}'`,
    before: `'{}'`,
  },
  reply_tag_secret: { secret: HASH('m') },
  shares: {
    incident_number: '2',
    token_hash: HASH('s'),
    made_for: `'The auditor'`,
    parts: `'{summary}'`,
    created_by_name: `'A B'`,
    expires_at: `now() + interval '1 day'`,
  },
  // Triggers write the others of what is above.
  search_texts: {
    source: `'note'`,
    source_id: '99',
    at: NOW,
    title: `'A note'`,
    language: `'en'`,
    words: `'note'`,
  },
  saved_searches: { name: `'Denied'`, query: `'verdict:denied'`, owner_id: '1', created_by_name: `'A B'` },
  imports: {
    kind: `'csv'`,
    state: `'mapping'`,
    byte_length: '3',
    sha256: HASH('t'),
    source: `'old tracker'`,
    by_name: `'A B'`,
  },
  import_pieces: { import_id: '1', position: '0', octets: `'a,b'` },
  import_records: {
    source: `'old tracker'`,
    kind: `'incidents'`,
    source_id: `'17'`,
    target_id: `'2'`,
    import_id: '1',
    made: 'true',
  },
  import_left_out: { import_id: '1', row_number: '2', why: `'It is no date.'` },
  own_providers: { key: `'own-sea'`, data: `'{}'`, created_by_name: `'A B'`, updated_by_name: `'A B'` },
  playbook_facts: {
    provider: `'gmail'`,
    path: `'timing/followUpAfter'`,
    value: `'24'`,
    built_in: `'null'`,
    set_by_name: `'A B'`,
  },
  playbook_notes: { provider: `'gmail'`, text: `'They read on Mondays.'`, created_by_name: `'A B'` },
  playbook_changes: { provider: `'gmail'`, kind: `'set'`, path: `'about'`, actor_name: `'A B'` },
  event_outbox: { kind: `'reminder-due'`, words: `'Renew it'`, link: `'/reminders'` },
  told_events: { key: `'k'` },
  webhook_targets: {
    name: `'Ours'`,
    format: `'slack'`,
    url_sealed: `'sealed'`,
    url_shown: `'https://hooks.example.com/…'`,
    groups: `'{mail}'`,
    created_by_name: `'A B'`,
  },
  webhook_deliveries: {
    target_id: '1',
    incident_number: '2',
    event_id: '1',
    message_id: `'msg_1'`,
    event: `'{}'`,
    state: `'waiting'`,
  },
  webhook_attempts: { delivery_id: '1', number: '1', at: NOW, duration_ms: '5', words: `'answered 204'` },
  notice_settings: { user_id: '1' },
  notices: {
    user_id: '1',
    event_id: '1',
    incident_number: '2',
    topic: `'block'`,
    words: `'Logged'`,
    link: `'/incidents/2'`,
    happened_at: NOW,
  },
  notice_mails: {
    user_id: '1',
    account_id: '1',
    message_id: `'<a.notice@example.com>'`,
    envelope_sender: `'desk@example.com'`,
    envelope_recipients: `'{a@example.com}'`,
    subject: `'1 new'`,
    raw: `'x'`,
  },
  calendar_links: { user_id: '1', token_hash: HASH('q'), is_all: 'false', has_alarms: 'false' },
  backups: { way: `'page'`, by_name: `'A B'`, rows: '1', byte_length: '1', sha256: `repeat('a', 64)` },
  retention: { sources_months: '6' },
  erasures: { kind: `'person'`, by_name: `'A B'` },
  erased_addresses: { number: '1', address_hash: HASH('r') },
};

/** The database writes one with each incident. */
const TIMES: Row = {
  number: '2',
  provider: `'gmail'`,
  severity: `'normal'`,
  round: '0',
  relapses: '0',
  is_closed: 'false',
  since: NOW,
  until: `'infinity'`,
};

/** By table: the constraint that must refuse the good row with these columns instead. */
const BAD: Record<string, [constraint: string, instead: Row][]> = {
  backups: [
    ['backups_way_known', { way: `'mail'` }],
    ['backups_sha256_form', { sha256: `'a'` }],
  ],
  retention: [
    ['retention_pkey', {}],
    ['retention_one', { id: 'false' }],
    ['retention_sources_range', { sources_months: '0' }],
    ['retention_addresses_range', { addresses_months: '241' }],
  ],
  erasures: [
    ['erasures_kind_known', { kind: `'all'` }],
    ['erasures_reason_length', { reason: text(2001) }],
  ],
  erased_addresses: [
    ['erased_addresses_pkey', { address_hash: HASH('u') }],
    ['erased_addresses_hash_key', { number: '2' }],
  ],
  users: [
    ['users_email_key', {}],
    ['users_email_key', { email: `'A@EXAMPLE.COM'` }],
    ['users_email_shape', { email: `'a'` }],
    ['users_email_shape', { email: `'a@'` }],
    ['users_email_shape', { email: `'@example.com'` }],
    ['users_email_shape', { email: `${text(254)} || '@example.com'` }],
    ['users_name_length', { name: `''` }],
    ['users_name_length', { name: text(121) }],
    ['users_role_known', { role: `'root'` }],
    ['users_password_hash_set', { password_hash: `''` }],
    ['users_theme_known', { theme: `'pink'` }],
    ['users_desk_whose_known', { desk_whose: `'nobody'` }],
    [
      'users_passkey_handle_key',
      { email: `'b@example.com'`, passkey_handle: '(select passkey_handle from users limit 1)' },
    ],
  ],
  sign_in_rules: [
    ['sign_in_rules_pkey', {}],
    ['sign_in_rules_one_row', { id: 'false' }],
  ],
  totp_keys: [
    ['totp_keys_user_key', {}],
    ['totp_keys_user_fkey', { user_id: '99' }],
  ],
  recovery_codes: [
    ['recovery_codes_code_key', {}],
    ['recovery_codes_user_fkey', { user_id: '99' }],
    ['recovery_codes_hash_length', { code_hash: `'short'` }],
  ],
  passkeys: [
    ['passkeys_credential_key', {}],
    ['passkeys_user_fkey', { user_id: '99', credential_id: `'b'` }],
    ['passkeys_name_length', { name: `''` }],
    ['passkeys_name_length', { name: text(81) }],
    ['passkeys_credential_length', { credential_id: `''` }],
    ['passkeys_public_key_length', { public_key: `''` }],
  ],
  passkey_challenges: [
    ['passkey_challenges_pkey', {}],
    ['passkey_challenges_user_fkey', { challenge_hash: HASH('v'), user_id: '99' }],
    ['passkey_challenges_hash_length', { challenge_hash: `'short'` }],
    ['passkey_challenges_purpose_known', { purpose: `'look'` }],
    ['passkey_challenges_add_has_user', { user_id: 'null' }],
  ],
  pending_sign_ins: [
    ['pending_sign_ins_pkey', {}],
    ['pending_sign_ins_user_fkey', { token_hash: HASH('w'), user_id: '99' }],
    ['pending_sign_ins_hash_length', { token_hash: `'short'` }],
    ['pending_sign_ins_proof_length', { proof: `''` }],
  ],
  known_clients: [
    ['known_clients_pkey', {}],
    ['known_clients_user_fkey', { user_id: '99' }],
    ['known_clients_browser_length', { browser: `''` }],
  ],
  sessions: [
    ['sessions_pkey', {}],
    ['sessions_user_id_fkey', { token_hash: HASH('z'), user_id: '99' }],
  ],
  api_tokens: [
    ['api_tokens_token_hash_key', {}],
    ['api_tokens_name_length', { name: `''` }],
    ['api_tokens_name_length', { name: text(121) }],
    ['api_tokens_scope_known', { scope: `'all'` }],
    ['api_tokens_scopes_some', { scopes: `'{}'` }],
    ['api_tokens_created_by_fkey', { token_hash: HASH('z'), created_by: '99' }],
  ],
  setup_links: [['setup_links_pkey', {}]],
  idempotency_keys: [
    ['idempotency_keys_pkey', {}],
    ['idempotency_keys_key_length', { key: `''` }],
    ['idempotency_keys_key_length', { key: text(201) }],
  ],
  profile: [
    ['profile_pkey', {}],
    ['profile_one_row', { id: 'false' }],
  ],
  addresses: [
    ['addresses_network_key', {}],
    ['addresses_network_key', { network: `'203.0.113.7'` }],
    ['addresses_hostname_length', { hostname: text(254) }],
    ['addresses_label_length', { label: text(121) }],
    ['addresses_purpose_length', { purpose: text(501) }],
    ['addresses_notes_length', { notes: text(10_001) }],
    ['addresses_check_every_range', { check_every_hours: '0', check_due_at: NOW }],
    ['addresses_check_every_range', { check_every_hours: '721', check_due_at: NOW }],
    ['addresses_check_due_with_every', { check_every_hours: '24' }],
    ['addresses_check_due_with_every', { check_due_at: NOW }],
  ],
  incidents: [
    ['incidents_title_length', { title: `''` }],
    ['incidents_title_length', { title: text(301) }],
    ['incidents_provider_slug', { provider: `'Outlook.com'` }],
    ['incidents_provider_slug', { provider: `''` }],
    ['incidents_provider_slug', { provider: `E'gmail\\n'` }],
    ['incidents_state_known', { state: `'reopened'` }],
    ['incidents_reason_known', { reason: `'bad-luck'` }],
    ['incidents_severity_known', { severity: `'urgent'` }],
    ['incidents_round_range', { round: '-1' }],
    ['incidents_round_range', { round: '1001' }],
    ['incidents_affected_length', { affected: text(10_001) }],
    ['incidents_next_action_length', { next_action: text(501) }],
    ['incidents_assignee_id_fkey', { assignee_id: '99' }],
    ['incidents_merged_fkey', { merged_into: '99' }],
  ],
  bulk_changes: [
    ['bulk_changes_action_known', { action: `'delete'` }],
    ['bulk_changes_user_fkey', { by_user_id: '99' }],
    ['bulk_changes_token_fkey', { by_token_id: '99' }],
    ['bulk_changes_undone_whole', { undone_at: NOW }],
    ['bulk_changes_undone_whole', { kept: `'[]'` }],
  ],
  incident_merges: [
    ['incident_merges_standing_key', {}],
    ['incident_merges_merged_fkey', { merged: '99' }],
    ['incident_merges_survivor_fkey', { survivor: '99', undone_at: NOW, undone_by_name: `'A B'` }],
    ['incident_merges_two', { survivor: '2', undone_at: NOW, undone_by_name: `'A B'` }],
    ['incident_merges_undone_whole', { undone_at: NOW }],
    ['incident_merges_reason_length', { reason: text(2001), undone_at: NOW, undone_by_name: `'A B'` }],
  ],
  incident_moves: [
    ['incident_moves_pkey', {}],
    ['incident_moves_merge_fkey', { merge_id: '99' }],
  ],
  tags: [
    ['tags_name_key', {}],
    ['tags_name_shape', { name: `''` }],
    ['tags_name_shape', { name: text(41) }],
    ['tags_name_shape', { name: `'a b'` }],
    ['tags_name_shape', { name: `'a,b'` }],
    ['tags_name_shape', { name: `'#a'` }],
  ],
  incident_tags: [
    ['incident_tags_pkey', {}],
    ['incident_tags_incident_fkey', { incident_number: '99' }],
    ['incident_tags_tag_fkey', { tag_id: '99' }],
  ],
  tag_changes: [
    ['tag_changes_kind_known', { kind: `'painted'` }],
    ['tag_changes_became_whole', { became: 'null' }],
    ['tag_changes_became_whole', { kind: `'deleted'` }],
  ],
  incident_watchers: [
    ['incident_watchers_pkey', {}],
    ['incident_watchers_incident_fkey', { incident_number: '99' }],
    ['incident_watchers_user_fkey', { user_id: '99' }],
    ['incident_watchers_why_known', { why: `'bored'` }],
  ],
  custom_fields: [
    ['custom_fields_key_key', { name: `'Other'` }],
    ['custom_fields_name_key', { key: `'other'`, name: `'CUSTOMER'` }],
    ['custom_fields_key_slug', { key: `'A b'` }],
    ['custom_fields_key_slug', { key: text(61) }],
    ['custom_fields_name_length', { name: `''` }],
    ['custom_fields_name_length', { name: text(61) }],
    ['custom_fields_kind_known', { kind: `'colour'` }],
    ['custom_fields_choices_of_choice', { kind: `'choice'` }],
    ['custom_fields_choices_of_choice', { choices: `'{a}'` }],
  ],
  incident_field_values: [
    ['incident_field_values_pkey', {}],
    ['incident_field_values_incident_fkey', { incident_number: '99' }],
    ['incident_field_values_field_fkey', { field_id: '99' }],
    ['incident_field_values_value_length', { value: `''` }],
    ['incident_field_values_value_length', { value: text(2001) }],
  ],
  incident_addresses: [
    ['incident_addresses_pkey', {}],
    ['incident_addresses_incident_fkey', { incident_number: '99' }],
    ['incident_addresses_address_fkey', { address_id: '99' }],
  ],
  incident_links: [
    ['incident_links_pkey', {}],
    ['incident_links_kind_known', { kind: `'maybe'` }],
    ['incident_links_ordered', { linked_number: '2' }],
    ['incident_links_ordered', { incident_number: '1', linked_number: '2' }],
    ['incident_links_incident_fkey', { incident_number: '99' }],
    ['incident_links_linked_fkey', { linked_number: '-1' }],
  ],
  reports: [['reports_source_known', { source: `'fax'` }]],
  incident_reports: [
    ['incident_reports_pkey', {}],
    ['incident_reports_incident_fkey', { incident_number: '99' }],
    ['incident_reports_report_fkey', { report_id: '99' }],
  ],
  rejections: [
    ['rejections_reply_code_shape', { reply_code: `'350'` }],
    ['rejections_reply_code_shape', { reply_code: `'55'` }],
    ['rejections_reply_code_shape', { reply_code: `'5500'` }],
    ['rejections_seen_positive', { seen: '0' }],
    ['rejections_incident_fkey', { incident_number: '99' }],
    ['rejections_report_fkey', { report_id: '99' }],
  ],
  tickets: [
    ['tickets_reference_key', {}],
    ['tickets_reference_key', { reference: `'srx1id'` }],
    ['tickets_reference_length', { reference: `''` }],
    ['tickets_reference_length', { reference: text(121) }],
    ['tickets_channel_known', { channel: `'fax'` }],
    ['tickets_state_known', { state: `'lost'` }],
    ['tickets_incident_fkey', { incident_number: '99' }],
  ],
  letters: [
    ['letters_state_known', { state: `'lost'` }],
    ['letters_subject_one_line', { subject: `E'a\\nBcc: b@example.com'` }],
    ['letters_subject_one_line', { subject: `E'a\\rb'` }],
    ['letters_subject_one_line', { subject: text(501) }],
    ['letters_body_length', { body: text(100_001) }],
    ['letters_channel_known', { channel: `'fax'` }],
    ['letters_sent_whole', { state: `'sent'` }],
    ['letters_sent_whole', { state: `'sent'`, sent_at: NOW }],
    ['letters_sent_whole', { state: `'sent'`, channel: `'form'` }],
    ['letters_sent_whole', { state: `'draft'`, sent_at: NOW, channel: `'form'` }],
    ['letters_incident_fkey', { incident_number: '99' }],
    ['letters_template_version_fkey', { template_version: '7' }],
    ['letters_wording_trial_fkey', { wording_trial_id: '99' }],
  ],
  letter_template_versions: [
    ['letter_template_versions_template_slug', { template: `'gmail first'`, version: '2' }],
    ['letter_template_versions_template_slug', { template: `'${'g'.repeat(120)}/first'`, version: '2' }],
    ['letter_template_versions_language_code', { language: `'EN'` }],
    ['letter_template_versions_version_range', { version: '0' }],
    ['letter_template_versions_title_length', { title: `'To'`, version: '2' }],
    ['letter_template_versions_when_length', { fits_when: `'Now'`, version: '2' }],
    ['letter_template_versions_subject_length', { subject: text(201), version: '2' }],
    ['letter_template_versions_body_length', { body: text(20_001), version: '2' }],
    ['letter_template_versions_claims_list', { claims: `'{}'`, version: '2' }],
    ['letter_template_versions_built_in_text', { built_in: `'[]'`, version: '2' }],
    ['letter_template_versions_note_length', { note: text(301), version: '2' }],
    ['letter_template_versions_version_key', {}],
    ['letter_template_versions_whole', { title: 'null', version: '2' }],
  ],
  wording_trials: [
    ['wording_trials_open_key', {}],
    ['wording_trials_template_slug', { template: `'gmail first'` }],
    ['wording_trials_language_code', { language: `'EN'` }],
    ['wording_trials_wording_range', { language: `'de'`, wording_a: '-1' }],
    ['wording_trials_wordings_differ', { language: `'de'`, wording_a: '1' }],
    ['wording_trials_turn_range', { language: `'de'`, turn: '-1' }],
    ['wording_trials_ended_whole', { ended_at: NOW }],
    ['wording_trials_ended_whole', { ended_by_name: `'A B'` }],
    ['wording_trials_chosen_one', { language: `'de'`, chosen: '1' }],
    ['wording_trials_chosen_one', { ended_at: NOW, ended_by_name: `'A B'`, chosen: '2' }],
  ],
  letter_overrides: [
    ['letter_overrides_pkey', {}],
    ['letter_overrides_reason_length', { reason: `''` }],
    ['letter_overrides_reason_length', { reason: text(2001) }],
    ['letter_overrides_kind_known', { kind: `'whim'` }],
    ['letter_overrides_key_length', { key: `''` }],
    ['letter_overrides_key_length', { key: text(121) }],
    ['letter_overrides_about_length', { about: text(501) }],
    ['letter_overrides_letter_fkey', { letter_id: '99' }],
  ],
  messages: [
    ['messages_once_key', {}],
    ['messages_direction_known', { direction: `'up'`, verdict: 'null' }],
    ['messages_channel_known', { channel: `'fax'` }],
    ['messages_raw_type_known', { raw_type: `'text/html'` }],
    ['messages_verdict_known', { verdict: `'perhaps'` }],
    ['messages_machine_verdict_known', { machine_verdict: `'perhaps'` }],
    ['messages_verdict_of_incoming', { verdict: 'null' }],
    ['messages_verdict_of_incoming', { direction: `'out'` }],
    ['messages_arrival_key', { sha256: HASH('z') }],
    ['messages_kind_known', { kind: `'spam'` }],
    ['messages_arrival_fkey', { sha256: HASH('z'), arrival_id: '99' }],
    ['messages_unfiled_incoming', { incident_number: 'null', direction: `'out'`, verdict: 'null' }],
    ['messages_put_away_unfiled', { put_away_at: NOW, put_away_by_name: `'A B'` }],
    ['messages_put_away_whole', { incident_number: 'null', put_away_at: NOW }],
    ['messages_put_away_whole', { incident_number: 'null', put_away_by_name: `'A B'` }],
    ['messages_incident_fkey', { incident_number: '99', arrival_id: 'null' }],
    ['messages_ticket_fkey', { sha256: HASH('z'), arrival_id: 'null', ticket_id: '99' }],
    ['messages_letter_fkey', { sha256: HASH('z'), arrival_id: 'null', letter_id: '99' }],
  ],
  attachments: [
    ['attachments_position_key', {}],
    ['attachments_message_fkey', { message_id: '99' }],
  ],
  evidence: [
    ['evidence_result_known', { result: `'perhaps'` }],
    ['evidence_words_length', { words: `''` }],
    ['evidence_words_length', { words: text(2001) }],
    ['evidence_source_length', { source: `''` }],
    ['evidence_source_length', { source: text(301) }],
    ['evidence_incident_fkey', { incident_number: '99' }],
    ['evidence_address_fkey', { address_id: '99' }],
  ],
  place_readings: [
    ['place_readings_place_slug', { place: `'Talos'` }],
    ['place_readings_address_single', { address: `'203.0.113.0/24'` }],
    ['place_readings_domain_length', { address: 'null', domain: `''` }],
    ['place_readings_one_subject', { domain: `'example.com'` }],
    ['place_readings_value_length', { value: `''` }],
    ['place_readings_value_length', { value: text(101) }],
    ['place_readings_note_length', { note: text(2001) }],
    ['place_readings_incident_fkey', { incident_number: '99' }],
  ],
  evidence_files: [
    ['evidence_files_evidence_key', {}],
    ['evidence_files_position_range', { position: '5' }],
    ['evidence_files_name_length', { position: '2', file_name: text(201) }],
    ['evidence_files_type_known', { position: '2', content_type: `'image/svg+xml'` }],
    ['evidence_files_byte_length_range', { position: '2', byte_length: '0', bytes: `''` }],
    ['evidence_files_length_told', { position: '2', byte_length: '2' }],
    ['evidence_files_one_owner', { position: '2', reading_id: '1' }],
    ['evidence_files_one_owner', { position: '2', evidence_id: 'null' }],
    ['evidence_files_evidence_fkey', { evidence_id: '99' }],
    ['evidence_files_reading_fkey', { evidence_id: 'null', reading_id: '99' }],
  ],
  letter_outcomes: [
    ['letter_outcomes_pkey', {}],
    ['letter_outcomes_letter_fkey', { letter_id: '99' }],
    ['letter_outcomes_wording_range', { letter_id: '2', wording: '-1' }],
  ],
  outcome_sums: [['outcome_sums_pkey', {}]],
  incident_times: [
    ['incident_times_pkey', TIMES],
    ['incident_times_incident_fkey', { ...TIMES, number: '99' }],
  ],
  report_addresses: [
    ['report_addresses_address_key', { address: `'BOSS@example.com'` }],
    ['report_addresses_length', { address: `'a@'` }],
  ],
  report_subscriptions: [
    ['report_subscriptions_report_slug', { report: `'No Report'` }],
    ['report_subscriptions_query_length', { query: text(1001) }],
    ['report_subscriptions_cadence_known', { cadence: `'hourly'` }],
    ['report_subscriptions_weekday_range', { cadence: `'weekly'`, weekday: '8' }],
    ['report_subscriptions_hour_range', { hour: '24' }],
    ['report_subscriptions_zone_length', { time_zone: `''` }],
    ['report_subscriptions_weekly_on', { weekday: '1' }],
    ['report_subscriptions_weekly_on', { cadence: `'weekly'` }],
    ['report_subscriptions_recipients', { user_ids: `'{}'` }],
  ],
  audit_entries: [
    ['audit_entries_kind_slug', { kind: `'Signed out'` }],
    ['audit_entries_user_fkey', { actor_user_id: '99' }],
    ['audit_entries_token_fkey', { actor_token_id: '99' }],
    ['audit_entries_subject_fkey', { subject_user_id: '99' }],
  ],
  account_mails: [
    ['account_mails_account_fkey', { account_id: '99' }],
    ['account_mails_one_recipient', { envelope_recipients: `'{a@example.com,b@example.com}'` }],
    ['account_mails_state_known', { state: `'lost'` }],
    ['account_mails_settled_whole', { state: `'sent'` }],
  ],
  invitations: [
    ['invitations_open_email_key', { email: `'C@EXAMPLE.COM'`, token_hash: HASH('z') }],
    ['invitations_token_hash_key', { email: `'d@example.com'` }],
    ['invitations_token_hash_length', { email: `'d@example.com'`, token_hash: `''` }],
    ['invitations_email_shape', { email: `'d'`, token_hash: HASH('z') }],
    ['invitations_name_length', { name: `''`, email: `'d@example.com'`, token_hash: HASH('z') }],
    ['invitations_role_known', { role: `'root'`, email: `'d@example.com'`, token_hash: HASH('z') }],
    ['invitations_ended_once', { accepted_at: NOW, revoked_at: NOW, token_hash: HASH('z') }],
    ['invitations_invited_by_fkey', { invited_by: '99', email: `'d@example.com'`, token_hash: HASH('z') }],
    ['invitations_mail_fkey', { mail_id: '99', email: `'d@example.com'`, token_hash: HASH('z') }],
  ],
  reset_requests: [['reset_requests_email_length', { email: text(255) }]],
  password_resets: [
    ['password_resets_pkey', {}],
    ['password_resets_token_hash_length', { token_hash: `''` }],
    ['password_resets_user_fkey', { token_hash: HASH('z'), user_id: '99' }],
  ],
  oidc_providers: [
    ['oidc_providers_pkey', {}],
    ['oidc_providers_one', { id: '2' }],
    ['oidc_providers_name_length', { name: `''` }],
    ['oidc_providers_issuer_length', { issuer: `'x'` }],
    ['oidc_providers_client_length', { client_id: `''` }],
    ['oidc_providers_scope_length', { scope: `'x'` }],
    ['oidc_providers_claim_length', { claim: text(121) }],
    ['oidc_providers_default_known', { default_role: `'root'` }],
  ],
  linked_identities: [
    ['linked_identities_once_key', {}],
    ['linked_identities_user_fkey', { user_id: '99', subject: `'t'` }],
    ['linked_identities_subject_length', { subject: `''` }],
    ['linked_identities_email_length', { subject: `'t'`, email: text(255) }],
  ],
  report_mails: [
    ['report_mails_once_key', {}],
    ['report_mails_subscription_fkey', { subscription_id: '99' }],
    ['report_mails_account_fkey', { account_id: '99', envelope_recipients: `'{b@example.com}'` }],
    ['report_mails_state_known', { state: `'lost'` }],
    ['report_mails_settled_whole', { state: `'sent'` }],
    ['report_mails_one_recipient', { envelope_recipients: `'{a@example.com,b@example.com}'` }],
  ],
  outcome_backlog: [
    ['outcome_backlog_pkey', {}],
    ['outcome_backlog_incident_fkey', { incident_number: '99' }],
  ],
  memberships: [
    ['memberships_pkey', {}],
    ['memberships_programme_slug', { programme: `'C S A'` }],
    ['memberships_standing_known', { programme: `'b'`, standing: `'hoping'` }],
    ['memberships_reference_length', { programme: `'b'`, reference: text(201) }],
    ['memberships_days_in_order', { programme: `'b'`, expires_on: `'2025-12-31'` }],
  ],
  incident_causes: [
    ['incident_causes_pkey', {}],
    ['incident_causes_incident_fkey', { incident_number: '99' }],
    ['incident_causes_class_slug', { incident_number: '1', class: `'Bad luck'` }],
    ['incident_causes_found_length', { incident_number: '1', found: `''` }],
    ['incident_causes_fixed_length', { incident_number: '1', fixed: text(2001), fixed_at: NOW }],
    ['incident_causes_fix_dated', { incident_number: '1', fixed: `'cleaned'` }],
    ['incident_causes_fix_dated', { incident_number: '1', fixed_at: NOW }],
  ],
  step_answers: [
    ['step_answers_pkey', {}],
    ['step_answers_incident_fkey', { incident_number: '99' }],
    ['step_answers_step_slug', { step: `'Follow up'` }],
    ['step_answers_key_length', { step: `'b'`, key: text(401) }],
    ['step_answers_reason_length', { step: `'b'`, dismissed_reason: `''` }],
    ['step_answers_one_answer', { step: `'b'`, snoozed_until: NOW }],
    ['step_answers_one_answer', { step: `'b'`, dismissed_reason: 'null' }],
  ],
  step_judgements: [
    ['step_judgements_pkey', {}],
    ['step_judgements_incident_fkey', { incident_number: '99' }],
    ['step_judgements_reminder_dated', { incident_number: '1', reminded_of: `'a'` }],
  ],
  playbook_version: [
    ['playbook_version_pkey', {}],
    ['playbook_version_one', { id: 'false' }],
  ],
  own_providers: [
    ['own_providers_pkey', {}],
    ['own_providers_key_own', { key: `'gmail'` }],
    ['own_providers_data_size', { key: `'own-b'`, data: `to_jsonb(${text(200_000)})` }],
  ],
  playbook_facts: [
    ['playbook_facts_pkey', {}],
    ['playbook_facts_provider_slug', { provider: `'Gmail'` }],
    ['playbook_facts_path_length', { path: `''` }],
    ['playbook_facts_value_size', { path: `'about'`, value: `to_jsonb(${text(40_000)})` }],
  ],
  playbook_notes: [
    ['playbook_notes_provider_slug', { provider: `''` }],
    ['playbook_notes_text_length', { text: `''` }],
    ['playbook_notes_text_length', { text: text(4001) }],
    ['playbook_notes_removed_whole', { removed_at: NOW }],
  ],
  playbook_changes: [
    ['playbook_changes_provider_slug', { provider: `''` }],
    ['playbook_changes_kind_known', { kind: `'lost'` }],
    ['playbook_changes_path_length', { path: text(201) }],
    ['playbook_changes_user_fkey', { actor_user_id: '99' }],
    ['playbook_changes_token_fkey', { actor_token_id: '99' }],
  ],
  event_outbox: [
    ['event_outbox_of_one', { kind: 'null' }],
    ['event_outbox_of_one', { entry_id: '1' }],
    ['event_outbox_words_length', { words: text(1001) }],
    ['event_outbox_link_local', { link: `'https://example.com'` }],
    ['event_outbox_link_local', { link: `'/' || ${text(500)}` }],
  ],
  told_events: [['told_events_pkey', {}]],
  notice_settings: [
    ['notice_settings_pkey', {}],
    ['notice_settings_user_fkey', { user_id: '99' }],
    ['notice_settings_rules_list', { rules: `'{}'` }],
    ['notice_settings_rules_list', { rules: `(select jsonb_agg(n) from generate_series(1, 31) n)` }],
    ['notice_settings_cadence_known', { cadence: `'never'` }],
    ['notice_settings_hour_range', { digest_hour: '24' }],
    ['notice_settings_quiet_whole', { quiet_from: '60' }],
    ['notice_settings_quiet_range', { quiet_from: '60', quiet_until: '1440' }],
    ['notice_settings_quiet_range', { quiet_from: '60', quiet_until: '60' }],
  ],
  notices: [
    ['notices_event_key', {}],
    ['notices_user_fkey', { user_id: '99' }],
    ['notices_incident_fkey', { event_id: '2', incident_number: '99' }],
    ['notices_topic_length', { topic: `''` }],
    ['notices_words_length', { words: text(1001) }],
    ['notices_link_local', { link: `'https://example.com'` }],
  ],
  notice_mails: [
    ['notice_mails_message_key', {}],
    ['notice_mails_user_fkey', { user_id: '99', message_id: `'b'` }],
    ['notice_mails_account_fkey', { account_id: '99', message_id: `'b'` }],
    ['notice_mails_one_recipient', { envelope_recipients: `'{a@example.com,b@example.com}'` }],
    ['notice_mails_state_known', { state: `'withdrawn'` }],
    ['notice_mails_settled_whole', { state: `'sent'` }],
  ],
  calendar_links: [
    ['calendar_links_pkey', {}],
    ['calendar_links_user_fkey', { user_id: '99', token_hash: HASH('r') }],
    ['calendar_links_token_length', { token_hash: `'x'` }],
    ['calendar_links_token_key', { user_id: '99' }],
  ],
  reminder_answers: [
    ['reminder_answers_pkey', {}],
    ['reminder_answers_key_length', { key: `''` }],
    ['reminder_answers_reason_length', { key: `'b'`, dismissed_reason: `''` }],
    ['reminder_answers_one_answer', { key: `'b'`, snoozed_until: `'2026-12-02'` }],
    ['reminder_answers_one_answer', { key: `'b'`, dismissed_reason: 'null' }],
  ],
  snapshots: [
    ['snapshots_standing_address_key', {}],
    ['snapshots_kind_slug', { kind: `'Names'` }],
    ['snapshots_address_single', { address: `'203.0.113.0/24'` }],
    ['snapshots_address_single', { address: `'2001:db8::/64'` }],
    ['snapshots_domain_length', { address: 'null', domain: `''` }],
    ['snapshots_one_subject', { domain: `'example.com'` }],
    ['snapshots_one_subject', { address: 'null' }],
    ['snapshots_outcome_known', { outcome: `'fine'` }],
    ['snapshots_summary_length', { summary: `''` }],
    ['snapshots_summary_length', { summary: text(501) }],
    ['snapshots_times_in_order', { last_seen_at: `'2020-01-01'` }],
  ],
  checks: [
    ['checks_incident_fkey', { incident_number: '99' }],
    ['checks_networks_count', { networks: `array_fill('203.0.113.7'::cidr, array[1001])` }],
  ],
  timeline_entries: [
    ['timeline_entries_kind_slug', { kind: `'Note added'` }],
    ['timeline_entries_kind_slug', { kind: `''` }],
    ['timeline_entries_incident_fkey', { incident_number: '99' }],
    ['timeline_entries_user_fkey', { actor_user_id: '99' }],
    ['timeline_entries_token_fkey', { actor_token_id: '99' }],
    ['timeline_entries_report_fkey', { report_id: '99' }],
    ['timeline_entries_ticket_fkey', { ticket_id: '99' }],
    ['timeline_entries_message_fkey', { message_id: '99' }],
    ['timeline_entries_letter_fkey', { letter_id: '99' }],
    ['timeline_entries_corrects_fkey', { corrects: '99' }],
  ],
  observation_batches: [['observation_batches_pkey', {}]],
  transports: [
    ['transports_pkey', {}],
    ['transports_via_length', { via: `''` }],
    ['transports_via_length', { via: text(201) }],
    ['transports_address_fkey', { via: `'out-4'`, address_id: '99' }],
  ],
  observed_minutes: [
    ['observed_minutes_pkey', { count: '7', reason: `'policy'` }],
    ['observed_minutes_outcome_known', { outcome: `'lost'` }],
    ['observed_minutes_count_positive', { count: '0' }],
    ['observed_minutes_address_fkey', { address_id: '99' }],
  ],
  observed_hours: [
    ['observed_hours_pkey', { count: '7' }],
    ['observed_hours_outcome_known', { outcome: `'lost'` }],
    ['observed_hours_count_positive', { count: '0' }],
    ['observed_hours_address_fkey', { address_id: '99' }],
  ],
  watch_rules: [
    ['watch_rules_pkey', {}],
    ['watch_rules_refusals_range', { refusals: '0' }],
    ['watch_rules_refusals_range', { refusals: '1000001' }],
    ['watch_rules_window_range', { window_minutes: '0' }],
    ['watch_rules_window_range', { window_minutes: '1441' }],
    ['watch_rules_share_range', { share_percent: '-1' }],
    ['watch_rules_share_range', { share_percent: '101' }],
    ['watch_rules_accepted_range', { accepted: '0' }],
    ['watch_rules_accepted_range', { accepted: '1000001' }],
    ['watch_rules_quiet_range', { quiet_minutes: '0' }],
    ['watch_rules_quiet_range', { quiet_minutes: '10081' }],
  ],
  snds_feeds: [
    ['snds_feeds_link_hash_key', {}],
    ['snds_feeds_link_one', { link_sealed: 'null', link_hash: 'null' }],
    ['snds_feeds_link_one', { link: `'https://reports.example.com/?key=2'`, link_hash: HASH('m') }],
    ['snds_feeds_link_hashed', { link_hash: 'null' }],
    ['snds_feeds_token_one', { link_hash: HASH('m'), token: `'t'`, token_sealed: `'sealed'` }],
    ['snds_feeds_kind_known', { kind: `'all'` }],
    ['snds_feeds_link_https', { ...IN_CLEAR, link: `'http://reports.example.com/?key=2'` }],
    ['snds_feeds_link_https', { ...IN_CLEAR, link: `'https://reports.example.com/' || ${text(2000)}` }],
    ['snds_feeds_token_length', { link_hash: HASH('m'), token: text(8001) }],
  ],
  snds_imports: [
    ['snds_imports_kind_known', { kind: `'all'` }],
    ['snds_imports_source_known', { source: `'fax'` }],
    ['snds_imports_feed_fkey', { feed_id: '99' }],
  ],
  snds_days: [
    ['snds_days_pkey', {}],
    ['snds_days_filter_known', { filter: `'blue'` }],
    ['snds_days_address_fkey', { address_id: '99' }],
    ['snds_days_import_fkey', { day: `'2026-03-08'`, import_id: '99' }],
  ],
  snds_replaced: [
    ['snds_replaced_address_fkey', { address_id: '99' }],
    ['snds_replaced_import_fkey', { import_id: '99' }],
    ['snds_replaced_by_fkey', { replaced_by: '99' }],
  ],
  snds_status: [
    ['snds_status_pkey', {}],
    ['snds_status_import_fkey', { import_id: '99' }],
  ],
  api_token_secret: [
    ['api_token_secret_pkey', { secret: HASH('y') }],
    ['api_token_secret_one_row', { id: 'false', secret: HASH('z') }],
    ['api_token_secret_length', { secret: `'short'` }],
  ],
  complaint_secret: [
    ['complaint_secret_pkey', {}],
    ['complaint_secret_one_row', { id: 'false' }],
    ['complaint_secret_length', { secret: `'short'` }],
  ],
  complaints: [
    ['complaints_digest_key', {}],
    ['complaints_feedback_type_slug', { feedback_type: `'Abuse!'` }],
    ['complaints_ip_source_known', { ip_source: `'guess'` }],
    ['complaints_incidents_range', { incidents: '0' }],
    ['complaints_incidents_range', { incidents: '1000001' }],
    ['complaints_source_known', { source: `'fax'` }],
  ],
  sending_accounts: [
    ['sending_accounts_name_key', { name: `'desk'`, is_default: 'false' }],
    ['sending_accounts_default_key', { name: `'Other'` }],
    ['sending_accounts_name_length', { name: `''` }],
    ['sending_accounts_name_length', { name: text(121) }],
    ['sending_accounts_host_length', { host: `''` }],
    ['sending_accounts_host_length', { host: text(254) }],
    ['sending_accounts_port_range', { port: '0' }],
    ['sending_accounts_port_range', { port: '65536' }],
    ['sending_accounts_security_known', { security: `'ssl'` }],
    ['sending_accounts_auth_known', { auth: `'ntlm'` }],
    ['sending_accounts_undo_range', { undo_seconds: '-1' }],
    ['sending_accounts_undo_range', { undo_seconds: '121' }],
    ['sending_accounts_secret_with_auth', { auth: `'none'` }],
    ['sending_accounts_secret_with_auth', { secret: 'null' }],
    ['sending_accounts_dkim_whole', { dkim_domain: `'example.com'` }],
    ['sending_accounts_dkim_whole', { dkim_selector: `'s1'` }],
    ['sending_accounts_dkim_whole', { dkim_key: `'sealed'` }],
  ],
  mailboxes: [
    ['mailboxes_name_key', { name: `'desk'` }],
    ['mailboxes_name_length', { name: `''` }],
    ['mailboxes_name_length', { name: text(121) }],
    ['mailboxes_host_length', { host: `''` }],
    ['mailboxes_host_length', { host: text(254) }],
    ['mailboxes_port_range', { port: '0' }],
    ['mailboxes_port_range', { port: '65536' }],
    ['mailboxes_security_known', { security: `'ssl'` }],
    ['mailboxes_auth_known', { auth: `'none'` }],
    ['mailboxes_folder_length', { folder: `''` }],
    ['mailboxes_folder_length', { folder: text(501) }],
    ['mailboxes_after_known', { after_taking: `'delete'` }],
    ['mailboxes_move_named', { after_taking: `'move'` }],
    ['mailboxes_move_named', { move_to: `'Done'` }],
  ],
  arrivals: [
    ['arrivals_once_key', {}],
    ['arrivals_way_known', { way: `'fax'` }],
    ['arrivals_mailbox_fkey', { once_key: HASH('z'), mailbox_id: '99' }],
    ['arrivals_state_known', { state: `'lost'`, raw: 'null' }],
    ['arrivals_raw_until_read', { state: `'read'` }],
    ['arrivals_raw_until_read', { raw: 'null' }],
  ],
  mailbox_uids: [
    ['mailbox_uids_pkey', {}],
    ['mailbox_uids_mailbox_fkey', { mailbox_id: '99' }],
    ['mailbox_uids_arrival_fkey', { uid: '2', arrival_id: '99' }],
    ['mailbox_uids_taken_or_held', { uid: '2', held_for: `'a@example.com'` }],
  ],
  floods: [['floods_pkey', {}]],
  dispatches: [
    ['dispatches_pkey', {}],
    ['dispatches_message_fkey', { message_id: '99' }],
    ['dispatches_some_recipient', { envelope_recipients: `'{}'` }],
    ['dispatches_some_recipient', { envelope_recipients: `array_fill('a@example.com'::text, array[21])` }],
    ['dispatches_state_known', { state: `'lost'` }],
    ['dispatches_settled_whole', { state: `'sent'` }],
    ['dispatches_settled_whole', { settled_at: NOW }],
  ],
  webhook_targets: [
    ['webhook_targets_name_key', { name: `'ours'` }],
    ['webhook_targets_name_length', { name: `''` }],
    ['webhook_targets_name_length', { name: text(121) }],
    ['webhook_targets_format_known', { format: `'fax'` }],
    ['webhook_targets_some_group', { groups: `'{}'` }],
    ['webhook_targets_few_providers', { providers: `array_fill('gmail'::text, array[101])` }],
    ['webhook_targets_severity_known', { least_severity: `'dire'` }],
    ['webhook_targets_paused_whole', { paused_at: NOW }],
    ['webhook_targets_failing_whole', { failures: '1' }],
    ['webhook_targets_previous_whole', { previous_until: NOW }],
    ['webhook_targets_url_until_removed', { url_sealed: 'null' }],
    ['webhook_targets_url_until_removed', { removed_at: NOW }],
  ],
  webhook_deliveries: [
    ['webhook_deliveries_message_key', {}],
    ['webhook_deliveries_event_key', { message_id: `'msg_2'` }],
    ['webhook_deliveries_line_key', { message_id: `'msg_2'`, event_id: '2' }],
    ['webhook_deliveries_target_fkey', { message_id: `'msg_2'`, target_id: '99' }],
    ['webhook_deliveries_incident_fkey', { message_id: `'msg_2'`, event_id: '2', incident_number: '99' }],
    ['webhook_deliveries_state_known', { state: `'lost'` }],
    ['webhook_deliveries_settled_whole', { state: `'delivered'` }],
    ['webhook_deliveries_settled_whole', { settled_at: NOW }],
    ['webhook_deliveries_test_alone', { event_id: 'null' }],
    ['webhook_deliveries_test_alone', { event_id: 'null', is_test: 'true' }],
  ],
  webhook_attempts: [
    ['webhook_attempts_pkey', {}],
    ['webhook_attempts_delivery_fkey', { delivery_id: '99' }],
    ['webhook_attempts_answer_length', { number: '2', answer: text(2049) }],
  ],
  reply_tag_secret: [
    ['reply_tag_secret_pkey', {}],
    ['reply_tag_secret_one', { id: 'false' }],
  ],
  database_identity: [
    ['database_identity_pkey', {}],
    ['database_identity_one', { one: 'false' }],
  ],
  desk_identity: [
    ['desk_identity_pkey', {}],
    ['desk_identity_one', { id: 'false' }],
  ],
  imports: [
    ['imports_kind_known', { kind: `'xlsx'` }],
    ['imports_state_known', { state: `'lost'` }],
    ['imports_file_name_length', { file_name: text(301) }],
    ['imports_source_length', { source: `''` }],
    ['imports_source_length', { source: text(201) }],
    ['imports_place_range', { place: '-1' }],
  ],
  import_pieces: [
    ['import_pieces_pkey', {}],
    ['import_pieces_import_fkey', { import_id: '99' }],
  ],
  import_records: [
    ['import_records_pkey', {}],
    ['import_records_import_fkey', { source_id: `'18'`, import_id: '99' }],
  ],
  import_left_out: [
    ['import_left_out_value_length', { value: text(301) }],
    ['import_left_out_import_fkey', { import_id: '99' }],
  ],
  shares: [
    ['shares_token_hash_key', {}],
    ['shares_made_for_length', { made_for: `''` }],
    ['shares_made_for_length', { made_for: text(121) }],
    ['shares_parts_known', { parts: `'{}'` }],
    ['shares_parts_known', { parts: `'{summary,everything}'` }],
    ['shares_notes_in_timeline', { parts: `'{notes}'` }],
    ['shares_expiry_after', { expires_at: `now() - interval '1 day'` }],
    ['shares_revoked_whole', { revoked_at: NOW }],
    ['shares_incident_fkey', { token_hash: HASH('z'), incident_number: '99' }],
  ],
  search_texts: [
    ['search_texts_source_key', {}],
    ['search_texts_source_known', { source: `'fax'` }],
    ['search_texts_incident_fkey', { source_id: '98', incident_number: '99' }],
    ['search_texts_title_length', { source_id: '98', title: text(601) }],
  ],
  saved_searches: [
    ['saved_searches_name_key', {}],
    ['saved_searches_name_key', { name: `'DENIED'` }],
    ['saved_searches_name_length', { name: `''` }],
    ['saved_searches_query_length', { query: `''` }],
    ['saved_searches_query_length', { query: text(501) }],
    ['saved_searches_sort_known', { sort: `'oldest'` }],
    ['saved_searches_owner_fkey', { owner_id: '99' }],
    ['saved_searches_somebodys', { owner_id: 'null' }],
  ],
};

const insert = (db: Db, table: string, row: Row) =>
  sql
    .raw(
      Object.keys(row).length === 0
        ? `insert into ${table} default values`
        : `insert into ${table} (${Object.keys(row)}) values (${Object.values(row)})`,
    )
    .execute(db);

const run = (db: Db, statement: string) => sql.raw(statement).execute(db);

/** The name of the rule that refused it. */
const refusal = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'nothing refused it',
    (error) => (/^23(503|505|514)$/.test(error.code) ? error.constraint : error),
  );

/** A database with two incidents and one row of everything else. */
async function filled(t: Parameters<typeof testDatabase>[0]): Promise<Db> {
  const db = await testDatabase(t);
  await insert(db, 'incidents', GOOD['incidents'] ?? {});
  for (const [table, row] of Object.entries(GOOD)) await insert(db, table, row);
  return db;
}

async function countsOf(db: Db): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const table of Object.keys(GOOD)) {
    const { rows } = await sql<{ n: number }>`select count(*) as n from ${sql.table(table)}`.execute(db);
    counts[table] = rows[0]?.n ?? 0;
  }
  return counts;
}

t.test('the database itself refuses what must not be in it, by the name of the rule', async (t) => {
  const db = await filled(t);
  const before = await countsOf(db);
  for (const [table, cases] of Object.entries(BAD))
    for (const [constraint, instead] of cases)
      t.equal(
        await refusal(insert(db, table, { ...GOOD[table], ...instead })),
        constraint,
        `${table} ${JSON.stringify(instead)}`,
      );
  t.strictSame(await countsOf(db), before);

  const { rows } = await sql<{ name: string }>`
    select relname as name from pg_index join pg_class on oid = indexrelid
      where indisunique and relnamespace = 'public'::regnamespace
    union select conname from pg_constraint
      where connamespace = 'public'::regnamespace and contype in ('c', 'f', 'u')
    except select conname from pg_constraint c join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
      where contype = 'p' and attidentity = 'a'
    order by name`.execute(db);
  const rules = rows.map((row) => row.name).filter((name) => !name.startsWith('kysely_'));
  // Tried below: they need more than one good row.
  const tried = new Set([
    'snapshots_standing_domain_key',
    'dispatches_account_fkey',
    'evidence_files_reading_key',
    'incidents_merged_elsewhere',
    ...Object.values(BAD).flatMap((cases) => cases.map(([constraint]) => constraint)),
  ]);
  t.strictSame(
    rules,
    rules.filter((name) => tried.has(name)),
    'every rule of the database is tried',
  );
});

t.test('host bits in a network, and numbers that the database gives out, are refused as well', async (t) => {
  const db = await filled(t);
  await t.rejects(insert(db, 'addresses', { network: `'203.0.113.7/24'` }), { code: '22P02' });
  const chosen = { ...GOOD['timeline_entries'], id: '7' };
  await t.rejects(insert(db, 'timeline_entries', chosen), { code: '428C9' });
});

t.test('an incident is no part of itself', async (t) => {
  const db = await filled(t);
  const merge = (into: number) => run(db, `update incidents set merged_into = ${into} where number = 2`);
  t.equal(await refusal(merge(2)), 'incidents_merged_elsewhere');
  await merge(1);
});

t.test('a sent letter goes to another incident with a merge, and back, and no other way', async (t) => {
  const db = await filled(t);
  await run(db, `update letters set state = 'sent', sent_at = now(), channel = 'form'`);
  await run(db, 'update letters set incident_number = 1');
  const tries = [
    'update letters set incident_number = 3',
    `update letters set incident_number = 2, body = 'x'`,
  ];
  await insert(db, 'incidents', GOOD['incidents'] ?? {});
  for (const statement of tries) await t.rejects(run(db, statement), { code: 'DD002' }, statement);
  await run(db, 'update letters set incident_number = 2');
  await run(db, `update incident_merges set undone_at = now(), undone_by_name = 'A B'`);
  await t.rejects(run(db, 'update letters set incident_number = 1'), { code: 'DD002' });
});

t.test('a mail leaves through an account that is there', async (t) => {
  const db = await filled(t);
  await insert(db, 'messages', { ...GOOD['messages'], sha256: HASH('z'), arrival_id: 'null' });
  const dispatch = { ...GOOD['dispatches'], message_id: '(select max(id) from messages)' };
  t.equal(
    await refusal(insert(db, 'dispatches', { ...dispatch, account_id: '99' })),
    'dispatches_account_fkey',
  );
  await insert(db, 'dispatches', dispatch);
});

t.test('what something refers to cannot be deleted', async (t) => {
  const db = await filled(t);
  const entry = { ...GOOD['timeline_entries'], actor_token_id: '1', corrects: '1' };
  await insert(db, 'timeline_entries', entry);
  const used = ['users', 'api_tokens', 'addresses', 'incidents', 'reports', 'tickets', 'letters', 'messages'];
  for (const table of used) await t.rejects(run(db, `delete from ${table}`), { code: '23503' }, table);
  await run(db, 'update api_tokens set created_by = null');
  await run(db, 'delete from users');
  t.match(
    await countsOf(db),
    { users: 0, sessions: 0, notices: 0 },
    'what is a person’s alone goes with them',
  );
});

t.test(
  'append-only: a timeline entry is never changed or deleted, in whatever way it is tried',
  async (t) => {
    const db = await filled(t);
    const entries = async () => (await sql`select * from timeline_entries order by id`.execute(db)).rows;
    const before = await entries();
    t.equal(before.length, 1);
    const tries = [
      `update timeline_entries set detail = '{}'`,
      'update timeline_entries set occurred_at = now() where id = 1',
      'update timeline_entries set id = default',
      'delete from timeline_entries',
      'delete from timeline_entries where id = 1',
      'truncate timeline_entries',
      'truncate incidents cascade',
      'truncate letters cascade',
      `with gone as (delete from timeline_entries returning *) insert into incidents (title, provider, state, opened_at, state_since)
       select 'moved', 'gmail', 'open', now(), now() from gone`,
      `insert into timeline_entries (id, incident_number, kind, actor_name) overriding system value
       values (1, 2, 'other', 'C') on conflict (id) do update set kind = 'other'`,
      `merge into timeline_entries using (values (1)) as v (id) on timeline_entries.id = v.id when matched then delete`,
      'delete from timeline_entries where id = 99',
    ];
    for (const statement of tries) await t.rejects(run(db, statement), { code: 'DD001' }, statement);
    t.strictSame(await entries(), before);
    await t.rejects(
      db.transaction().execute(async (trx) => {
        await insert(trx, 'timeline_entries', GOOD['timeline_entries'] ?? {});
        await run(trx, 'delete from timeline_entries where id = 2');
      }),
      { code: 'DD001' },
      'nor one that was written a moment ago',
    );
    t.strictSame(await entries(), before);
  },
);

t.test('an entry of the audit log is never changed or deleted', async (t) => {
  const db = await filled(t);
  for (const statement of [
    `update audit_entries set actor_name = 'C'`,
    'delete from audit_entries where id = 99',
    'truncate audit_entries',
    'truncate users cascade',
  ])
    await t.rejects(run(db, statement), { code: 'DD001' }, statement);
});

t.test('a version of a letter template is never changed or deleted', async (t) => {
  const db = await filled(t);
  const tries = [
    `update letter_template_versions set body = 'better'`,
    'update letter_template_versions set at = now() where id = 99',
    'delete from letter_template_versions',
    'truncate letter_template_versions cascade',
  ];
  for (const statement of tries) await t.rejects(run(db, statement), { code: 'DD001' }, statement);
});

t.test('a change of a playbook is never changed or deleted', async (t) => {
  const db = await filled(t);
  for (const statement of [
    `update playbook_changes set path = ''`,
    'delete from playbook_changes',
    'truncate playbook_changes',
  ])
    await t.rejects(run(db, statement), { code: 'DD001' }, statement);
});

t.test(
  'what a snapshot saw is never changed; that it was seen again, and that another took its place, is',
  async (t) => {
    const db = await filled(t);
    const tries = [
      `update snapshots set summary = 'better'`,
      `update snapshots set facts = '[1]'`,
      `update snapshots set outcome = 'bad'`,
      "update snapshots set first_seen_at = last_seen_at - interval '1 day'",
      'delete from snapshots',
      'truncate snapshots',
    ];
    for (const statement of tries) await t.rejects(run(db, statement), { code: 'DD001' }, statement);
    await run(db, "update snapshots set last_seen_at = last_seen_at + interval '1 hour'");
    await run(db, 'update snapshots set superseded_at = last_seen_at');
    await insert(db, 'snapshots', GOOD['snapshots'] ?? {});
    const domain = { ...GOOD['snapshots'], address: 'null', domain: `'example.com'` };
    await insert(db, 'snapshots', domain);
    t.equal(await refusal(insert(db, 'snapshots', domain)), 'snapshots_standing_domain_key');
  },
);

t.test('a reading has each of its screenshots once', async (t) => {
  const db = await filled(t);
  const file = { ...GOOD['evidence_files'], evidence_id: 'null', reading_id: '1' };
  await insert(db, 'evidence_files', file);
  t.equal(await refusal(insert(db, 'evidence_files', file)), 'evidence_files_reading_key');
});

t.test('what was said against the evidence can be changed until the letter is sent', async (t) => {
  const db = await filled(t);
  const overrides = async () => (await sql`select * from letter_overrides`.execute(db)).rows;
  await run(db, `update letter_overrides set reason = 'seen again'`);
  await run(db, `update letters set state = 'sent', sent_at = now(), channel = 'form'`);
  const sent = await overrides();
  t.match(sent, [{ reason: 'seen again' }]);
  for (const statement of [
    `update letter_overrides set reason = 'better'`,
    'update letter_overrides set reason = reason',
    'delete from letter_overrides',
    'truncate letter_overrides',
    `insert into letter_overrides (letter_id, kind, key, about, reason, by_name) values (1, 'claim', 'spf-pass', '', 'late', 'A B')`,
  ])
    await t.rejects(run(db, statement), { code: 'DD002' }, statement);
  t.strictSame(await overrides(), sent);
});

t.test('a draft can be changed; once it is sent, never again', async (t) => {
  const db = await filled(t);
  const letter = async () => (await sql`select * from letters`.execute(db)).rows;
  await run(db, `update letters set body = 'Dear postmaster', version = version + 1`);
  await run(db, `update letters set state = 'sent', sent_at = now(), channel = 'form'`);
  const sent = await letter();
  t.match(sent, [{ state: 'sent', body: 'Dear postmaster' }]);
  const tries = [
    `update letters set body = 'Something else'`,
    `update letters set state = 'draft', sent_at = null, channel = null`,
    `update letters set state = 'discarded', sent_at = null`,
    'update letters set sent_at = now()',
    'update letters set body = body',
    'update letters set incident_number = 3',
    'delete from letters',
  ];
  for (const statement of tries) await t.rejects(run(db, statement), { code: 'DD002' }, statement);
  t.strictSame(await letter(), sent);

  await run(
    db,
    `insert into letters (incident_number, template, language, round, subject, body, base_subject, base_body, created_by_name)
    select incident_number, template, language, round, 'another', body, base_subject, base_body, created_by_name from letters`,
  );
  await run(db, `update letters set state = 'discarded' where state = 'draft'`);
  await run(db, `delete from letters where state = 'discarded'`);
  t.strictSame(await letter(), sent, 'its neighbours are free');
});
