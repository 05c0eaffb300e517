import type { GeneratedAlways, Selectable } from 'kysely';
import type { Default, Now } from './columns.ts';
import type { OwnMail } from './mail.ts';

export type ReportAddressesTable = {
  id: GeneratedAlways<number>;
  address: string;
  confirmed_by_name: string;
  confirmed_at: Now;
};

export type ReportAddressRow = Selectable<ReportAddressesTable>;

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

export type ReportMailsTable = OwnMail & { subscription_id: number; for_due_at: Date };

export type ReportSubscriptionRow = Selectable<ReportSubscriptionsTable>;

export type ReportMailRow = Selectable<ReportMailsTable>;
