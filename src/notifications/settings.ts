import type { Role } from '../database/tables.ts';
import { type Rule, rulesFor } from './rules.ts';
import type { Times } from './times.ts';

/** Pure: what a person set up for being told, and how it is kept. */

export const MOST_RULES = 20;
export const MOST_PROVIDERS = 20;
export const MOST_NETWORKS = 50;

export type NoticeSettings = {
  rules: Rule[];
  /** Whether nobody changed them: then they follow the role. */
  isDefault: boolean;
  takesMail: boolean;
  times: Times;
  version: number;
};

type Row = {
  role: Role;
  time_zone: string;
  rules: unknown[] | null;
  takes_mail: boolean | null;
  cadence: Times['cadence'] | null;
  digest_hour: number | null;
  quiet_from: number | null;
  quiet_until: number | null;
  critical_breaks_through: boolean | null;
  version: number | null;
};

/** A person's settings; of somebody who set up nothing, those of their role. */
export const settingsOf = (row: Row): NoticeSettings => ({
  rules: row.rules === null ? rulesFor(row.role) : (row.rules as Rule[]),
  isDefault: row.rules === null,
  takesMail: row.takes_mail ?? true,
  times: {
    zone: row.time_zone,
    cadence: row.cadence ?? 'daily',
    digestHour: row.digest_hour ?? 8,
    quiet:
      row.quiet_from === null || row.quiet_until === null
        ? null
        : { from: row.quiet_from, until: row.quiet_until },
    criticalBreaksThrough: row.critical_breaks_through ?? true,
  },
  version: row.version ?? 0,
});
