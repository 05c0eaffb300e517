import type { GeneratedAlways, Selectable } from 'kysely';
import type { Role } from './accounts.ts';
import type { Default, Json, Now } from './columns.ts';
import type { OwnMail } from './mail.ts';

export type AuditEntriesTable = {
  id: GeneratedAlways<number>;
  at: Now;
  kind: string;
  actor_user_id: number | null;
  actor_token_id: number | null;
  actor_name: string;
  client_address: string | null;
  /** Whom or what it was done to, as it was called then. */
  subject: Default<string>;
  subject_user_id: number | null;
  detail: Json<Record<string, unknown>>;
};

export type InvitationsTable = {
  id: GeneratedAlways<number>;
  email: string;
  name: string;
  role: Role;
  token_hash: Buffer;
  invited_by: number | null;
  created_at: Now;
  sent_at: Now;
  expires_at: Date;
  accepted_at: Date | null;
  revoked_at: Date | null;
  mail_id: number | null;
};

export type ResetRequestsTable = {
  id: GeneratedAlways<number>;
  email: string;
  client_address: string;
  at: Now;
  taken_at: Date | null;
};

export type PasswordResetsTable = { token_hash: Buffer; user_id: number; created_at: Now; expires_at: Date };

/** What is in `raw` is sealed: it holds a link that lets somebody in. */
export type AccountMailsTable = OwnMail;

/** The value of a claim, and the role of whoever has it. */
export type RoleOfValue = { value: string; role: Role };

export type OidcProvidersTable = {
  id: number;
  name: string;
  issuer: string;
  client_id: string;
  client_secret_sealed: Buffer | null;
  scope: string;
  claim: Default<string>;
  roles: Json<RoleOfValue[]>;
  default_role: Role | null;
  may_be_private: Default<boolean>;
  skips_second_factor: Default<boolean>;
  is_on: Default<boolean>;
  version: Default<number>;
  changed_at: Now;
};

export type LinkedIdentitiesTable = {
  id: GeneratedAlways<number>;
  user_id: number;
  issuer: string;
  subject: string;
  email: Default<string>;
  linked_at: Now;
  last_used_at: Date | null;
};

export type OidcProviderRow = Selectable<OidcProvidersTable>;
