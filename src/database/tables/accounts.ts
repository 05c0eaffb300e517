import type { Generated, GeneratedAlways, Selectable } from 'kysely';
import type { Default, Json, Now } from './columns.ts';

export type Role = 'admin' | 'operator' | 'viewer';

export type Scope = 'read' | 'write' | 'admin';

export type Theme = 'system' | 'light' | 'dark';

/** Whose incidents the desk shows. */
export type Whose = 'mine' | 'everybody';

export type UsersTable = {
  id: GeneratedAlways<number>;
  email: string;
  name: string;
  role: Role;
  password_hash: string;
  time_zone: Default<string>;
  theme: Default<Theme>;
  /** Whether keys without a modifier act. */
  single_keys: Default<boolean>;
  desk_whose: Default<Whose>;
  created_at: Now;
  disabled_at: Date | null;
  /** Whether they begin to watch an incident that they are given. */
  watch_assigned: Default<boolean>;
  /** Whether they begin to watch an incident that they write in. */
  watch_written: Default<boolean>;
  /** By which their passkeys know them. */
  passkey_handle: Default<string>;
  /** Whether a sign-in from somewhere new is mailed to them. */
  takes_sign_in_alerts: Default<boolean>;
  /** False: made by a provider's first sign-in, and signs in by it. */
  has_password: Default<boolean>;
};

export type SessionsTable = {
  id: GeneratedAlways<number>;
  token_hash: Buffer;
  user_id: number;
  created_at: Now;
  last_seen_at: Now;
  expires_at: Date;
  client_address: string | null;
  user_agent: Default<string>;
};

export type ApiTokensTable = {
  id: GeneratedAlways<number>;
  name: string;
  token_hash: Buffer;
  /** The first characters of the token, by which a person tells tokens apart. */
  hint: string;
  /** The most that it may do. */
  scope: Scope;
  /** To what it is limited, such as `incidents:read`; null: to nothing. */
  scopes: Default<string[] | null>;
  created_by: number | null;
  created_at: Now;
  last_used_at: Date | null;
  expires_at: Date | null;
  revoked_at: Date | null;
};

/** What the hashes of tokens are made with. */
export type ApiTokenSecretTable = { id: Generated<boolean>; secret: Buffer };

export type SetupLinksTable = { token_hash: Buffer; created_at: Now; expires_at: Date };

export type SignInFailuresTable = {
  id: GeneratedAlways<number>;
  email: string;
  client_address: string;
  at: Now;
};

export type IdempotencyKeysTable = {
  actor: string;
  key: string;
  fingerprint: Buffer;
  answer: Json<unknown>;
  created_at: Now;
};

export type UserRow = Selectable<UsersTable>;
