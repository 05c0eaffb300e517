import type { ColumnType, Generated, Selectable } from 'kysely';

/** Backups that were made. */
export type BackupsTable = {
  id: Generated<number>;
  made_at: Generated<Date>;
  way: 'command' | 'page';
  by_name: string;
  rows: number;
  byte_length: number;
  sha256: string;
};
export type BackupRow = Selectable<BackupsTable>;

/** How long personal data are kept, in months; null: for ever. */
export type RetentionTable = {
  id: Generated<boolean>;
  sources_months: number | null;
  addresses_months: number | null;
  changed_at: Generated<Date>;
  changed_by_name: Generated<string>;
};
export type RetentionRow = Selectable<RetentionTable>;

/** Each time that data of persons were erased. */
export type ErasuresTable = {
  id: Generated<number>;
  kind: 'person' | 'account' | 'retention' | 'sources';
  /** What stands in the place of it. */
  became: Generated<string[]>;
  reason: Generated<string>;
  /** Table → rows that changed. */
  counts: ColumnType<Record<string, number>, unknown, unknown>;
  by_name: string;
  at: Generated<Date>;
  written_in: Generated<string>;
};
export type ErasureRow = Selectable<ErasuresTable>;

/** Addresses that were erased, as hashes, with the number that stands for each. */
export type ErasedAddressesTable = {
  number: number;
  address_hash: Buffer;
};
