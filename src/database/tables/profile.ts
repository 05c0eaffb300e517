import type { Generated, GeneratedAlways, Selectable } from 'kysely';
import type { Default, Now } from './columns.ts';

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

export type AddressRow = Selectable<AddressesTable>;

export type MembershipRow = Selectable<MembershipsTable>;

export type ProfileRow = Selectable<ProfileTable>;
