import { sql } from 'kysely';

/** Whether a person has what counts as a second factor, an app or a passkey. `userId`: the column that has their id. */
export const hasFactor = (userId: string) => sql<boolean>`(
  exists (select from totp_keys k where k.user_id = ${sql.ref(userId)} and k.confirmed_at is not null)
  or exists (select from passkeys p where p.user_id = ${sql.ref(userId)}))`;
