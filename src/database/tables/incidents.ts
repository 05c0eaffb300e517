import type { GeneratedAlways, Selectable, Updateable } from 'kysely';
import type { Reason, Verdict } from '../../providers/schema.ts';
import type { Default, Json, Now } from './columns.ts';

export type IncidentState =
  | 'open'
  | 'awaiting-provider'
  | 'action-needed'
  | 'mitigated'
  | 'recovered'
  | 'closed';

export type Severity = 'low' | 'normal' | 'high' | 'critical';

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
  source: 'page' | 'api' | 'command-line' | 'log' | 'check' | 'mail';
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

export type IncidentRow = Selectable<IncidentsTable>;

export type IncidentChange = Updateable<IncidentsTable>;

export type EntryRow = Selectable<TimelineEntriesTable>;
