import { sql } from 'kysely';
import type { Db, Trx } from '../../database/open.ts';
import { hashSecret, newSecret } from '../accounts.ts';

/** Between password and second factor: long enough to fetch a telephone. */
export const PENDING_MS = 10 * 60_000;
/** Wrong codes of one such sign-in; then it starts again with the password. */
const MOST_TRIES = 5;
const MOST_PENDING = 20;

export type Pending = { userId: number; email: string; proof: string };

/** Somebody has proven the first part. Returns the secret that the cookie holds; it opens nothing but the next page. */
export async function beginPending(db: Db, userId: number, proof: string): Promise<string> {
  const secret = newSecret();
  await db
    .insertInto('pending_sign_ins')
    .values({
      token_hash: hashSecret(secret),
      user_id: userId,
      proof,
      expires_at: new Date(Date.now() + PENDING_MS),
    })
    .execute();
  await db
    .deleteFrom('pending_sign_ins')
    .where('user_id', '=', userId)
    .where('token_hash', 'in', (eb) =>
      eb
        .selectFrom('pending_sign_ins')
        .select('token_hash')
        .where('user_id', '=', userId)
        .orderBy('expires_at', 'desc')
        .offset(MOST_PENDING),
    )
    .execute();
  return secret;
}

/** Whose sign-in waits for its second factor; undefined: none, or it waited for too long. */
export async function findPending(db: Db | Trx, secret: string | undefined): Promise<Pending | undefined> {
  if (!secret) return undefined;
  const row = await db
    .selectFrom('pending_sign_ins as p')
    .innerJoin('users as u', 'u.id', 'p.user_id')
    .select(['u.id', 'u.email', 'p.proof'])
    .where('p.token_hash', '=', hashSecret(secret))
    .where('p.expires_at', '>', new Date())
    .where('u.disabled_at', 'is', null)
    .executeTakeFirst();
  return row && { userId: row.id, email: row.email, proof: row.proof };
}

/** Counts a wrong code. False: that was the last, and the sign-in is over. */
export async function countTry(db: Db, secret: string): Promise<boolean> {
  const hash = hashSecret(secret);
  const row = await db
    .updateTable('pending_sign_ins')
    .set({ tries: sql<number>`tries + 1` })
    .where('token_hash', '=', hash)
    .returning('tries')
    .executeTakeFirst();
  if (row && row.tries < MOST_TRIES) return true;
  await db.deleteFrom('pending_sign_ins').where('token_hash', '=', hash).execute();
  return false;
}

/** Ends it, since it was completed. False: somebody completed it already. */
export async function endPending(db: Db | Trx, secret: string): Promise<boolean> {
  const ended = await db
    .deleteFrom('pending_sign_ins')
    .where('token_hash', '=', hashSecret(secret))
    .executeTakeFirst();
  return ended.numDeletedRows === 1n;
}

export const forgetPending = (db: Db) =>
  db.deleteFrom('pending_sign_ins').where('expires_at', '<', new Date()).execute();
