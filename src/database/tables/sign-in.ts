import type { GeneratedAlways } from 'kysely';
import type { Default, Now } from './columns.ts';

export type SignInRulesTable = {
  id: Default<boolean>;
  /** Whether nobody gets further than to setting up a second factor without one. */
  needs_second_factor: Default<boolean>;
  changed_by_name: Default<string>;
  changed_at: Date | null;
};

export type TotpKeysTable = {
  id: GeneratedAlways<number>;
  user_id: number;
  secret_sealed: Buffer;
  created_at: Now;
  /** Null: it was shown, and no code of it was entered yet. */
  confirmed_at: Date | null;
  last_step: Default<number>;
};

export type RecoveryCodesTable = {
  id: GeneratedAlways<number>;
  user_id: number;
  code_hash: Buffer;
  created_at: Now;
  used_at: Date | null;
};

export type PasskeysTable = {
  id: GeneratedAlways<number>;
  user_id: number;
  name: string;
  credential_id: Buffer;
  public_key: Buffer;
  counter: number;
  transports: string[];
  is_synced: boolean;
  created_at: Now;
  last_used_at: Date | null;
};

export type PasskeyPurpose = 'add' | 'sign-in';

export type PasskeyChallengesTable = {
  challenge_hash: Buffer;
  purpose: PasskeyPurpose;
  user_id: number | null;
  client_address: string;
  expires_at: Date;
};

export type PendingSignInsTable = {
  token_hash: Buffer;
  user_id: number;
  /** What was proven already, as a word. */
  proof: string;
  tries: Default<number>;
  expires_at: Date;
};

export type KnownClientsTable = {
  user_id: number;
  network: string;
  browser: string;
  first_seen_at: Now;
  last_seen_at: Now;
};
