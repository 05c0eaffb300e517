import { sql } from 'kysely';
import { changesBetween } from '../audit/changes.ts';
import { note } from '../audit/note.ts';
import type { Db, Trx } from '../database/open.ts';
import type { Role, Scope, Theme, UserRow, Whose } from '../database/tables.ts';
import { invalid, notFound, Problem } from '../problem.ts';
import type { Actor } from '../web/access.ts';
import { hashSecret, newSecret, SETUP_LINK_MS, TOKEN_PREFIX } from './accounts.ts';
import { checkPassword, hashPassword } from './password.ts';
import { endSessions } from './sessions/store.ts';

export async function hasUsers(db: Db): Promise<boolean> {
  return (await db.selectFrom('users').select('id').limit(1).executeTakeFirst()) !== undefined;
}

export const findUserByEmail = (db: Db | Trx, email: string): Promise<UserRow | undefined> =>
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

/** Adds a person, as somebody who may do so. */
export async function addPerson(trx: Trx, by: Actor, user: NewUser): Promise<number> {
  const id = await addUser(trx, user);
  await note(trx, by, 'person-added', {
    subject: `${user.name} <${user.email.trim()}>`,
    subjectUserId: id,
    detail: { role: user.role },
  });
  return id;
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
  by: Actor,
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
  const about = { subject: `${user.name} <${user.email}>`, subjectUserId: userId };
  if (change.role && change.role !== user.role)
    await note(trx, by, 'role-changed', { ...about, detail: { from: user.role, to: change.role } });
  if (change.disabled !== undefined && change.disabled !== (user.disabled_at !== null))
    await note(trx, by, change.disabled ? 'person-shut-out' : 'person-let-in', about);
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
  trx: Trx,
  by: Actor,
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
  const columns = {
    name: change.name,
    time_zone: change.timeZone,
    theme: change.theme,
    watch_assigned: change.watchAssigned,
    watch_written: change.watchWritten,
    single_keys: change.singleKeys,
  };
  const before = await trx
    .selectFrom('users')
    .select(['name', 'time_zone', 'theme', 'watch_assigned', 'watch_written', 'single_keys'])
    .where('id', '=', userId)
    .forUpdate()
    .executeTakeFirstOrThrow();
  const changes = changesBetween(before, columns);
  if (changes.length === 0) return;
  await trx.updateTable('users').set(columns).where('id', '=', userId).execute();
  await note(trx, by, 'account-changed', {
    subject: change.name,
    subjectUserId: userId,
    detail: { changes },
  });
}

/** Whose incidents the person’s desk shows, until they choose again. */
export async function rememberDesk(db: Db, userId: number, whose: Whose): Promise<void> {
  await db.updateTable('users').set({ desk_whose: whose }).where('id', '=', userId).execute();
}

/** Sets a new password. Whoever calls it ends the person's other sessions: {@link endSessions}. */
export async function changePassword(trx: Trx, userId: number, password: string): Promise<void> {
  await trx
    .updateTable('users')
    .set({ password_hash: await hashPassword(password), has_password: true })
    .where('id', '=', userId)
    .execute();
}

/** A person's own change of their password; whoever calls it renews their session. */
export async function changeOwnPassword(
  trx: Trx,
  by: Actor,
  userId: number,
  password: string,
): Promise<void> {
  const user = await trx
    .selectFrom('users')
    .select('password_hash')
    .where('id', '=', userId)
    .forUpdate()
    .executeTakeFirst();
  // Sent twice, it is one change.
  const isNew = !(await checkPassword(user?.password_hash, password));
  await changePassword(trx, userId, password);
  if (isNew) await note(trx, by, 'password-changed', { subjectUserId: userId });
}

/** Sets somebody's password for them. Throws `not-found` where nobody has the address. Returns their name. */
export async function setPasswordOf(trx: Trx, by: Actor, email: string, password: string): Promise<string> {
  const user = await findUserByEmail(trx, email);
  if (!user) throw notFound(`account with the address ${email}`);
  await changePassword(trx, user.id, password);
  await endSessions(trx, user.id);
  await trx.deleteFrom('sign_in_failures').where('email', '=', user.email.toLowerCase()).execute();
  await note(trx, by, 'password-set', { subject: `${user.name} <${user.email}>`, subjectUserId: user.id });
  return user.name;
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
  from: string,
): Promise<number> {
  const used = await trx
    .deleteFrom('setup_links')
    .where('token_hash', '=', hashSecret(secret))
    .where('expires_at', '>', new Date())
    .executeTakeFirst();
  if (used.numDeletedRows === 0n)
    throw notFound('such set-up link; it was used, or a newer one was printed at the last start');
  const id = await addUser(trx, { ...user, role: 'admin' });
  await note(trx, { userId: id, tokenId: null, name: user.name, from }, 'set-up', {
    subject: `${user.name} <${user.email}>`,
    subjectUserId: id,
  });
  return id;
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
      'api_tokens.scopes',
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
  token: {
    name: string;
    scope: Scope;
    /** Left out: all that its scope may. */
    scopes?: string[] | null;
    createdBy: number | null;
    expiresAt?: Date | null;
  },
): Promise<{ id: number; secret: string }> {
  const secret = TOKEN_PREFIX + newSecret();
  const row = await db
    .insertInto('api_tokens')
    .values({
      name: token.name,
      scope: token.scope,
      scopes: token.scopes ?? null,
      created_by: token.createdBy,
      token_hash: keyedHash(secret),
      hint: secret.slice(0, 7),
      expires_at: token.expiresAt ?? null,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return { id: row.id, secret };
}

/** Makes one as somebody who may do so. */
export async function makeToken(
  trx: Trx,
  by: Actor,
  token: { name: string; scope: Scope; scopes: string[] | null; expiresAt: Date | null },
): Promise<{ id: number; secret: string }> {
  const made = await createToken(trx, { ...token, createdBy: by.userId });
  await note(trx, by, 'token-made', {
    subject: token.name,
    detail: { id: made.id, scope: token.scope, only: token.scopes, expires: token.expiresAt },
  });
  return made;
}

/** One that was revoked before stays as it is. */
export async function revokeToken(trx: Trx, by: Actor, id: number): Promise<void> {
  const token = await trx
    .selectFrom('api_tokens')
    .select(['name', 'revoked_at'])
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
  if (!token) throw notFound('such token');
  if (token.revoked_at) return;
  await trx.updateTable('api_tokens').set({ revoked_at: sql<Date>`now()` }).where('id', '=', id).execute();
  await note(trx, by, 'token-revoked', { subject: token.name, detail: { id } });
}

/** The token in force with that secret. Its time of last use is written at most once a minute. */
export async function findToken(db: Db, secret: string) {
  const row = await db
    .selectFrom('api_tokens')
    .select(['id', 'name', 'scope', 'scopes', 'last_used_at'])
    .where('token_hash', '=', keyedHash(secret))
    .where('revoked_at', 'is', null)
    .where((eb) => eb.or([eb('expires_at', 'is', null), eb('expires_at', '>', new Date())]))
    .executeTakeFirst();
  if (row && (!row.last_used_at || Date.now() - row.last_used_at.getTime() > 60_000)) {
    await db.updateTable('api_tokens').set({ last_used_at: new Date() }).where('id', '=', row.id).execute();
  }
  return row;
}
