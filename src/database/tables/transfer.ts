import type { GeneratedAlways, Selectable } from 'kysely';
import type { Default, Json, Now } from './columns.ts';

/** What a share link shows of its incident. */
export type SharePart =
  | 'summary'
  | 'states'
  | 'timeline'
  | 'notes'
  | 'letters'
  | 'answers'
  | 'evidence'
  | 'deliveries';

export type SharesTable = {
  id: GeneratedAlways<number>;
  incident_number: number;
  token_hash: Buffer;
  made_for: string;
  parts: SharePart[];
  personal: Default<boolean>;
  created_at: Now;
  created_by_name: string;
  expires_at: Date;
  revoked_at: Date | null;
  revoked_by_name: string | null;
  views: Default<number>;
  last_used_at: Date | null;
};

/** Of this database alone: see its migration. */
export type DatabaseIdentityTable = { one: Default<boolean>; id: Default<string> };

/** By which this desk's records are known elsewhere. */
export type DeskIdentityTable = { id: Default<boolean>; source: Default<string> };

export type ImportState = 'mapping' | 'waiting' | 'running' | 'done' | 'failed';

export type ImportsTable = {
  id: GeneratedAlways<number>;
  kind: 'export' | 'csv';
  state: ImportState;
  file_name: Default<string>;
  byte_length: number;
  sha256: Buffer;
  source: string;
  options: Json<Record<string, unknown>>;
  /** What was read so far: octets of an export, rows of a CSV. */
  place: Default<number>;
  total: Default<number>;
  /** How many records were added, by kind. */
  added: Json<Record<string, number>>;
  known: Default<number>;
  left_out: Default<number>;
  problem: Default<string>;
  lease_until: Date | null;
  by_name: string;
  created_at: Now;
  finished_at: Date | null;
};

export type ImportPiecesTable = { import_id: number; position: number; octets: Buffer };

export type ImportRecordsTable = {
  source: string;
  kind: string;
  source_id: string;
  target_id: string;
  import_id: number;
  /** Whether the import made the row, or found one that is the same. */
  made: boolean;
};

export type ImportLeftOutTable = {
  id: GeneratedAlways<number>;
  import_id: number;
  row_number: number;
  field: Default<string>;
  value: Default<string>;
  why: string;
};

export type ShareRow = Selectable<SharesTable>;

export type ImportRow = Selectable<ImportsTable>;
