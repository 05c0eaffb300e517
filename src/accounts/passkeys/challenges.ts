import type { Db } from '../../database/open.ts';
import type { PasskeyPurpose } from '../../database/tables.ts';
import { Problem } from '../../problem.ts';
import { hashSecret } from '../accounts.ts';

/** As long as a person may look for their key. */
export const CHALLENGE_MS = 5 * 60_000;
const MOST_PER_CLIENT = 60;

export type Asked = { purpose: PasskeyPurpose; userId: number | null };

/** Keeps what a passkey is asked to sign. Throws `too-many-tries`: a client asks for it without end. */
export async function keepChallenge(
  db: Db,
  challenge: string,
  { purpose, userId }: Asked,
  address: string,
): Promise<void> {
  const { n } = await db
    .selectFrom('passkey_challenges')
    .select((eb) => eb.fn.countAll<number>().as('n'))
    .where('client_address', '=', address)
    .where('expires_at', '>', new Date())
    .executeTakeFirstOrThrow();
  if (n >= MOST_PER_CLIENT)
    throw new Problem('too-many-tries', 'Too many tries with a passkey. Wait 5 minutes, then try again.');
  await db
    .insertInto('passkey_challenges')
    .values({
      challenge_hash: hashSecret(challenge),
      purpose,
      user_id: userId,
      client_address: address,
      expires_at: new Date(Date.now() + CHALLENGE_MS),
    })
    .execute();
}

/** For what and whom a challenge was made; it is gone by that. Undefined: never, or too long ago, or used already. */
export async function takeChallenge(db: Db, challenge: string): Promise<Asked | undefined> {
  const row = await db
    .deleteFrom('passkey_challenges')
    .where('challenge_hash', '=', hashSecret(challenge))
    .returning(['purpose', 'user_id', 'expires_at'])
    .executeTakeFirst();
  return row && row.expires_at > new Date() ? { purpose: row.purpose, userId: row.user_id } : undefined;
}

export const forgetChallenges = (db: Db) =>
  db.deleteFrom('passkey_challenges').where('expires_at', '<', new Date()).execute();
