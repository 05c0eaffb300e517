import type { GeneratedAlways, Selectable } from 'kysely';
import type { ClaimFinding, EvidenceResult, Fact, Outcome as SnapshotOutcome } from '../../evidence/kind.ts';
import type { Default, Json, Now } from './columns.ts';

export type EvidenceTable = {
  id: GeneratedAlways<number>;
  incident_number: number;
  address_id: number | null;
  claim: string;
  result: EvidenceResult;
  words: string;
  source: string;
  observed_at: Date;
  recorded_at: Now;
  recorded_by_name: string;
};

export type SnapshotsTable = {
  id: GeneratedAlways<number>;
  kind: string;
  address: string | null;
  domain: string | null;
  outcome: SnapshotOutcome;
  summary: string;
  facts: Json<Fact[]>;
  claims: Json<ClaimFinding[]>;
  raw: Json<Record<string, unknown>>;
  content_hash: Buffer;
  first_seen_at: Date;
  last_seen_at: Date;
  /** When another one took its place; null: it stands. */
  superseded_at: Date | null;
};

/** What somebody read at a place that no program may ask. */
export type PlaceReadingsTable = {
  id: GeneratedAlways<number>;
  place: string;
  address: string | null;
  domain: string | null;
  value: string;
  note: Default<string>;
  incident_number: number | null;
  read_at: Date;
  recorded_at: Now;
  recorded_by_name: string;
};

export type PictureType = 'image/png' | 'image/jpeg' | 'image/webp' | 'image/gif';

/** Screenshots, of a fact that was recorded with an incident or of a reading. */
export type EvidenceFilesTable = {
  id: GeneratedAlways<number>;
  evidence_id: number | null;
  reading_id: number | null;
  position: number;
  file_name: Default<string>;
  content_type: PictureType;
  byte_length: number;
  sha256: Buffer;
  bytes: Buffer;
};

export type ReminderAnswersTable = {
  key: string;
  /** The date that it answers. */
  due_on: string;
  snoozed_until: string | null;
  dismissed_reason: string | null;
  by_name: string;
  at: Now;
};

export type ChecksTable = {
  id: GeneratedAlways<number>;
  incident_number: number | null;
  networks: string[];
  /** Null: all kinds. */
  kinds: string[] | null;
  asked_by_name: string;
  asked_at: Now;
  lease_until: Date | null;
  parts: Default<number>;
  parts_done: Default<number>;
  finished_at: Date | null;
};

export type SnapshotRow = Selectable<SnapshotsTable>;

export type PlaceReadingRow = Selectable<PlaceReadingsTable>;

export type CheckRow = Selectable<ChecksTable>;
