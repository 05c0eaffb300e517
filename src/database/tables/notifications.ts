import type { GeneratedAlways, Selectable } from 'kysely';
import type { Default, Json, Now } from './columns.ts';
import type { Severity } from './incidents.ts';
import type { OwnMail } from './mail.ts';

/** What happens outside of any timeline, and is told to those who want to know. */
export type OtherKind =
  | 'mail-unfiled'
  | 'reminder-due'
  | 'mailbox-trouble'
  | 'feed-out-of-date'
  | 'import-done'
  | 'webhook-paused';

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

export type NoticeMailsTable = OwnMail & { user_id: number; message_id: string; subject: string };

export type CalendarLinksTable = {
  user_id: number;
  token_hash: Buffer;
  /** Dates of all incidents, not of the person’s own alone. */
  is_all: boolean;
  has_alarms: boolean;
  created_at: Now;
  last_used_at: Date | null;
};

type WebhookFormat = 'delist-desk' | 'slack' | 'teams';

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

export type WebhookTargetRow = Selectable<WebhookTargetsTable>;

export type WebhookDeliveryRow = Selectable<WebhookDeliveriesTable>;

export type WebhookAttemptRow = Selectable<WebhookAttemptsTable>;
