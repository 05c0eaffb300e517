import type { Generated, GeneratedAlways } from 'kysely';
import type { Default, Json, Now } from './columns.ts';

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
