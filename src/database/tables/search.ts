import type { GeneratedAlways, Selectable } from 'kysely';
import type { Default, Now } from './columns.ts';

export type SearchTextsTable = {
  id: GeneratedAlways<number>;
  source: 'incident' | 'message' | 'letter' | 'note' | 'ticket' | 'address' | 'person';
  source_id: number;
  incident_number: number | null;
  at: Date;
  title: string;
  /** By whose stems its words are found; empty: none's. */
  language: string;
  facts: Default<string[]>;
  /** A `tsvector`; written by triggers only. */
  words: string;
};

export type SavedSearchesTable = {
  id: GeneratedAlways<number>;
  name: string;
  query: string;
  sort: Default<'newest' | 'best'>;
  /** Null: of no person, so everybody's. */
  owner_id: number | null;
  shared: Default<boolean>;
  version: Default<number>;
  created_at: Now;
  created_by_name: string;
};

export type SavedSearchRow = Selectable<SavedSearchesTable>;
