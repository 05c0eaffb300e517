import { sql } from 'kysely';
import { note } from '../audit/note.ts';
import type { Db, Trx } from '../database/open.ts';
import { invalid } from '../problem.ts';
import type { Actor } from '../web/access.ts';
import { hashSecret, newSecret, type SessionLimits, SIGN_IN_WINDOW_MS } from './accounts.ts';
import { checkPassword } from './password.ts';
import { hasFactor } from './second-factor/has-factor.ts';
import { endOldest } from './sessions/store.ts';
import { findUserByEmail } from './store.ts';
import { limitTries } from './tries.ts';

/**
 * Opens a session and returns its secret, which only the cookie holds. `client.by`: what they signed in with, for the
 * audit log.
 */
export async function openSession(
  db: Db | Trx,
  userId: number,
  client: { address: string; userAgent: string; by?: string },
  limits: SessionLimits,
): Promise<string> {
  const secret = newSecret();
  const open = async (trx: Trx) => {
    await endOldest(trx, userId);
    await keepSession(trx, secret, userId, client, limits);
    const { name } = await trx
      .selectFrom('users')
      .select('name')
      .where('id', '=', userId)
      .executeTakeFirstOrThrow();
    const by = { userId, tokenId: null, name, from: client.address };
    await note(trx, by, 'signed-in', { subjectUserId: userId, detail: { by: client.by ?? '' } });
  };
  await (db.isTransaction ? open(db as Trx) : db.transaction().execute(open));
  return secret;
}

const keepSession = (
  trx: Trx,
  secret: string,
  userId: number,
  client: { address: string; userAgent: string },
  limits: SessionLimits,
) =>
  trx
    .insertInto('sessions')
    .values({
      token_hash: hashSecret(secret),
      user_id: userId,
      expires_at: new Date(Date.now() + limits.sessionMaxMs),
      client_address: client.address,
      user_agent: client.userAgent.slice(0, 300),
    })
    .execute();

/**
 * The user of a living session: neither idle for too long nor past its end, and the user not disabled. `keepAlive`:
 * whether somebody was there, so that the session is not idle.
 */
export async function findSession(
  db: Db,
  secret: string,
  limits: SessionLimits,
  { keepAlive }: { keepAlive: boolean } = { keepAlive: true },
) {
  const hash = hashSecret(secret);
  const row = await db
    .selectFrom('sessions')
    .innerJoin('users', 'users.id', 'sessions.user_id')
    .select((eb) => [
      'users.id',
      'users.name',
      'users.role',
      'users.time_zone',
      'users.theme',
      'users.single_keys',
      'users.desk_whose',
      'sessions.last_seen_at',
      eb
        .selectFrom('sign_in_rules as r')
        .select(sql<boolean>`r.needs_second_factor and not ${hasFactor('users.id')}`.as('must'))
        .as('must_enrol'),
    ])
    .where('sessions.token_hash', '=', hash)
    .where('sessions.expires_at', '>', new Date())
    .where('sessions.last_seen_at', '>', new Date(Date.now() - limits.sessionIdleMs))
    .where('users.disabled_at', 'is', null)
    .executeTakeFirst();
  // Written once in a while only, so that reading a page stays a read.
  const stale = Math.min(60_000, limits.sessionIdleMs / 4);
  if (keepAlive && row && Date.now() - row.last_seen_at.getTime() > stale) {
    await db
      .updateTable('sessions')
      .set({ last_seen_at: new Date() })
      .where('token_hash', '=', hash)
      .execute();
  }
  return row;
}

/** Those of some sessions that live, by their hashes as hexadecimal; a look at them keeps none alive. */
export async function livingSessions(db: Db, hashes: Buffer[], limits: SessionLimits): Promise<Set<string>> {
  if (hashes.length === 0) return new Set();
  const rows = await db
    .selectFrom('sessions')
    .innerJoin('users', 'users.id', 'sessions.user_id')
    .select('sessions.token_hash')
    .where('sessions.token_hash', 'in', hashes)
    .where('sessions.expires_at', '>', new Date())
    .where('sessions.last_seen_at', '>', new Date(Date.now() - limits.sessionIdleMs))
    .where('users.disabled_at', 'is', null)
    .execute();
  return new Set(rows.map((row) => row.token_hash.toString('hex')));
}

export async function closeSession(db: Db | Trx, secret: string): Promise<number | undefined> {
  const ended = await db
    .deleteFrom('sessions')
    .where('token_hash', '=', hashSecret(secret))
    .returning('user_id')
    .executeTakeFirst();
  return ended?.user_id;
}

/** Ends a session as its owner asked. */
export async function signOut(db: Db, secret: string, by: Actor | undefined): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const userId = await closeSession(trx, secret);
    if (userId !== undefined && by) await note(trx, by, 'signed-out', { subjectUserId: userId });
  });
}

export async function forgetOldSessions(db: Db, limits: SessionLimits): Promise<void> {
  await db
    .deleteFrom('sessions')
    .where((eb) =>
      eb.or([
        eb('expires_at', '<', new Date()),
        eb('last_seen_at', '<', new Date(Date.now() - limits.sessionIdleMs)),
      ]),
    )
    .execute();
  await db
    .deleteFrom('sign_in_failures')
    .where('at', '<', new Date(Date.now() - 24 * SIGN_IN_WINDOW_MS))
    .execute();
}

/**
 * Checks e-mail and password. Unknown address, wrong password and disabled account answer alike, in words
 * and in time; failures are counted for the account and for the client's address, known or not.
 */
export async function signIn(
  db: Db,
  given: { email: string; password: string },
  address: string,
): Promise<number> {
  const email = given.email.trim().toLowerCase();
  const userId = await limitTries(db, { email, address }, async () => {
    const user = await findUserByEmail(db, email);
    const right = await checkPassword(user?.password_hash, given.password);
    return user && right && !user.disabled_at ? user.id : undefined;
  });
  if (userId === undefined) throw invalid('password', 'E-mail or password is wrong.');
  return userId;
}
