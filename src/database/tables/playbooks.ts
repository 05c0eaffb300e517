import type { GeneratedAlways, Selectable } from 'kysely';
import type { Provider } from '../../providers/schema.ts';
import type { Default, Json, Now } from './columns.ts';

export type PlaybookVersionTable = { id: Default<boolean>; version: Default<number> };

export type OwnProvidersTable = {
  key: string;
  data: Json<Provider>;
  version: Default<number>;
  created_at: Now;
  created_by_name: string;
  updated_at: Now;
  updated_by_name: string;
};

export type PlaybookFactsTable = {
  provider: string;
  path: string;
  value: Json<unknown>;
  built_in: Json<unknown>;
  version: Default<number>;
  set_at: Now;
  set_by_name: string;
};

export type PlaybookNotesTable = {
  id: GeneratedAlways<number>;
  provider: string;
  text: string;
  created_at: Now;
  created_by_name: string;
  removed_at: Date | null;
  removed_by_name: string | null;
};

export type PlaybookChangeKind =
  | 'set'
  | 'kept'
  | 'built-in'
  | 'note'
  | 'note-removed'
  | 'added'
  | 'changed'
  | 'removed';

export type PlaybookChangesTable = {
  id: GeneratedAlways<number>;
  provider: string;
  kind: PlaybookChangeKind;
  path: Default<string>;
  before: Json<unknown>;
  after: Json<unknown>;
  actor_user_id: number | null;
  actor_token_id: number | null;
  actor_name: string;
  at: Now;
};

export type PlaybookNoteRow = Selectable<PlaybookNotesTable>;

export type PlaybookChangeRow = Selectable<PlaybookChangesTable>;
