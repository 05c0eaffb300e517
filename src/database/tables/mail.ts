import type { Generated, GeneratedAlways, Selectable } from 'kysely';
import type { Default, Json, Now } from './columns.ts';

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
  /** Null: it was not taken. */
  arrival_id: number | null;
  /** The sender of the flood that it is of, while nobody said what becomes of it; null without an arrival: put away. */
  held_for: string | null;
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
  /** Recipients that a server took it for. */
  taken_for: Default<string[]>;
  /** Those that it is tried again for; null: all. */
  left_for: string[] | null;
};

/** A mail of the desk itself to a person, in its queue until it is settled. */
export type OwnMail = {
  id: GeneratedAlways<number>;
  account_id: number;
  envelope_sender: string;
  envelope_recipients: string[];
  raw: Buffer;
  state: Default<Exclude<DispatchState, 'withdrawn'>>;
  due_at: Now;
  lease_until: Date | null;
  attempts: Default<number>;
  server_words: Default<string>;
  created_at: Now;
  settled_at: Date | null;
};

export type ReplyTagSecretTable = { id: Generated<boolean>; secret: Buffer };

export type SendingAccountRow = Selectable<SendingAccountsTable>;

export type MailboxRow = Selectable<MailboxesTable>;

export type ArrivalRow = Selectable<ArrivalsTable>;

export type DispatchRow = Selectable<DispatchesTable>;
