import type {
  ApiTokenSecretTable,
  ApiTokensTable,
  IdempotencyKeysTable,
  SessionsTable,
  SetupLinksTable,
  SignInFailuresTable,
  UsersTable,
} from './tables/accounts.ts';
import type { AttachmentsTable, MessagesTable, TicketsTable } from './tables/correspondence.ts';
import type {
  ChecksTable,
  EvidenceFilesTable,
  EvidenceTable,
  PlaceReadingsTable,
  ReminderAnswersTable,
  SnapshotsTable,
} from './tables/evidence.ts';
import type {
  ComplaintSecretTable,
  ComplaintsTable,
  SndsDaysTable,
  SndsFeedsTable,
  SndsImportsTable,
  SndsReplacedTable,
  SndsStatusTable,
} from './tables/feeds.ts';
import type {
  BulkChangesTable,
  IncidentAddressesTable,
  IncidentCausesTable,
  IncidentLinksTable,
  IncidentMergesTable,
  IncidentMovesTable,
  IncidentReportsTable,
  IncidentsTable,
  IncidentTimesTable,
  RejectionsTable,
  ReportsTable,
  StepAnswersTable,
  StepJudgementsTable,
  TimelineEntriesTable,
} from './tables/incidents.ts';
import type { BackupsTable, ErasedAddressesTable, ErasuresTable, RetentionTable } from './tables/keeping.ts';
import type {
  LetterOutcomesTable,
  LetterOverridesTable,
  LettersTable,
  LetterTemplateVersionsTable,
  OutcomeBacklogTable,
  OutcomeSumsTable,
  WordingTrialsTable,
} from './tables/letters.ts';
import type {
  ArrivalsTable,
  DispatchesTable,
  FloodsTable,
  MailboxesTable,
  MailboxUidsTable,
  ReplyTagSecretTable,
  SendingAccountsTable,
} from './tables/mail.ts';
import type {
  CalendarLinksTable,
  EventOutboxTable,
  NoticeMailsTable,
  NoticeSettingsTable,
  NoticesTable,
  ToldEventsTable,
  WebhookAttemptsTable,
  WebhookDeliveriesTable,
  WebhookTargetsTable,
} from './tables/notifications.ts';
import type {
  ObservationBatchesTable,
  ObservedHoursTable,
  ObservedMinutesTable,
  TransportsTable,
  WatchRulesTable,
} from './tables/observations.ts';
import type {
  AccountMailsTable,
  AuditEntriesTable,
  InvitationsTable,
  LinkedIdentitiesTable,
  OidcProvidersTable,
  PasswordResetsTable,
  ResetRequestsTable,
} from './tables/people.ts';
import type {
  OwnProvidersTable,
  PlaybookChangesTable,
  PlaybookFactsTable,
  PlaybookNotesTable,
  PlaybookVersionTable,
} from './tables/playbooks.ts';
import type { AddressesTable, MembershipsTable, ProfileTable } from './tables/profile.ts';
import type {
  ReportAddressesTable,
  ReportMailsTable,
  ReportSubscriptionsTable,
} from './tables/report-mails.ts';
import type { SavedSearchesTable, SearchTextsTable } from './tables/search.ts';
import type {
  KnownClientsTable,
  PasskeyChallengesTable,
  PasskeysTable,
  PendingSignInsTable,
  RecoveryCodesTable,
  SignInRulesTable,
  TotpKeysTable,
} from './tables/sign-in.ts';
import type {
  CustomFieldsTable,
  IncidentFieldValuesTable,
  IncidentTagsTable,
  IncidentWatchersTable,
  TagChangesTable,
  TagsTable,
} from './tables/tags.ts';
import type {
  DatabaseIdentityTable,
  DeskIdentityTable,
  ImportLeftOutTable,
  ImportPiecesTable,
  ImportRecordsTable,
  ImportsTable,
  SharesTable,
} from './tables/transfer.ts';

export type { EvidenceResult } from '../evidence/kind.ts';
export type * from './tables/accounts.ts';
export type * from './tables/correspondence.ts';
export type * from './tables/evidence.ts';
export type * from './tables/feeds.ts';
export type * from './tables/incidents.ts';
export type * from './tables/keeping.ts';
export type * from './tables/letters.ts';
export type * from './tables/mail.ts';
export type * from './tables/notifications.ts';
export type * from './tables/observations.ts';
export type * from './tables/people.ts';
export type * from './tables/playbooks.ts';
export type * from './tables/profile.ts';
export type * from './tables/report-mails.ts';
export type * from './tables/search.ts';
export type * from './tables/sign-in.ts';
export type * from './tables/tags.ts';
export type * from './tables/transfer.ts';

/** Every table, as all stores see it; the schema itself is in `migrations/`. */
export type Database = {
  users: UsersTable;
  sessions: SessionsTable;
  api_tokens: ApiTokensTable;
  api_token_secret: ApiTokenSecretTable;
  setup_links: SetupLinksTable;
  sign_in_failures: SignInFailuresTable;
  idempotency_keys: IdempotencyKeysTable;
  sign_in_rules: SignInRulesTable;
  totp_keys: TotpKeysTable;
  recovery_codes: RecoveryCodesTable;
  passkeys: PasskeysTable;
  passkey_challenges: PasskeyChallengesTable;
  pending_sign_ins: PendingSignInsTable;
  known_clients: KnownClientsTable;
  audit_entries: AuditEntriesTable;
  invitations: InvitationsTable;
  reset_requests: ResetRequestsTable;
  password_resets: PasswordResetsTable;
  account_mails: AccountMailsTable;
  oidc_providers: OidcProvidersTable;
  linked_identities: LinkedIdentitiesTable;
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
  database_identity: DatabaseIdentityTable;
  desk_identity: DeskIdentityTable;
  imports: ImportsTable;
  import_pieces: ImportPiecesTable;
  import_records: ImportRecordsTable;
  import_left_out: ImportLeftOutTable;
  backups: BackupsTable;
  retention: RetentionTable;
  erasures: ErasuresTable;
  erased_addresses: ErasedAddressesTable;
};
