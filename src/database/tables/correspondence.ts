import type { GeneratedAlways, Selectable } from 'kysely';
import type { Verdict } from '../../providers/schema.ts';
import type { Default, Json, Now } from './columns.ts';

export type Channel = 'form' | 'email' | 'portal' | 'phone' | 'other';

export type Direction = 'in' | 'out';

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

export type TicketRow = Selectable<TicketsTable>;

export type MessageRow = Selectable<MessagesTable>;
