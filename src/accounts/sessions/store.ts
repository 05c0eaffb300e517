import { note } from '../../audit/note.ts';
import type { Db, Trx } from '../../database/open.ts';
import type { Actor } from '../../web/access.ts';
import { calledSo, type SessionLimits } from '../accounts.ts';

/** So many at a time are more than anybody has browsers; a script that signs in with each call fills no table. */
const MOST_SESSIONS = 100;

/** Ends a person's sessions, but the one with that hash, and whatever is on the way to one. Returns how many. */
export async function endSessions(trx: Trx, userId: number, keep?: Buffer): Promise<number> {
  await trx.deleteFrom('pending_sign_ins').where('user_id', '=', userId).execute();
  await trx.deleteFrom('passkey_challenges').where('user_id', '=', userId).execute();
  let others = trx.deleteFrom('sessions').where('user_id', '=', userId);
  if (keep) others = others.where('token_hash', '!=', keep);
  return Number((await others.executeTakeFirst()).numDeletedRows);
}

/** Somebody ended sessions of a person, their own or another's, outside of signing out. */
export async function noteEnded(trx: Trx, by: Actor, userId: number): Promise<void> {
  const person = await trx
    .selectFrom('users')
    .select(['name', 'email'])
    .where('id', '=', userId)
    .executeTakeFirstOrThrow();
  await note(trx, by, 'sessions-ended', { subject: calledSo(person), subjectUserId: userId });
}

/** The person's living sessions, the one that was used last first. */
export const listSessions = (db: Db | Trx, userId: number, limits: SessionLimits) =>
  db
    .selectFrom('sessions')
    .select(['id', 'token_hash', 'created_at', 'last_seen_at', 'client_address', 'user_agent'])
    .where('user_id', '=', userId)
    .where('expires_at', '>', new Date())
    .where('last_seen_at', '>', new Date(Date.now() - limits.sessionIdleMs))
    .orderBy('last_seen_at', 'desc')
    .orderBy('id', 'desc')
    .limit(MOST_SESSIONS)
    .execute();

/** Whether it is the session with that hash. */
export async function isSession(trx: Trx, id: number, hash: Buffer | undefined): Promise<boolean> {
  const row = await trx.selectFrom('sessions').select('token_hash').where('id', '=', id).executeTakeFirst();
  return row !== undefined && hash !== undefined && row.token_hash.equals(hash);
}

/** Ends one session of a person. False: they have no such session. */
export async function endSession(db: Db | Trx, userId: number, id: number): Promise<boolean> {
  const ended = await db
    .deleteFrom('sessions')
    .where('user_id', '=', userId)
    .where('id', '=', id)
    .executeTakeFirst();
  return ended.numDeletedRows === 1n;
}

/** Makes room for one more: those that were used least recently end. */
export async function endOldest(db: Db | Trx, userId: number): Promise<void> {
  await db
    .deleteFrom('sessions')
    .where('user_id', '=', userId)
    .where('id', 'in', (eb) =>
      eb
        .selectFrom('sessions')
        .select('id')
        .where('user_id', '=', userId)
        .orderBy('last_seen_at', 'desc')
        .orderBy('id', 'desc')
        .offset(MOST_SESSIONS - 1),
    )
    .execute();
}
