import type { GeneratedAlways, Selectable } from 'kysely';
import type { Default, Now } from './columns.ts';
import type { DispatchState } from './mail.ts';

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

type ReportMailState = Exclude<DispatchState, 'withdrawn'>;

export type ReportMailsTable = {
  id: GeneratedAlways<number>;
  subscription_id: number;
  for_due_at: Date;
  account_id: number;
  envelope_sender: string;
  envelope_recipients: string[];
  raw: Buffer;
  state: Default<ReportMailState>;
  due_at: Now;
  lease_until: Date | null;
  attempts: Default<number>;
  server_words: Default<string>;
  created_at: Now;
  settled_at: Date | null;
};

export type ReportSubscriptionRow = Selectable<ReportSubscriptionsTable>;

export type ReportMailRow = Selectable<ReportMailsTable>;
