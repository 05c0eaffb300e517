import type { GeneratedAlways, Selectable } from 'kysely';
import type { Default, Now } from './columns.ts';

export type TagsTable = { id: GeneratedAlways<number>; name: string; created_at: Now };

export type IncidentTagsTable = { incident_number: number; tag_id: number };

export type TagChangesTable = {
  id: GeneratedAlways<number>;
  kind: 'renamed' | 'merged' | 'deleted';
  tag: string;
  became: string | null;
  /** How many incidents had it. */
  incidents: number;
  by_name: string;
  at: Now;
};

export type WatchReason = 'by-hand' | 'assigned' | 'wrote' | 'mentioned';

export type IncidentWatchersTable = {
  incident_number: number;
  user_id: number;
  why: WatchReason;
  since: Now;
  /** They no longer watch. */
  stopped_at: Date | null;
};

export type FieldKind = 'text' | 'number' | 'date' | 'choice' | 'yes-no';

export type CustomFieldsTable = {
  id: GeneratedAlways<number>;
  key: string;
  name: string;
  kind: FieldKind;
  choices: Default<string[]>;
  position: number;
  /** No longer asked for; what was entered stays. */
  retired_at: Date | null;
  version: Default<number>;
  created_at: Now;
};

export type IncidentFieldValuesTable = { incident_number: number; field_id: number; value: string };

export type CustomFieldRow = Selectable<CustomFieldsTable>;
