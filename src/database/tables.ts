import type { ColumnType, Generated, GeneratedAlways, Insertable, Selectable, Updateable } from 'kysely';
import type { ClaimFinding, EvidenceResult, Fact, Outcome as SnapshotOutcome } from '../evidence/kind.ts';
import type { Provider, Reason, Verdict } from '../providers/schema.ts';

/** Table types shared by all stores; the schema itself is in `migrations/`. */
type Now = ColumnType<Date, Date | undefined, Date>;
type Default<T> = ColumnType<T, T | undefined, T>;
type Json<T> = ColumnType<T, unknown, unknown>;

export type Role = 'admin' | 'operator' | 'viewer';
export type Scope = 'read' | 'write' | 'admin';
export type Theme = 'system' | 'light' | 'dark';
/** What happens outside of any timeline, and is told to those who want to know. */
export type OtherKind =
  | 'mail-unfiled'
  | 'reminder-due'
  | 'mailbox-trouble'
  | 'feed-out-of-date'
  | 'import-done'
  | 'webhook-paused';
export type IncidentState =
  | 'open'
  | 'awaiting-provider'
  | 'action-needed'
  | 'mitigated'
  | 'recovered'
  | 'closed';
export type Severity = 'low' | 'normal' | 'high' | 'critical';
export type Channel = 'form' | 'email' | 'portal' | 'phone' | 'other';
export type Direction = 'in' | 'out';
export type { EvidenceResult };
export type Outcome = 'accepted' | 'deferred' | 'refused';
export type LetterState = 'draft' | 'sent' | 'discarded';

/** Whose incidents the desk shows. */
export type Whose = 'mine' | 'everybody';

export type UsersTable = {
  id: GeneratedAlways<number>;
  email: string;
  name: string;
  role: Role;
  password_hash: string;
  time_zone: Default<string>;
  theme: Default<Theme>;
  /** Whether keys without a modifier act. */
  single_keys: Default<boolean>;
  desk_whose: Default<Whose>;
  created_at: Now;
  disabled_at: Date | null;
  /** Whether they begin to watch an incident that they are given. */
  watch_assigned: Default<boolean>;
  /** Whether they begin to watch an incident that they write in. */
  watch_written: Default<boolean>;
};

export type SessionsTable = {
  token_hash: Buffer;
  user_id: number;
  created_at: Now;
  last_seen_at: Now;
  expires_at: Date;
  client_address: string | null;
  user_agent: Default<string>;
};

export type ApiTokensTable = {
  id: GeneratedAlways<number>;
  name: string;
  token_hash: Buffer;
  /** The first characters of the token, by which a person tells tokens apart. */
  hint: string;
  scope: Scope;
  created_by: number | null;
  created_at: Now;
  last_used_at: Date | null;
  expires_at: Date | null;
  revoked_at: Date | null;
};

/** What the hashes of tokens are made with. */
export type ApiTokenSecretTable = { id: Generated<boolean>; secret: Buffer };

export type SetupLinksTable = { token_hash: Buffer; created_at: Now; expires_at: Date };
export type SignInFailuresTable = {
  id: GeneratedAlways<number>;
  email: string;
  client_address: string;
  at: Now;
};

export type IdempotencyKeysTable = {
  actor: string;
  key: string;
  fingerprint: Buffer;
  status: number | null;
  answer: Json<unknown>;
  created_at: Now;
};

export type ProfileTable = {
  id: Generated<boolean>;
  name: Default<string>;
  website: Default<string>;
  contact_name: Default<string>;
  contact_email: Default<string>;
  contact_phone: Default<string>;
  postal_address: Default<string>;
  reply_address: Default<string>;
  abuse_address: Default<string>;
  sending_domains: Default<string[]>;
  mail_kinds: Default<string>;
  daily_volume: Default<string>;
  opt_in: Default<string>;
  jmrp_since: string | null;
  snds_since: string | null;
  programmes: Default<string[]>;
  dkim_selectors: Default<string[]>;
  version: Default<number>;
  updated_at: Now;
};

export type AddressesTable = {
  id: GeneratedAlways<number>;
  /** A single address is kept as /32 or /128. */
  network: string;
  hostname: Default<string>;
  label: Default<string>;
  purpose: Default<string>;
  in_use_since: string | null;
  jmrp_since: string | null;
  snds_since: string | null;
  notes: Default<string>;
  check_every_hours: number | null;
  check_due_at: Date | null;
  version: Default<number>;
  created_at: Now;
  updated_at: Now;
};

export type IncidentsTable = {
  number: GeneratedAlways<number>;
  title: string;
  provider: string;
  state: IncidentState;
  reason: Reason | null;
  severity: Default<Severity>;
  round: Default<number>;
  assignee_id: number | null;
  affected: Default<string>;
  block_codes: Default<string[]>;
  recipient_domains: Default<string[]>;
  rejection_count: Default<number>;
  first_rejection_at: Date | null;
  last_rejection_at: Date | null;
  opened_at: Date;
  state_since: Date;
  first_request_at: Date | null;
  last_request_at: Date | null;
  first_answer_at: Date | null;
  last_answer_at: Date | null;
  last_verdict: Verdict | null;
  mitigated_at: Date | null;
  recovered_at: Date | null;
  closed_at: Date | null;
  relapses: Default<number>;
  next_action: Default<string>;
  next_action_due_at: Date | null;
  /** When silence of the provider calls for a follow-up. */
  follow_up_due_at: Date | null;
  /** By which the desk is sorted: when the next step is due, as judged last; since then, when it changed. */
  due_at: Default<Date | null>;
  /** The incident that it became a part of, as a duplicate. */
  merged_into: number | null;
  version: Default<number>;
  updated_at: Now;
};

export type IncidentAddressesTable = {
  incident_number: number;
  address_id: number;
  /** The incident’s provider, and the address’s network of its size. A trigger writes both. */
  provider: Default<string | null>;
  nearby: Default<string | null>;
};
export type LinkKind =
  | 'same-address'
  | 'same-provider'
  | 'by-hand'
  | 'duplicate-of'
  | 'caused-by'
  | 'follows'
  | 'related';
export type IncidentLinksTable = {
  incident_number: number;
  linked_number: number;
  kind: LinkKind;
  /** The kind reads from the older incident to the newer one. */
  from_older: Default<boolean>;
  created_at: Now;
};

export type ReportsTable = {
  id: GeneratedAlways<number>;
  raw: Buffer;
  sha256: Buffer;
  byte_length: number;
  source: 'page' | 'api' | 'command-line' | 'log' | 'check';
  file_name: Default<string>;
  received_at: Now;
};
export type IncidentReportsTable = { incident_number: number; report_id: number };

export type RejectionsTable = {
  id: GeneratedAlways<number>;
  incident_number: number;
  report_id: number | null;
  line: number;
  provider: string | null;
  rule: string | null;
  ip: string | null;
  reply_code: string | null;
  enhanced_code: string | null;
  block_code: string | null;
  reason: Reason | null;
  temporary: boolean | null;
  recipient: string | null;
  recipient_domain: string | null;
  mx: string | null;
  list_name: string | null;
  list_owner: string | null;
  occurred_at: Date | null;
  occurred_at_guessed: Default<boolean>;
  recorded_at: Now;
  /** How often the same rejection stood in the report. */
  seen: Default<number>;
  text: string;
};

export type TicketsTable = {
  id: GeneratedAlways<number>;
  incident_number: number;
  reference: string;
  channel: Channel;
  address: Default<string>;
  state: Default<'open' | 'closed'>;
  opened_at: Date;
  closed_at: Date | null;
  recorded_at: Now;
};

export type LettersTable = {
  id: GeneratedAlways<number>;
  incident_number: number;
  template: string;
  language: string;
  round: string;
  state: Default<LetterState>;
  subject: string;
  body: string;
  /** The draft as the template gave it, against which a person's edits are told apart. */
  base_subject: string;
  base_body: string;
  claims: Json<unknown>;
  fields: Json<unknown>;
  missing: Json<unknown>;
  version: Default<number>;
  created_at: Now;
  updated_at: Now;
  created_by_name: string;
  sent_at: Date | null;
  channel: Channel | null;
  /** The version of its template that it was drafted from; null: what was built in. */
  template_version: number | null;
  /** The comparison of two wordings in which it was given its version by turn. */
  wording_trial_id: number | null;
};
export type LetterTemplateVersionsTable = {
  id: GeneratedAlways<number>;
  /** As {@link LettersTable.template}; with language and version it names one text. */
  template: string;
  language: string;
  version: number;
  /** Title, when, subject, body and claims are all there, or, back to what is built in, none is. */
  title: string | null;
  fits_when: string | null;
  subject: string | null;
  body: string | null;
  claims: Json<string[]> | null;
  /** What the release had in its place at that time; null: nothing. */
  built_in: Json<{ title: string; when: string; subject: string; body: string }> | null;
  note: Default<string>;
  by_name: string;
  at: Now;
};
export type WordingTrialsTable = {
  id: GeneratedAlways<number>;
  template: string;
  language: string;
  /** Versions of the template; 0 is the built-in one. */
  wording_a: number;
  wording_b: number;
  /** How many turns were taken. */
  turn: Default<number>;
  started_at: Now;
  started_by_name: string;
  ended_at: Date | null;
  ended_by_name: string | null;
  /** The wording that was put in force with the end; null: neither. */
  chosen: number | null;
};
export type LetterOverridesTable = {
  letter_id: number;
  /** A claim that evidence contradicts, or a finding that stops the letter. */
  kind: 'claim' | 'finding';
  key: string;
  /** What it was about, in the words of the day. */
  about: Default<string>;
  reason: string;
  by_name: string;
  at: Now;
};

export type MessagesTable = {
  id: GeneratedAlways<number>;
  /** Null: nobody has said yet which incident an incoming one belongs to. */
  incident_number: number | null;
  ticket_id: number | null;
  letter_id: number | null;
  direction: Direction;
  channel: Default<Channel>;
  at: Date;
  recorded_at: Now;
  from_address: Default<string>;
  to_address: Default<string>;
  subject: Default<string>;
  text: string;
  html: string | null;
  raw: Buffer;
  raw_type: 'message/rfc822' | 'text/plain';
  sha256: Buffer;
  message_id: string | null;
  verdict: Verdict | null;
  machine_verdict: Verdict | null;
  /** 0 to 1; null once a person has decided. */
  confidence: number | null;
  quote: string | null;
  /** What could not be read of the raw mail. */
  problem: string | null;
  kind: Default<MessageKind>;
  arrival_id: number | null;
  /** What was found out on arrival about who sent it; null: it was recorded by hand. */
  authenticity: Json<Authenticity | null>;
  /** Whether it is really from who it says; null: nobody can tell, or a person recorded it. */
  proven: boolean | null;
  /** Whether its verdict counts: that of a mail of unproven sender waits for a person. */
  applied: Default<boolean>;
  /** By what it was filed, in words; null: a person recorded it there. */
  filed_by: string | null;
  suggestions: Json<FilingSuggestion[] | null>;
  put_away_at: Date | null;
  put_away_by_name: string | null;
  /** What was entered into the provider’s form, field by field. */
  form_fields: Json<{ label: string; value: string }[] | null>;
};

/** What a mail is, told by its header fields (RFC 3834, RFC 3464, RFC 5965, RFC 2919). */
export type MessageKind = 'reply' | 'automatic' | 'delivery-report' | 'complaint' | 'list';

/** One result of RFC 8601: `pass`, `fail`, `softfail`, `neutral`, `none`, `policy`, `temperror`, `permerror`. */
export type AuthResult = {
  method: 'spf' | 'dkim' | 'dmarc' | 'arc';
  result: string;
  domain: string;
  words: string;
};
export type Authenticity = {
  fromDomain: string;
  results: AuthResult[];
  /** By which the domain in From is proven; empty: by nothing. */
  provenBy: string;
  /** Why nobody can tell; empty: it was found out. */
  unknown: string;
};

/** An incident to which a mail may belong. `score` is 0 to 1. */
export type FilingSuggestion = { incident: number; score: number; why: string };

export type MailSecurity = 'tls' | 'starttls' | 'none';
export type SendingAccountsTable = {
  id: GeneratedAlways<number>;
  name: string;
  host: string;
  port: number;
  security: MailSecurity;
  auth: 'none' | 'password' | 'oauth2';
  user_name: Default<string>;
  /** Sealed: the password, or the refresh token of OAuth 2. */
  secret: Buffer | null;
  oauth_client_id: Default<string>;
  /** Sealed. */
  oauth_client_secret: Buffer | null;
  oauth_token_url: Default<string>;
  from_name: Default<string>;
  from_address: string;
  reply_address: Default<string>;
  tags_replies: Default<boolean>;
  dkim_domain: Default<string>;
  dkim_selector: Default<string>;
  /** Sealed: the private key as PEM. */
  dkim_key: Buffer | null;
  undo_seconds: Default<number>;
  is_default: Default<boolean>;
  disabled_at: Date | null;
  last_problem: Default<string>;
  last_sent_at: Date | null;
  version: Default<number>;
  created_at: Now;
};

export type MailboxesTable = {
  id: GeneratedAlways<number>;
  name: string;
  host: string;
  port: number;
  security: MailSecurity;
  auth: 'password' | 'oauth2';
  user_name: string;
  /** Sealed: the password, or the refresh token of OAuth 2. */
  secret: Buffer;
  oauth_client_id: Default<string>;
  /** Sealed. */
  oauth_client_secret: Buffer | null;
  oauth_token_url: Default<string>;
  folder: Default<string>;
  after_taking: Default<'leave' | 'mark-seen' | 'move'>;
  move_to: Default<string>;
  authserv_id: Default<string>;
  uid_validity: number | null;
  /** Messages in the folder at the last look. */
  on_server: number | null;
  /** Of these, messages that were not taken. */
  untaken: number | null;
  /** When the server last numbered its messages anew. */
  renumbered_at: Date | null;
  lease_until: Date | null;
  next_look_at: Now;
  last_look_at: Date | null;
  last_good_at: Date | null;
  last_problem: Default<string>;
  failures: Default<number>;
  disabled_at: Date | null;
  version: Default<number>;
  created_at: Now;
};

export type Way = 'imap' | 'lmtp' | 'smtp' | 'pipe' | 'page' | 'api';
export type ArrivalsTable = {
  id: GeneratedAlways<number>;
  once_key: Buffer;
  sha256: Buffer;
  byte_length: number;
  /** Until a message holds them. */
  raw: Buffer | null;
  way: Way;
  mailbox_id: number | null;
  /** The address in From in small letters, else the envelope sender. */
  sender: Default<string>;
  envelope_sender: string | null;
  envelope_recipients: Default<string[]>;
  client_address: string | null;
  client_helo: string | null;
  received_at: Now;
  state: Default<'new' | 'read'>;
  attempts: Default<number>;
  lease_until: Date | null;
};

export type MailboxUidsTable = {
  mailbox_id: number;
  uid_validity: number;
  uid: number;
  arrival_id: number;
  taken_at: Now;
};

export type FloodsTable = {
  sender: string;
  first_at: Date;
  last_at: Date;
  held: number;
  until: Date;
  let_in: Default<boolean>;
};

export type DispatchState =
  | 'queued'
  | 'sending'
  | 'sent'
  | 'deferred'
  | 'failed'
  | 'delivered-unknown'
  | 'withdrawn';
export type DispatchesTable = {
  message_id: number;
  account_id: number;
  envelope_sender: string;
  envelope_recipients: string[];
  state: Default<DispatchState>;
  due_at: Now;
  lease_until: Date | null;
  attempts: Default<number>;
  last_attempt_at: Date | null;
  server_words: Default<string>;
  settled_at: Date | null;
  settled_by_name: string | null;
  before: Json<Record<string, unknown>>;
  created_at: Now;
};

export type ReplyTagSecretTable = { id: Generated<boolean>; secret: Buffer };

export type AttachmentsTable = {
  id: GeneratedAlways<number>;
  message_id: number;
  position: number;
  file_name: string;
  content_type: string;
  byte_length: number;
  sha256: Buffer;
  content: Buffer;
  /** By which the mail's HTML names it (RFC 2392); empty: it has none. */
  content_id: Default<string>;
  is_inline: Default<boolean>;
};

export type EvidenceTable = {
  id: GeneratedAlways<number>;
  incident_number: number;
  address_id: number | null;
  claim: string;
  result: EvidenceResult;
  words: string;
  source: string;
  observed_at: Date;
  recorded_at: Now;
  recorded_by_name: string;
};

export type SnapshotsTable = {
  id: GeneratedAlways<number>;
  kind: string;
  address: string | null;
  domain: string | null;
  outcome: SnapshotOutcome;
  summary: string;
  facts: Json<Fact[]>;
  claims: Json<ClaimFinding[]>;
  raw: Json<Record<string, unknown>>;
  content_hash: Buffer;
  first_seen_at: Date;
  last_seen_at: Date;
  /** When another one took its place; null: it stands. */
  superseded_at: Date | null;
};

/** What somebody read at a place that no program may ask. */
export type PlaceReadingsTable = {
  id: GeneratedAlways<number>;
  place: string;
  address: string | null;
  domain: string | null;
  value: string;
  note: Default<string>;
  incident_number: number | null;
  read_at: Date;
  recorded_at: Now;
  recorded_by_name: string;
};

export type PictureType = 'image/png' | 'image/jpeg' | 'image/webp' | 'image/gif';
/** Screenshots, of a fact that was recorded with an incident or of a reading. */
export type EvidenceFilesTable = {
  id: GeneratedAlways<number>;
  evidence_id: number | null;
  reading_id: number | null;
  position: number;
  file_name: Default<string>;
  content_type: PictureType;
  byte_length: number;
  sha256: Buffer;
  bytes: Buffer;
};

export type Standing = 'member' | 'applied' | 'suspended' | 'ended';
export type MembershipsTable = {
  programme: string;
  standing: Standing;
  since: string | null;
  expires_on: string | null;
  reference: Default<string>;
  version: Default<number>;
  updated_at: Now;
  updated_by_name: string;
};

export type PlaybookVersionTable = { id: Default<boolean>; version: Default<number> };
export type OwnProvidersTable = {
  key: string;
  data: Json<Provider>;
  version: Default<number>;
  created_at: Now;
  created_by_name: string;
  updated_at: Now;
  updated_by_name: string;
};
export type PlaybookFactsTable = {
  provider: string;
  path: string;
  value: Json<unknown>;
  built_in: Json<unknown>;
  version: Default<number>;
  set_at: Now;
  set_by_name: string;
};
export type PlaybookNotesTable = {
  id: GeneratedAlways<number>;
  provider: string;
  text: string;
  created_at: Now;
  created_by_name: string;
  removed_at: Date | null;
  removed_by_name: string | null;
};
export type PlaybookChangeKind =
  | 'set'
  | 'kept'
  | 'built-in'
  | 'note'
  | 'note-removed'
  | 'added'
  | 'changed'
  | 'removed';
export type PlaybookChangesTable = {
  id: GeneratedAlways<number>;
  provider: string;
  kind: PlaybookChangeKind;
  path: Default<string>;
  before: Json<unknown>;
  after: Json<unknown>;
  actor_user_id: number | null;
  actor_token_id: number | null;
  actor_name: string;
  at: Now;
};

export type ReminderAnswersTable = {
  key: string;
  /** The date that it answers. */
  due_on: string;
  snoozed_until: string | null;
  dismissed_reason: string | null;
  by_name: string;
  at: Now;
};

/** What somebody found to be the cause of a block, and what was done about it. */
export type IncidentCausesTable = {
  incident_number: number;
  class: string;
  found: string;
  fixed: Default<string>;
  found_at: Date;
  fixed_at: Date | null;
  recorded_at: Now;
  recorded_by_name: string;
};

export type StepAnswersTable = {
  incident_number: number;
  step: string;
  /** What the step was judged by; another one makes the answer void. */
  key: string;
  snoozed_until: Date | null;
  dismissed_reason: string | null;
  by_name: string;
  at: Now;
};

/** When an unfinished incident was judged last, for reminders only. */
export type StepJudgementsTable = {
  incident_number: number;
  /** The incident’s, when it was judged. */
  version: number;
  step: string;
  due_at: Date | null;
  look_at: Date;
  /** Names the step and the time that somebody was reminded of. */
  reminded_of: string | null;
  reminded_at: Date | null;
};

export type ChecksTable = {
  id: GeneratedAlways<number>;
  incident_number: number | null;
  networks: string[];
  /** Null: all kinds. */
  kinds: string[] | null;
  asked_by_name: string;
  asked_at: Now;
  lease_until: Date | null;
  parts: Default<number>;
  parts_done: Default<number>;
  finished_at: Date | null;
};

export type TimelineEntriesTable = {
  id: GeneratedAlways<number>;
  incident_number: number;
  kind: string;
  actor_user_id: number | null;
  actor_token_id: number | null;
  actor_name: string;
  occurred_at: Now;
  recorded_at: Now;
  report_id: number | null;
  ticket_id: number | null;
  message_id: number | null;
  letter_id: number | null;
  detail: Json<Record<string, unknown>>;
  corrects: number | null;
  /** The transaction that wrote it, for telling what is new since a snapshot; null for entries of older releases. */
  xact: Default<string | null>;
};

export type ObservationBatchesTable = {
  source: string;
  key: string;
  received_at: Now;
  counted: Default<number>;
};

export type TransportsTable = {
  /** Host and transport, as the log names them. */
  via: string;
  address_id: number | null;
  /** Deliveries that could not be placed, because nobody had said which address this is. */
  unplaced: Default<number>;
  first_seen_at: Date;
  last_seen_at: Date;
};

export type ObservedMinutesTable = {
  address_id: number;
  /** Catalogue key; empty for receivers that the catalogue does not know. */
  provider: string;
  minute: Date;
  outcome: Outcome;
  reply_code: Default<string>;
  enhanced_code: Default<string>;
  block_code: Default<string>;
  reason: Reason | null;
  count: number;
};

export type ObservedHoursTable = {
  address_id: number;
  provider: string;
  hour: Date;
  outcome: Outcome;
  count: number;
};

export type WatchRulesTable = {
  /** Empty: all providers that have no rule of their own. */
  provider: string;
  opens: boolean;
  refusals: number;
  window_minutes: number;
  share_percent: number;
  accepted: number;
  quiet_minutes: number;
  version: Default<number>;
  updated_at: Now;
};

export type SndsFeedsTable = {
  id: GeneratedAlways<number>;
  kind: 'data' | 'status';
  /** In clear only until the next start: it holds the key. */
  link: string | null;
  /** In clear only until the next start. */
  token: Default<string>;
  link_sealed: Buffer | null;
  /** By which a link that is there already is known. */
  link_hash: Buffer | null;
  token_sealed: Buffer | null;
  renewed_on: string;
  attested_on: string | null;
  fetched_until: string | null;
  next_at: Now;
  last_tried_at: Date | null;
  last_fetched_at: Date | null;
  failures: Default<number>;
  last_error: Default<string>;
  version: Default<number>;
  created_at: Now;
};

export type SndsImportsTable = {
  id: GeneratedAlways<number>;
  kind: 'data' | 'status' | 'empty';
  source: 'page' | 'api' | 'feed';
  feed_id: number | null;
  raw: Buffer;
  sha256: Buffer;
  byte_length: number;
  file_name: Default<string>;
  rows: number;
  first_day: string | null;
  last_day: string | null;
  by_name: string;
  received_at: Date;
  seen_at: Date;
};

export type SndsDaysTable = {
  address_id: number;
  day: string;
  activity: Default<string>;
  rcpt: number | null;
  data: number | null;
  recipients: number | null;
  filter: 'green' | 'yellow' | 'red' | null;
  /** Per cent, as bounds: `< 0.1%` is 0 and 0.1. */
  complaint_low: number | null;
  complaint_high: number | null;
  complaint_text: Default<string>;
  trap_period: Default<string>;
  trap_hits: number | null;
  sample_helo: Default<string>;
  sample_mail_from: Default<string>;
  jmrp_sender: Default<string>;
  comments: Default<string>;
  extra: Json<Record<string, string>>;
  import_id: number;
};

export type SndsReplacedTable = {
  id: GeneratedAlways<number>;
  address_id: number;
  day: string;
  was: Json<Record<string, unknown>>;
  import_id: number;
  replaced_by: number;
};

export type SndsStatusTable = {
  import_id: number;
  position: number;
  first: string;
  last: string;
  blocked: boolean;
  details: Default<string>;
};

export type ComplaintSecretTable = { id: Generated<boolean>; secret: Buffer };

export type ComplaintsTable = {
  id: GeneratedAlways<number>;
  digest: Buffer;
  feedback_type: string;
  is_complaint: boolean;
  source_ip: string | null;
  ip_source: 'report' | 'subject' | 'trace' | 'none';
  reported_at: Date;
  arrived_at: Date | null;
  incidents: number;
  /** A hash of who complained. */
  reporter: Buffer | null;
  reporter_domain: Default<string>;
  provider: string | null;
  user_agent: Default<string>;
  original_mail_from: Default<string>;
  reported_domain: Default<string>;
  message_id: Default<string>;
  campaign: Default<string>;
  campaign_field: Default<string>;
  auth_failure: Default<string>;
  raw: Buffer | null;
  source: 'page' | 'api' | 'mail';
  recorded_at: Now;
};

/** What became of a letter that asked a provider for something. */
export type LetterOutcomesTable = {
  letter_id: number;
  incident_number: number;
  provider: string;
  template: string;
  language: string;
  round: string;
  /** 0 is the built-in one. */
  wording: number;
  claims: string[];
  sent_at: Date;
  verdict: Verdict | null;
  answer_step: number | null;
  mitigation_step: number | null;
};

/** Sums over letter_outcomes, for all letters of a wording and for those that stated a claim. */
export type OutcomeSumsTable = {
  provider: string;
  template: string;
  language: string;
  round: string;
  wording: number;
  claim: string;
  sent: number;
  answered: number;
  mitigated: number;
  conditional: number;
  denied: number;
  other: number;
  answer_steps: number[];
  mitigation_steps: number[];
};

export type OutcomeBacklogTable = { incident_number: number };

/** What waits to be told to those who want to know. */
export type EventOutboxTable = {
  id: GeneratedAlways<number>;
  entry_id: number | null;
  incident_number: number | null;
  /** Of what is no entry of a timeline. */
  kind: OtherKind | null;
  words: Default<string>;
  link: Default<string>;
  concerns: Default<number[]>;
  happened_at: Now;
  look_at: Now;
  attempts: Default<number>;
};
export type ToldEventsTable = { key: string; told_at: Now };

export type NoticeSettingsTable = {
  user_id: number;
  /** Null: those of the person’s role. */
  rules: Json<unknown[] | null>;
  takes_mail: Default<boolean>;
  cadence: Default<'hourly' | 'daily'>;
  digest_hour: Default<number>;
  /** Minutes of the day. */
  quiet_from: number | null;
  quiet_until: number | null;
  critical_breaks_through: Default<boolean>;
  version: Default<number>;
};

export type NoticesTable = {
  id: GeneratedAlways<number>;
  user_id: number;
  event_id: number;
  incident_number: number | null;
  topic: string;
  words: string;
  link: string;
  happened_at: Date;
  told_at: Now;
  read_at: Date | null;
  /** When it goes into a mail; null: it never does, or it did. */
  mail_due_at: Date | null;
};

export type NoticeMailsTable = {
  id: GeneratedAlways<number>;
  user_id: number;
  account_id: number;
  message_id: string;
  envelope_sender: string;
  envelope_recipients: string[];
  subject: string;
  raw: Buffer;
  state: Default<Exclude<DispatchState, 'withdrawn'>>;
  due_at: Now;
  lease_until: Date | null;
  attempts: Default<number>;
  server_words: Default<string>;
  created_at: Now;
  settled_at: Date | null;
};

export type CalendarLinksTable = {
  user_id: number;
  token_hash: Buffer;
  /** Dates of all incidents, not of the person’s own alone. */
  is_all: boolean;
  has_alarms: boolean;
  created_at: Now;
  last_used_at: Date | null;
};
export type TagsTable = { id: GeneratedAlways<number>; name: string; created_at: Now };
export type IncidentTagsTable = { incident_number: number; tag_id: number };
export type TagChangesTable = {
  id: GeneratedAlways<number>;
  kind: 'renamed' | 'merged' | 'deleted';
  tag: string;
  became: string | null;
  /** How many incidents had it. */
  incidents: number;
  by_name: string;
  at: Now;
};

export type WatchReason = 'by-hand' | 'assigned' | 'wrote' | 'mentioned';
export type IncidentWatchersTable = {
  incident_number: number;
  user_id: number;
  why: WatchReason;
  since: Now;
  /** They no longer watch. */
  stopped_at: Date | null;
};

export type FieldKind = 'text' | 'number' | 'date' | 'choice' | 'yes-no';
export type CustomFieldsTable = {
  id: GeneratedAlways<number>;
  key: string;
  name: string;
  kind: FieldKind;
  choices: Default<string[]>;
  position: number;
  /** No longer asked for; what was entered stays. */
  retired_at: Date | null;
  version: Default<number>;
  created_at: Now;
};
export type IncidentFieldValuesTable = { incident_number: number; field_id: number; value: string };
/** What a share link shows of its incident. */
export type SharePart =
  | 'summary'
  | 'states'
  | 'timeline'
  | 'notes'
  | 'letters'
  | 'answers'
  | 'evidence'
  | 'deliveries';
export type SharesTable = {
  id: GeneratedAlways<number>;
  incident_number: number;
  token_hash: Buffer;
  made_for: string;
  parts: SharePart[];
  personal: Default<boolean>;
  created_at: Now;
  created_by_name: string;
  expires_at: Date;
  revoked_at: Date | null;
  revoked_by_name: string | null;
  views: Default<number>;
  last_used_at: Date | null;
};

export type ReportAddressesTable = {
  id: GeneratedAlways<number>;
  address: string;
  confirmed_by_name: string;
  confirmed_at: Now;
};
export type Cadence = 'daily' | 'weekly' | 'monthly';
export type ReportSubscriptionsTable = {
  id: GeneratedAlways<number>;
  report: string;
  query: string;
  cadence: Cadence;
  /** 1 is Monday. */
  weekday: number | null;
  hour: number;
  time_zone: string;
  user_ids: number[];
  address_ids: number[];
  created_by_name: string;
  created_at: Now;
  next_due_at: Date;
  paused_at: Date | null;
  last_problem: Default<string>;
};
export type ReportMailState = Exclude<DispatchState, 'withdrawn'>;
export type ReportMailsTable = {
  id: GeneratedAlways<number>;
  subscription_id: number;
  for_due_at: Date;
  recipient: string;
  account_id: number;
  envelope_sender: string;
  /** Until it has left. */
  raw: Buffer | null;
  state: Default<ReportMailState>;
  try_at: Now;
  lease_until: Date | null;
  attempts: Default<number>;
  server_words: Default<string>;
  created_at: Now;
  settled_at: Date | null;
};

/** Of each incident what reports count; a trigger keeps it. */
export type IncidentTimesTable = {
  number: number;
  provider: string;
  reason: Reason | null;
  severity: Severity;
  assignee_id: number | null;
  round: number;
  relapses: number;
  is_closed: boolean;
  since: Date;
  /** `Infinity` while its end is not known. */
  until: Date | number;
  requested_at: Date | null;
  request_step: number | null;
  answer_step: number | null;
  mitigation_step: number | null;
};

export type WebhookFormat = 'delist-desk' | 'slack' | 'teams';
export type WebhookTargetsTable = {
  id: GeneratedAlways<number>;
  name: string;
  format: WebhookFormat;
  url_sealed: Buffer | null;
  url_shown: string;
  secret_sealed: Buffer | null;
  previous_secret_sealed: Buffer | null;
  previous_until: Date | null;
  groups: string[];
  providers: Default<string[]>;
  least_severity: Default<Severity>;
  paused_at: Date | null;
  paused_by: string | null;
  paused_why: Default<string>;
  failures: Default<number>;
  failing_since: Date | null;
  rest_until: Date | null;
  last_problem: Default<string>;
  last_delivered_at: Date | null;
  removed_at: Date | null;
  version: Default<number>;
  created_at: Now;
  created_by_name: string;
};

export type WebhookDeliveryState = 'queued' | 'waiting' | 'delivered' | 'failed' | 'dropped';
export type WebhookDeliveriesTable = {
  id: GeneratedAlways<number>;
  target_id: number;
  incident_number: number | null;
  event_id: number | null;
  message_id: string;
  event: Json<Record<string, unknown>>;
  is_test: Default<boolean>;
  state: WebhookDeliveryState;
  due_at: Now;
  lease_until: Date | null;
  attempts: Default<number>;
  tries: Default<number>;
  first_tried_at: Date | null;
  last_status: number | null;
  last_words: Default<string>;
  created_at: Now;
  settled_at: Date | null;
};

export type WebhookAttemptsTable = {
  delivery_id: number;
  number: number;
  at: Date;
  duration_ms: number;
  status: number | null;
  words: string;
  answer: Default<string>;
};

export type SearchTextsTable = {
  id: GeneratedAlways<number>;
  source: 'incident' | 'message' | 'letter' | 'note' | 'ticket' | 'address' | 'person';
  source_id: number;
  incident_number: number | null;
  at: Date;
  title: string;
  /** By whose stems its words are found; empty: none's. */
  language: string;
  facts: Default<string[]>;
  /** A `tsvector`; written by triggers only. */
  words: string;
};

export type SavedSearchesTable = {
  id: GeneratedAlways<number>;
  name: string;
  query: string;
  sort: Default<'newest' | 'best'>;
  /** Null: of no person, so everybody's. */
  owner_id: number | null;
  shared: Default<boolean>;
  version: Default<number>;
  created_at: Now;
  created_by_name: string;
};

export type BulkAction = 'assign' | 'tag' | 'untag' | 'severity' | 'state' | 'watch' | 'unwatch' | 'put-off';
export type LeftOut = { number: number; why: string };
export type BulkChangesTable = {
  id: GeneratedAlways<number>;
  action: BulkAction;
  words: string;
  by_user_id: number | null;
  by_token_id: number | null;
  by_name: string;
  at: Now;
  undo_until: Date;
  changed: Json<{ number: number; before: unknown; after: unknown }[]>;
  left_out: Json<LeftOut[]>;
  undone_at: Date | null;
  kept: Json<LeftOut[] | null>;
};

export type IncidentMergesTable = {
  id: GeneratedAlways<number>;
  merged: number;
  survivor: number;
  reason: string;
  /** Rows of incidents, as JSON. */
  merged_before: Json<Record<string, unknown>>;
  survivor_before: Json<Record<string, unknown>>;
  survivor_after: Json<Record<string, unknown>>;
  by_name: string;
  at: Now;
  undone_at: Date | null;
  undone_by_name: string | null;
};
/** A row that moved with a merge: its table, and what names it there beside its incident. */
export type IncidentMovesTable = { merge_id: number; what: string; key: number };
/** By which this desk's records are known elsewhere. */
export type DeskIdentityTable = { id: Default<boolean>; source: Default<string> };
export type ImportState = 'mapping' | 'waiting' | 'running' | 'done' | 'failed';
export type ImportsTable = {
  id: GeneratedAlways<number>;
  kind: 'export' | 'csv';
  state: ImportState;
  file_name: Default<string>;
  byte_length: number;
  sha256: Buffer;
  source: string;
  options: Json<Record<string, unknown>>;
  /** What was read so far: octets of an export, rows of a CSV. */
  place: Default<number>;
  total: Default<number>;
  /** How many records were added, by kind. */
  added: Json<Record<string, number>>;
  known: Default<number>;
  left_out: Default<number>;
  problem: Default<string>;
  lease_until: Date | null;
  by_name: string;
  created_at: Now;
  finished_at: Date | null;
};
export type ImportPiecesTable = { import_id: number; position: number; octets: Buffer };
export type ImportRecordsTable = {
  source: string;
  kind: string;
  source_id: string;
  target_id: string;
  import_id: number;
  /** Whether the import made the row, or found one that is the same. */
  made: boolean;
};
export type ImportLeftOutTable = {
  id: GeneratedAlways<number>;
  import_id: number;
  row_number: number;
  field: Default<string>;
  value: Default<string>;
  why: string;
};

export type Database = {
  users: UsersTable;
  sessions: SessionsTable;
  api_tokens: ApiTokensTable;
  api_token_secret: ApiTokenSecretTable;
  setup_links: SetupLinksTable;
  sign_in_failures: SignInFailuresTable;
  idempotency_keys: IdempotencyKeysTable;
  profile: ProfileTable;
  addresses: AddressesTable;
  incidents: IncidentsTable;
  incident_addresses: IncidentAddressesTable;
  incident_links: IncidentLinksTable;
  reports: ReportsTable;
  incident_reports: IncidentReportsTable;
  rejections: RejectionsTable;
  tickets: TicketsTable;
  letters: LettersTable;
  letter_overrides: LetterOverridesTable;
  letter_template_versions: LetterTemplateVersionsTable;
  wording_trials: WordingTrialsTable;
  messages: MessagesTable;
  attachments: AttachmentsTable;
  evidence: EvidenceTable;
  snapshots: SnapshotsTable;
  place_readings: PlaceReadingsTable;
  evidence_files: EvidenceFilesTable;
  letter_outcomes: LetterOutcomesTable;
  outcome_sums: OutcomeSumsTable;
  outcome_backlog: OutcomeBacklogTable;
  tags: TagsTable;
  incident_tags: IncidentTagsTable;
  tag_changes: TagChangesTable;
  incident_watchers: IncidentWatchersTable;
  custom_fields: CustomFieldsTable;
  incident_field_values: IncidentFieldValuesTable;
  incident_times: IncidentTimesTable;
  bulk_changes: BulkChangesTable;
  incident_merges: IncidentMergesTable;
  incident_moves: IncidentMovesTable;
  report_addresses: ReportAddressesTable;
  report_subscriptions: ReportSubscriptionsTable;
  report_mails: ReportMailsTable;
  checks: ChecksTable;
  memberships: MembershipsTable;
  reminder_answers: ReminderAnswersTable;
  incident_causes: IncidentCausesTable;
  step_answers: StepAnswersTable;
  step_judgements: StepJudgementsTable;
  playbook_version: PlaybookVersionTable;
  own_providers: OwnProvidersTable;
  playbook_facts: PlaybookFactsTable;
  playbook_notes: PlaybookNotesTable;
  playbook_changes: PlaybookChangesTable;
  timeline_entries: TimelineEntriesTable;
  observation_batches: ObservationBatchesTable;
  transports: TransportsTable;
  observed_minutes: ObservedMinutesTable;
  observed_hours: ObservedHoursTable;
  watch_rules: WatchRulesTable;
  snds_feeds: SndsFeedsTable;
  snds_imports: SndsImportsTable;
  snds_days: SndsDaysTable;
  snds_replaced: SndsReplacedTable;
  snds_status: SndsStatusTable;
  complaint_secret: ComplaintSecretTable;
  complaints: ComplaintsTable;
  sending_accounts: SendingAccountsTable;
  mailboxes: MailboxesTable;
  arrivals: ArrivalsTable;
  mailbox_uids: MailboxUidsTable;
  floods: FloodsTable;
  dispatches: DispatchesTable;
  reply_tag_secret: ReplyTagSecretTable;
  event_outbox: EventOutboxTable;
  told_events: ToldEventsTable;
  notice_settings: NoticeSettingsTable;
  notices: NoticesTable;
  notice_mails: NoticeMailsTable;
  calendar_links: CalendarLinksTable;
  shares: SharesTable;
  webhook_targets: WebhookTargetsTable;
  webhook_deliveries: WebhookDeliveriesTable;
  webhook_attempts: WebhookAttemptsTable;
  search_texts: SearchTextsTable;
  saved_searches: SavedSearchesTable;
  desk_identity: DeskIdentityTable;
  imports: ImportsTable;
  import_pieces: ImportPiecesTable;
  import_records: ImportRecordsTable;
  import_left_out: ImportLeftOutTable;
};

export type UserRow = Selectable<UsersTable>;
export type AddressRow = Selectable<AddressesTable>;
export type AddressChange = Updateable<AddressesTable>;
export type IncidentRow = Selectable<IncidentsTable>;
export type IncidentChange = Updateable<IncidentsTable>;
export type RejectionRow = Selectable<RejectionsTable>;
export type TicketRow = Selectable<TicketsTable>;
export type SendingAccountRow = Selectable<SendingAccountsTable>;
export type MailboxRow = Selectable<MailboxesTable>;
export type ArrivalRow = Selectable<ArrivalsTable>;
export type DispatchRow = Selectable<DispatchesTable>;
export type ReportSubscriptionRow = Selectable<ReportSubscriptionsTable>;
export type ReportMailRow = Selectable<ReportMailsTable>;
export type WebhookTargetRow = Selectable<WebhookTargetsTable>;
export type WebhookDeliveryRow = Selectable<WebhookDeliveriesTable>;
export type WebhookAttemptRow = Selectable<WebhookAttemptsTable>;
export type MessageRow = Selectable<MessagesTable>;
export type LetterRow = Selectable<LettersTable>;
export type EvidenceRow = Selectable<EvidenceTable>;
export type SnapshotRow = Selectable<SnapshotsTable>;
export type PlaceReadingRow = Selectable<PlaceReadingsTable>;
export type MembershipRow = Selectable<MembershipsTable>;
export type PlaybookNoteRow = Selectable<PlaybookNotesTable>;
export type PlaybookChangeRow = Selectable<PlaybookChangesTable>;
export type CheckRow = Selectable<ChecksTable>;
export type NewEvidence = Insertable<EvidenceTable>;
export type EntryRow = Selectable<TimelineEntriesTable>;
export type SavedSearchRow = Selectable<SavedSearchesTable>;
export type ProfileRow = Selectable<ProfileTable>;
export type CustomFieldRow = Selectable<CustomFieldsTable>;
export type ShareRow = Selectable<SharesTable>;
export type ImportRow = Selectable<ImportsTable>;
