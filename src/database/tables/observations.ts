import type { Reason } from '../../providers/schema.ts';
import type { Default, Now } from './columns.ts';

export type Outcome = 'accepted' | 'deferred' | 'refused';

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
