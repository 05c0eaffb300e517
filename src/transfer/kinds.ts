/** How a value stands in an export: JSON has no moments, octets or addresses of its own. */
export type ValueType =
  | 'text'
  | 'integer'
  | 'number'
  | 'boolean'
  /** RFC 3339, in UTC. */
  | 'time'
  /** `2026-03-10` */
  | 'date'
  | 'json'
  /** base64 (RFC 4648, section 4). */
  | 'octets'
  | 'texts'
  /** An address, or a range in CIDR. */
  | 'address';

export type Column = {
  /** In the table. */
  column: string;
  /** In an export. */
  name: string;
  type: ValueType;
  isNull: boolean;
  /** The kind whose key it holds. */
  of?: string;
};

export type RecordKind = {
  name: string;
  table: string;
  about: string;
  /** Columns by which its records are ordered and told apart. */
  key: string[];
  columns: Column[];
  /** Columns that can be large; they are read a few rows at a time. */
  heavy: string[];
  /** Of these, what `sources=no` leaves out. */
  sources: string[];
};

const camel = (column: string) => column.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** `name:type`, with `?` where it can be null; `@kind` refers to a record of that kind. */
function columnOf(text: string): Column {
  const [, column = '', at, type = '', isNull] = /^(\w+):(@?)([\w-]+)(\??)$/.exec(text) ?? [];
  return {
    column,
    name: camel(column),
    type: at ? 'integer' : (type as ValueType),
    isNull: Boolean(isNull),
    ...(at ? { of: type } : {}),
  };
}

type Given = { key?: string; heavy?: string; sources?: string };
const words = (text: string | undefined) => text?.split(' ') ?? [];

const kind = (
  name: string,
  about: string,
  columns: string,
  { key = 'id', heavy, sources }: Given = {},
): RecordKind => ({
  name,
  table: name.replaceAll('-', '_'),
  about,
  key: words(key),
  columns: words(columns.replace(/\s+/g, ' ').trim()).map(columnOf),
  heavy: words(heavy),
  sources: words(sources),
});

/** A kind whose table is called otherwise. */
const of = (table: string, made: RecordKind): RecordKind => ({ ...made, table });

/** All that an export has, each kind after those that it refers to. The format is this table. */
export const KINDS: RecordKind[] = [
  kind(
    'profile',
    'who you are towards providers',
    `id:boolean name:text website:text contact_name:text contact_email:text contact_phone:text postal_address:text
    reply_address:text abuse_address:text sending_domains:texts mail_kinds:text daily_volume:text opt_in:text
    jmrp_since:date? snds_since:date? programmes:texts dkim_selectors:texts updated_at:time`,
  ),
  of(
    'users',
    kind(
      'people',
      'who had an account; never with a password',
      'id:integer email:text name:text role:text time_zone:text created_at:time disabled_at:time?',
    ),
  ),
  kind(
    'memberships',
    'programmes of certification, and how you stood',
    'programme:text standing:text since:date? expires_on:date? reference:text updated_at:time updated_by_name:text',
    { key: 'programme' },
  ),
  kind(
    'addresses',
    'addresses and ranges that you send from',
    `id:integer network:address hostname:text label:text purpose:text in_use_since:date? jmrp_since:date? snds_since:date?
    notes:text created_at:time updated_at:time check_every_hours:integer? check_due_at:time?`,
  ),
  kind(
    'own-providers',
    'providers that you added',
    'key:text data:json created_at:time created_by_name:text updated_at:time updated_by_name:text',
    { key: 'key' },
  ),
  kind(
    'playbook-facts',
    'facts of playbooks that you changed',
    'provider:text path:text value:json built_in:json set_at:time set_by_name:text',
    { key: 'provider path' },
  ),
  kind(
    'playbook-notes',
    'notes on providers',
    'id:integer provider:text text:text created_at:time created_by_name:text removed_at:time? removed_by_name:text?',
  ),
  kind(
    'playbook-changes',
    'what was changed in playbooks, when and by whom',
    'id:integer provider:text kind:text path:text before:json after:json actor_name:text at:time',
  ),
  kind(
    'letter-template-versions',
    'versions of letter templates',
    `id:integer template:text language:text version:integer title:text? fits_when:text? subject:text? body:text?
    claims:json? built_in:json? note:text by_name:text at:time`,
  ),
  kind(
    'wording-trials',
    'wordings of letters that were compared',
    `id:integer template:text language:text wording_a:integer wording_b:integer turn:integer started_at:time
    started_by_name:text ended_at:time? ended_by_name:text? chosen:integer?`,
  ),
  kind(
    'watch-rules',
    'when refusals in a log open an incident',
    `provider:text opens:boolean refusals:integer window_minutes:integer share_percent:integer accepted:integer
    quiet_minutes:integer updated_at:time`,
    { key: 'provider' },
  ),
  kind(
    'incidents',
    'one block of your addresses by one provider each',
    `number:integer title:text provider:text state:text reason:text? severity:text round:integer assignee_id:@people?
    affected:text block_codes:texts recipient_domains:texts rejection_count:integer first_rejection_at:time?
    last_rejection_at:time? opened_at:time state_since:time first_request_at:time? last_request_at:time?
    first_answer_at:time? last_answer_at:time? last_verdict:text? mitigated_at:time? recovered_at:time? closed_at:time?
    relapses:integer next_action:text next_action_due_at:time? follow_up_due_at:time? updated_at:time
    merged_into:@incidents?`,
    { key: 'number' },
  ),
  kind('tags', 'words by which incidents are sorted', 'id:integer name:text created_at:time'),
  kind(
    'tag-changes',
    'what was done to tags',
    'id:integer kind:text tag:text became:text? incidents:integer by_name:text at:time',
  ),
  kind(
    'custom-fields',
    'what else you keep of each incident',
    'id:integer key:text name:text kind:text choices:texts position:integer retired_at:time? created_at:time',
  ),
  kind('incident-tags', 'which incident has which tag', 'incident_number:@incidents tag_id:@tags', {
    key: 'incident_number tag_id',
  }),
  kind(
    'incident-field-values',
    'what your own fields say of an incident',
    'incident_number:@incidents field_id:@custom-fields value:text',
    { key: 'incident_number field_id' },
  ),
  kind(
    'incident-watchers',
    'who watches an incident',
    'incident_number:@incidents user_id:@people why:text since:time stopped_at:time?',
    { key: 'incident_number user_id' },
  ),
  kind(
    'saved-searches',
    'searches that were kept as views',
    'id:integer name:text query:text sort:text owner_id:@people? shared:boolean created_at:time created_by_name:text',
  ),
  kind(
    'incident-addresses',
    'which addresses an incident is about',
    'incident_number:@incidents address_id:@addresses',
    { key: 'incident_number address_id' },
  ),
  kind(
    'incident-links',
    'incidents that belong together',
    'incident_number:@incidents linked_number:@incidents kind:text created_at:time from_older:boolean',
    { key: 'incident_number linked_number' },
  ),
  kind(
    'incident-causes',
    'what was found to be the cause of a block',
    `incident_number:@incidents class:text found:text fixed:text found_at:time fixed_at:time? recorded_at:time
    recorded_by_name:text`,
    { key: 'incident_number' },
  ),
  kind(
    'step-answers',
    'next steps that were put off or dismissed',
    'incident_number:@incidents step:text key:text snoozed_until:time? dismissed_reason:text? by_name:text at:time',
    { key: 'incident_number step' },
  ),
  kind(
    'reports',
    'what was pasted or sent in as a report, byte for byte',
    'id:integer raw:octets sha256:octets byte_length:integer source:text file_name:text received_at:time',
    { heavy: 'raw', sources: 'raw' },
  ),
  kind(
    'incident-reports',
    'which report belongs to which incident',
    'incident_number:@incidents report_id:@reports',
    { key: 'incident_number report_id' },
  ),
  kind(
    'rejections',
    'replies that refused or deferred mail',
    `id:integer incident_number:@incidents report_id:@reports? line:integer provider:text? rule:text? ip:address?
    reply_code:text? enhanced_code:text? block_code:text? reason:text? temporary:boolean? recipient:text?
    recipient_domain:text? mx:text? list_name:text? list_owner:text? occurred_at:time? occurred_at_guessed:boolean
    recorded_at:time seen:integer text:text`,
  ),
  kind(
    'tickets',
    'the providers’ cases',
    `id:integer incident_number:@incidents reference:text channel:text address:text state:text opened_at:time
    closed_at:time? recorded_at:time`,
  ),
  kind(
    'letters',
    'drafts and sent letters, with the claims they made',
    `id:integer incident_number:@incidents template:text language:text round:text state:text subject:text body:text
    base_subject:text base_body:text claims:json fields:json missing:json created_at:time updated_at:time
    created_by_name:text sent_at:time? channel:text? template_version:integer? wording_trial_id:@wording-trials?`,
    { heavy: 'body base_body claims' },
  ),
  kind(
    'letter-overrides',
    'claims and findings that somebody overrode with a reason',
    'letter_id:@letters kind:text key:text about:text reason:text by_name:text at:time',
    { key: 'letter_id kind key' },
  ),
  kind(
    'messages',
    'correspondence in and out; `text` is its body, `raw` its source',
    `id:integer incident_number:@incidents? ticket_id:@tickets? letter_id:@letters? direction:text channel:text at:time
    recorded_at:time from_address:text to_address:text subject:text text:text html:text? raw:octets raw_type:text
    sha256:octets message_id:text? verdict:text? machine_verdict:text? confidence:number? quote:text? problem:text?
    kind:text authenticity:json? proven:boolean? applied:boolean filed_by:text? suggestions:json? put_away_at:time?
    put_away_by_name:text? form_fields:json?`,
    { heavy: 'text html raw', sources: 'text html raw' },
  ),
  kind(
    'attachments',
    'files that came with messages',
    `id:integer message_id:@messages position:integer file_name:text content_type:text byte_length:integer sha256:octets
    content:octets content_id:text is_inline:boolean`,
    { heavy: 'content', sources: 'content' },
  ),
  kind(
    'evidence',
    'facts that people recorded',
    `id:integer incident_number:@incidents address_id:@addresses? claim:text result:text words:text source:text
    observed_at:time recorded_at:time recorded_by_name:text`,
  ),
  kind(
    'place-readings',
    'what somebody read at a place that no program may ask',
    `id:integer place:text address:address? domain:text? value:text note:text incident_number:@incidents? read_at:time
    recorded_at:time recorded_by_name:text`,
  ),
  kind(
    'evidence-files',
    'screenshots',
    `id:integer evidence_id:@evidence? reading_id:@place-readings? position:integer file_name:text content_type:text
    byte_length:integer sha256:octets bytes:octets`,
    { heavy: 'bytes', sources: 'bytes' },
  ),
  kind(
    'snapshots',
    'what was looked up about an address or a domain, and for how long it held',
    `id:integer kind:text address:address? domain:text? outcome:text summary:text facts:json claims:json raw:json
    content_hash:octets first_seen_at:time last_seen_at:time superseded_at:time?`,
    { heavy: 'facts claims raw' },
  ),
  kind(
    'timeline-entries',
    'what happened in incidents; never changed',
    `id:integer incident_number:@incidents kind:text actor_name:text occurred_at:time recorded_at:time report_id:@reports?
    ticket_id:@tickets? message_id:@messages? letter_id:@letters? detail:json corrects:@timeline-entries?`,
  ),
  kind(
    'reminder-answers',
    'reminders that were put off or ended',
    'key:text due_on:date snoozed_until:date? dismissed_reason:text? by_name:text at:time',
    { key: 'key' },
  ),
  of(
    'observed_hours',
    kind(
      'delivery-hours',
      'deliveries that logs showed, by hour',
      'address_id:@addresses provider:text hour:time outcome:text count:integer',
      { key: 'address_id provider hour outcome' },
    ),
  ),
  kind(
    'snds-imports',
    'reports of SNDS',
    `id:integer kind:text source:text raw:octets sha256:octets byte_length:integer file_name:text rows:integer
    first_day:date? last_day:date? by_name:text received_at:time seen_at:time`,
    { heavy: 'raw', sources: 'raw' },
  ),
  kind(
    'snds-days',
    'what SNDS says of an address on a day',
    `address_id:@addresses day:date activity:text rcpt:integer? data:integer? recipients:integer? filter:text?
    complaint_low:number? complaint_high:number? complaint_text:text trap_period:text trap_hits:integer? sample_helo:text
    sample_mail_from:text jmrp_sender:text comments:text extra:json import_id:@snds-imports`,
    { key: 'address_id day' },
  ),
  kind(
    'snds-status',
    'ranges that SNDS says are blocked',
    'import_id:@snds-imports position:integer first:address last:address blocked:boolean details:text',
    { key: 'import_id position' },
  ),
  kind(
    'complaints',
    'reports of feedback loops, without who complained',
    `id:integer digest:octets feedback_type:text is_complaint:boolean source_ip:address? ip_source:text reported_at:time
    arrived_at:time? incidents:integer reporter_domain:text provider:text? user_agent:text original_mail_from:text
    reported_domain:text message_id:text campaign:text campaign_field:text auth_failure:text raw:octets? source:text
    recorded_at:time`,
    { heavy: 'raw', sources: 'raw' },
  ),
];

export const KIND_OF = new Map(KINDS.map((one) => [one.name, one]));

/** Tables that are in no export, and why. A test holds this list and {@link KINDS} against the schema. */
export const LEFT_OUT: Record<string, string> = {
  sessions: 'who is signed in now',
  api_tokens: 'secrets',
  api_token_secret: 'a secret',
  setup_links: 'secrets',
  sign_in_failures: 'kept for minutes',
  idempotency_keys: 'kept for days',
  sign_in_rules: 'each desk’s own',
  totp_keys: 'secrets; set up anew',
  recovery_codes: 'secrets; made anew',
  passkeys: 'they are of this desk’s address alone',
  passkey_challenges: 'kept for minutes',
  pending_sign_ins: 'kept for minutes',
  known_clients: 'where people signed in from',
  audit_entries: 'exported by itself, from its page: what was done at this desk',
  invitations: 'secrets',
  reset_requests: 'kept for days',
  password_resets: 'secrets',
  account_mails: 'the way out, with secrets',
  oidc_providers: 'a secret; set up anew',
  linked_identities: 'who signs in here by a provider; linked anew',
  sending_accounts: 'passwords of mail servers; set up anew',
  mailboxes: 'passwords of mail servers; set up anew',
  snds_feeds: 'links that are secrets; set up anew',
  complaint_secret: 'a secret',
  reply_tag_secret: 'a secret',
  shares: 'links whose secrets nobody has; made anew',
  arrivals: 'the way in: what arrived is in messages',
  mailbox_uids: 'the way in',
  floods: 'the way in',
  dispatches: 'the way out: what became of a mail is in the timeline',
  checks: 'a queue: what was found is in snapshots',
  transports: 'found anew from logs',
  observation_batches: 'kept against counting twice',
  observed_minutes: 'kept for days; the hours are exported',
  snds_replaced: 'values that newer reports replaced',
  letter_outcomes: 'worked out from letters and answers',
  outcome_sums: 'worked out from letters and answers',
  outcome_backlog: 'a queue',
  step_judgements: 'worked out each time',
  playbook_version: 'a counter',
  bulk_changes: 'kept to undo an action on many incidents',
  incident_merges: 'kept to undo a merge: the timelines tell of it',
  incident_moves: 'kept to undo a merge',
  search_texts: 'worked out from what is exported',
  incident_times: 'worked out from incidents',
  event_outbox: 'a queue',
  told_events: 'kept against telling twice',
  notices: 'what was told to people',
  notice_settings: 'each person’s own',
  notice_mails: 'the way out',
  calendar_links: 'secrets',
  report_addresses: 'who may be mailed: confirmed anew',
  report_subscriptions: 'what sends mail by itself: set up anew',
  report_mails: 'the way out',
  backups: 'which backups were made of this database',
  retention: 'a setting of this desk',
  erasures: 'what was erased here; the timelines tell of it',
  erased_addresses: 'hashes that mean nothing elsewhere',
  webhook_targets: 'addresses with secrets; set up anew',
  webhook_deliveries: 'the way out',
  webhook_attempts: 'the way out',
  database_identity: 'means nothing elsewhere',
  desk_identity: 'stands in the first line',
  imports: 'what was brought in is exported, not the way it came',
  import_pieces: 'what was brought in is exported, not the way it came',
  import_records: 'what was brought in is exported, not the way it came',
  import_left_out: 'what was brought in is exported, not the way it came',
};
/** Columns of exported tables that are not exported. */
export const COLUMNS_LEFT_OUT: Record<string, string[]> = {
  profile: ['version'],
  users: [
    'password_hash',
    'has_password',
    'theme',
    'single_keys',
    'desk_whose',
    'watch_assigned',
    'watch_written',
    'passkey_handle',
    'takes_sign_in_alerts',
  ],
  memberships: ['version'],
  addresses: ['version'],
  own_providers: ['version'],
  playbook_facts: ['version'],
  playbook_changes: ['actor_user_id', 'actor_token_id'],
  watch_rules: ['version'],
  incidents: ['version', 'due_at'],
  incident_addresses: ['provider', 'nearby'],
  custom_fields: ['version'],
  saved_searches: ['version'],
  letters: ['version'],
  messages: ['arrival_id'],
  timeline_entries: ['actor_user_id', 'actor_token_id', 'xact'],
  snds_imports: ['feed_id'],
  complaints: ['reporter'],
};
