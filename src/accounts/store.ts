import { sql } from 'kysely';
import type { Db, Trx } from '../database/open.ts';
import type { Role, Scope, Theme, UserRow, Whose } from '../database/tables.ts';
import { invalid, notFound, Problem } from '../problem.ts';
import { hashSecret, newSecret, SETUP_LINK_MS, TOKEN_PREFIX } from './accounts.ts';
import { hashPassword } from './password.ts';
import { endSessions } from './sessions/store.ts';

export async function hasUsers(db: Db): Promise<boolean> {
  return (await db.selectFrom('users').select('id').limit(1).executeTakeFirst()) !== undefined;
}

export const findUserByEmail = (db: Db, email: string): Promise<UserRow | undefined> =>
  db
    .selectFrom('users')
    .selectAll()
    .where(sql`lower(email)`, '=', email.trim().toLowerCase())
    .executeTakeFirst();

export const listUsers = (db: Db) =>
  db
    .selectFrom('users')
    .select(['id', 'email', 'name', 'role', 'time_zone', 'theme', 'created_at', 'disabled_at'])
    .orderBy('disabled_at', (order) => order.desc().nullsFirst())
    .orderBy('name')
    .execute();

export type NewUser = { email: string; name: string; role: Role; password: string; timeZone?: string };

const isDuplicate = (error: unknown) => (error as { code?: string }).code === '23505';

/** Adds a person. Throws `invalid` on `email` when the address is taken. */
export async function addUser(db: Db | Trx, user: NewUser): Promise<number> {
  const row = {
    email: user.email.trim(),
    name: user.name,
    role: user.role,
    password_hash: await hashPassword(user.password),
  };
  try {
    const added = await db
      .insertInto('users')
      .values({ ...row, ...(user.timeZone ? { time_zone: user.timeZone } : {}) })
      .returning('id')
      .executeTakeFirstOrThrow();
    return added.id;
  } catch (error) {
    if (isDuplicate(error)) throw invalid('email', 'Somebody has this address already.');
    throw error;
  }
}

async function keepAnAdmin(trx: Trx, userId: number): Promise<void> {
  const admins = await trx
    .selectFrom('users')
    .select('id')
    .where('role', '=', 'admin')
    .where('disabled_at', 'is', null)
    .forUpdate()
    .execute();
  if (admins.every((admin) => admin.id === userId)) {
    throw new Problem('invalid', 'This is the last administrator: give that role to somebody else first.');
  }
}

/** Changes role or standing. Either ends the person's sessions, so that nothing acts under an old role. */
export async function changeUser(
  trx: Trx,
  userId: number,
  change: { role?: Role; disabled?: boolean },
): Promise<void> {
  const user = await trx
    .selectFrom('users')
    .selectAll()
    .where('id', '=', userId)
    .forUpdate()
    .executeTakeFirst();
  if (!user) throw notFound('such user');
  const losesAdmin = user.role === 'admin' && ((change.role && change.role !== 'admin') || change.disabled);
  if (losesAdmin) await keepAnAdmin(trx, userId);
  await trx
    .updateTable('users')
    .set({
      role: change.role ?? user.role,
      disabled_at: change.disabled === undefined ? user.disabled_at : change.disabled ? new Date() : null,
    })
    .where('id', '=', userId)
    .execute();
  await endSessions(trx, userId);
}

/** Whether a person begins to watch the incidents that they are given, and those that they write in. */
export async function watchSettings(
  db: Db,
  userId: number,
): Promise<{ assigned: boolean; written: boolean }> {
  const row = await db
    .selectFrom('users')
    .select(['watch_assigned', 'watch_written'])
    .where('id', '=', userId)
    .executeTakeFirst();
  return { assigned: row?.watch_assigned ?? false, written: row?.watch_written ?? false };
}

export async function changeOwnAccount(
  db: Db,
  userId: number,
  change: {
    name: string;
    timeZone: string;
    theme: Theme;
    watchAssigned: boolean;
    watchWritten: boolean;
    singleKeys: boolean;
  },
): Promise<void> {
  await db
    .updateTable('users')
    .set({
      name: change.name,
      time_zone: change.timeZone,
      theme: change.theme,
      watch_assigned: change.watchAssigned,
      watch_written: change.watchWritten,
      single_keys: change.singleKeys,
    })
    .where('id', '=', userId)
    .execute();
}

/** Whose incidents the person’s desk shows, until they choose again. */
export async function rememberDesk(db: Db, userId: number, whose: Whose): Promise<void> {
  await db.updateTable('users').set({ desk_whose: whose }).where('id', '=', userId).execute();
}

/** Sets a new password. Whoever calls it ends the person's other sessions: {@link endSessions}. */
export async function changePassword(trx: Trx, userId: number, password: string): Promise<void> {
  await trx
    .updateTable('users')
    .set({ password_hash: await hashPassword(password) })
    .where('id', '=', userId)
    .execute();
}

/** Makes the one link by which the first administrator signs up; an earlier link stops working. Returns its secret. */
export async function newSetupLink(db: Db): Promise<string> {
  const secret = newSecret();
  await db.transaction().execute(async (trx) => {
    await trx.deleteFrom('setup_links').execute();
    await trx
      .insertInto('setup_links')
      .values({ token_hash: hashSecret(secret), expires_at: new Date(Date.now() + SETUP_LINK_MS) })
      .execute();
  });
  return secret;
}

export async function isSetupLink(db: Db | Trx, secret: string): Promise<boolean> {
  const link = await db
    .selectFrom('setup_links')
    .select('expires_at')
    .where('token_hash', '=', hashSecret(secret))
    .where('expires_at', '>', new Date())
    .executeTakeFirst();
  return link !== undefined;
}

/** The first administrator, by the link: of two people at once, one. */
export async function setUpFirstAdmin(
  trx: Trx,
  secret: string,
  user: Omit<NewUser, 'role'>,
): Promise<number> {
  const used = await trx
    .deleteFrom('setup_links')
    .where('token_hash', '=', hashSecret(secret))
    .where('expires_at', '>', new Date())
    .executeTakeFirst();
  if (used.numDeletedRows === 0n)
    throw notFound('such set-up link; it was used, or a newer one was printed at the last start');
  return addUser(trx, { ...user, role: 'admin' });
}

export const listTokens = (db: Db) =>
  db
    .selectFrom('api_tokens')
    .leftJoin('users', 'users.id', 'api_tokens.created_by')
    .select([
      'api_tokens.id',
      'api_tokens.name',
      'api_tokens.hint',
      'api_tokens.scope',
      'api_tokens.created_at',
      'api_tokens.last_used_at',
      'api_tokens.expires_at',
      'api_tokens.revoked_at',
      'users.name as created_by_name',
    ])
    .orderBy('api_tokens.revoked_at', (order) => order.desc().nullsFirst())
    .orderBy('api_tokens.id', 'desc')
    .execute();

/**
 * How a token is kept: its hash, hashed again behind a secret of the database. A password hash would cost every request
 * what a page costs, for nothing: there is no guessing 256 random bits.
 */
const keyedHash = (secret: string) =>
  sql<Buffer>`sha256((select secret from api_token_secret) || ${hashSecret(secret)}::bytea)`;

/** Makes an API token. The secret is returned once and kept only as a hash. */
export async function createToken(
  db: Db | Trx,
  token: { name: string; scope: Scope; createdBy: number | null; expiresAt?: Date | null },
): Promise<{ id: number; secret: string }> {
  const secret = TOKEN_PREFIX + newSecret();
  const row = await db
    .insertInto('api_tokens')
    .values({
      name: token.name,
      scope: token.scope,
      created_by: token.createdBy,
      token_hash: keyedHash(secret),
      hint: secret.slice(0, 7),
      expires_at: token.expiresAt ?? null,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return { id: row.id, secret };
}

export async function revokeToken(db: Db | Trx, id: number): Promise<void> {
  const revoked = await db
    .updateTable('api_tokens')
    .set({ revoked_at: sql<Date>`coalesce(revoked_at, now())` })
    .where('id', '=', id)
    .executeTakeFirst();
  if (revoked.numUpdatedRows === 0n) throw notFound('such token');
}

/** The token in force with that secret. Its time of last use is written at most once a minute. */
export async function findToken(db: Db, secret: string) {
  const row = await db
    .selectFrom('api_tokens')
    .select(['id', 'name', 'scope', 'last_used_at'])
    .where('token_hash', '=', keyedHash(secret))
    .where('revoked_at', 'is', null)
    .where((eb) => eb.or([eb('expires_at', 'is', null), eb('expires_at', '>', new Date())]))
    .executeTakeFirst();
  if (row && (!row.last_used_at || Date.now() - row.last_used_at.getTime() > 60_000)) {
    await db.updateTable('api_tokens').set({ last_used_at: new Date() }).where('id', '=', row.id).execute();
  }
  return row;
}
