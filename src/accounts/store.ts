import { sql } from 'kysely';
import { changesBetween } from '../audit/changes.ts';
import { note } from '../audit/note.ts';
import type { Db, Trx } from '../database/open.ts';
import type { Role, Theme, UserRow, Whose } from '../database/tables.ts';
import { unlessTaken } from '../database/taken.ts';
import { invalid, notFound, Problem } from '../problem.ts';
import type { Actor } from '../web/access.ts';
import { calledSo } from './accounts.ts';
import { checkPassword, hashPassword } from './password.ts';
import { endSessions } from './sessions/store.ts';

export async function hasUsers(db: Db | Trx): Promise<boolean> {
  return (await db.selectFrom('users').select('id').limit(1).executeTakeFirst()) !== undefined;
}

export const findUserByEmail = (db: Db | Trx, email: string): Promise<UserRow | undefined> =>
  db
    .selectFrom('users')
    .selectAll()
    .where(sql`lower(email)`, '=', email.trim().toLowerCase())
    .executeTakeFirst();

/** Throws `not-found`. */
export async function getUser(db: Db | Trx, id: number): Promise<UserRow> {
  return db
    .selectFrom('users')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirstOrThrow(() => notFound('such person'));
}

/** Most people that a form lets somebody choose from. */
export const MOST_TO_CHOOSE = 500;

/** A person's place in the list of all. */
export type PersonPlace = { isShutOut: boolean; id: number };

/** People, those who may sign in first, by name. */
export function listUsers(db: Db, { limit, after }: { limit: number; after?: PersonPlace | undefined }) {
  let rows = db
    .selectFrom('users')
    .select(['id', 'email', 'name', 'role', 'created_at', 'disabled_at'])
    .orderBy(sql`disabled_at is not null`)
    .orderBy('name')
    .orderBy('id')
    .limit(limit);
  if (after)
    rows = rows.where(
      sql<boolean>`(disabled_at is not null, name, id) >
        (${after.isShutOut}, (select name from users where id = ${after.id}), ${after.id})`,
    );
  return rows.execute();
}

/** Names of people by their numbers. */
export async function namesOfPeople(db: Db, ids: number[]): Promise<Map<number, string>> {
  if (ids.length === 0) return new Map();
  const rows = await db.selectFrom('users').select(['id', 'name']).where('id', 'in', ids).execute();
  return new Map(rows.map(({ id, name }) => [id, name]));
}

export type NewUser = { email: string; name: string; role: Role; password: string; timeZone?: string };

/** Adds a person. Throws `invalid` on `email` when the address is taken. */
export async function addUser(db: Db | Trx, user: NewUser): Promise<number> {
  const row = {
    email: user.email.trim(),
    name: user.name,
    role: user.role,
    password_hash: await hashPassword(user.password),
  };
  const added = await unlessTaken(
    'users_email_key',
    () => invalid('email', 'Somebody has this address already.'),
    () =>
      db
        .insertInto('users')
        .values({ ...row, ...(user.timeZone ? { time_zone: user.timeZone } : {}) })
        .returning('id')
        .executeTakeFirstOrThrow(),
  );
  return added.id;
}

/** Adds a person, as somebody who may do so. */
export async function addPerson(trx: Trx, by: Actor, user: NewUser): Promise<number> {
  const id = await addUser(trx, user);
  await note(trx, by, 'person-added', {
    subject: calledSo({ ...user, email: user.email.trim() }),
    subjectUserId: id,
    detail: { role: user.role },
  });
  return id;
}

/** Whether nobody else is an administrator who may sign in. Holds them all, so that this stays so, in one order. */
export async function isLastAdmin(trx: Trx, userId: number): Promise<boolean> {
  const admins = await trx
    .selectFrom('users')
    .select('id')
    .where('role', '=', 'admin')
    .where('disabled_at', 'is', null)
    .orderBy('id')
    .forUpdate()
    .execute();
  return admins.every((admin) => admin.id === userId);
}

/** Holds a person against other changes. Throws `not-found`. */
export async function lockUser(trx: Trx, userId: number): Promise<UserRow> {
  return trx
    .selectFrom('users')
    .selectAll()
    .where('id', '=', userId)
    .forUpdate()
    .executeTakeFirstOrThrow(() => notFound('such person'));
}

/** Changes role or standing. Either ends the person's sessions, so that nothing acts under an old role. */
export async function changeUser(
  trx: Trx,
  by: Actor,
  userId: number,
  change: { role?: Role; disabled?: boolean },
): Promise<void> {
  // Before the person is held: two administrators who take the role from each other would wait for one another.
  const isLast = await isLastAdmin(trx, userId);
  const user = await lockUser(trx, userId);
  const losesAdmin = user.role === 'admin' && ((change.role && change.role !== 'admin') || change.disabled);
  if (losesAdmin && isLast)
    throw new Problem('invalid', 'This is the last administrator: give that role to somebody else first.');
  await trx
    .updateTable('users')
    .set({
      role: change.role ?? user.role,
      disabled_at: change.disabled === undefined ? user.disabled_at : change.disabled ? new Date() : null,
    })
    .where('id', '=', userId)
    .execute();
  await endSessions(trx, userId);
  const about = { subject: calledSo(user), subjectUserId: userId };
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

/** Whether mails tell a person of new sign-ins. */
export async function takeSignInAlerts(db: Db, userId: number, takes: boolean): Promise<void> {
  await db.updateTable('users').set({ takes_sign_in_alerts: takes }).where('id', '=', userId).execute();
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
  await note(trx, by, 'password-set', { subject: calledSo(user), subjectUserId: user.id });
  return user.name;
}
