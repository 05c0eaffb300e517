import { note } from '../../audit/note.ts';
import type { Db, Trx } from '../../database/open.ts';
import type { OidcProviderRow, Role } from '../../database/tables.ts';
import { notFound, Problem } from '../../problem.ts';
import type { Actor } from '../../web/access.ts';
import { isTimeZone } from '../../web/format.ts';
import { calledSo, newSecret } from '../accounts.ts';
import { addUser, changeUser, findUserByEmail, isLastAdmin } from '../store.ts';
import type { Claims } from './client.ts';
import { roleFrom } from './roles.ts';

/** The identity came, and it opens nothing here. The message is for whoever signs in. */
export const refused = (words: string) => new Problem('not-allowed', words);

const textOf = (claims: Claims, name: string, most: number): string => {
  const value = claims[name];
  return typeof value === 'string' ? value.replaceAll('\0', '').trim().slice(0, most).toWellFormed() : '';
};

const emailOf = (claims: Claims): string => {
  const email = textOf(claims, 'email', 254);
  return /^[^\s@]+@[^\s@]+$/.test(email) ? email : '';
};

const actorOf = (provider: OidcProviderRow, from: string): Actor => ({
  userId: null,
  tokenId: null,
  name: provider.name,
  from,
});

/** The role that the claims give; null: they say nothing of roles here. Throws where they give none. */
function claimedRole(provider: OidcProviderRow, claims: Claims): Role | null {
  if (!provider.claim) return null;
  const { claim, roles, default_role: defaultRole } = provider;
  const role = roleFrom(claims, { claim, roles, defaultRole });
  if (!role)
    throw refused(
      `${provider.name} knows you, but nothing that it says of you gives a role here (${claim}). Ask an administrator.`,
    );
  return role;
}

/** Brings a role up to what the claims say. The last administrator stays one, so that the desk keeps somebody in charge. */
async function refreshRole(trx: Trx, by: Actor, userId: number, role: Role): Promise<void> {
  const user = await trx
    .selectFrom('users')
    .select('role')
    .where('id', '=', userId)
    .executeTakeFirstOrThrow();
  if (user.role === role || (user.role === 'admin' && (await isLastAdmin(trx, userId)))) return;
  await changeUser(trx, by, userId, { role });
}

async function makeAccount(
  trx: Trx,
  provider: OidcProviderRow,
  claims: Claims,
  role: Role | null,
  by: Actor,
) {
  const email = emailOf(claims);
  if (!email || claims['email_verified'] === false)
    throw refused(
      `${provider.name} did not say a confirmed e-mail address of yours, so no account was made.`,
    );
  // Whoever has the address there need not be who has the account here: only its owner links it.
  if (await findUserByEmail(trx, email))
    throw refused(
      `There is an account for ${email} already. Sign in to it with its password, then link ${provider.name} under Settings → Linked sign-ins.`,
    );
  const given = role ?? provider.default_role;
  if (!given) throw refused('There is no account for you here. Ask an administrator to invite you.');
  const name =
    textOf(claims, 'name', 120) || textOf(claims, 'preferred_username', 120) || email.slice(0, 120);
  const zone = textOf(claims, 'zoneinfo', 64);
  const timeZone = isTimeZone(zone) ? zone : 'UTC';
  const userId = await addUser(trx, { email, name, role: given, password: newSecret(), timeZone });
  await trx.updateTable('users').set({ has_password: false }).where('id', '=', userId).execute();
  await note(trx, by, 'person-added', {
    subject: calledSo({ name, email }),
    subjectUserId: userId,
    detail: { role: given },
  });
  return userId;
}

/**
 * Whose sign-in it is: the account that the identity is linked to, or a new one. An e-mail address alone leads to
 * nobody's account. Throws `not-allowed` with what to do.
 */
export async function signInBy(
  trx: Trx,
  provider: OidcProviderRow,
  claims: Claims,
  from: string,
): Promise<number> {
  const by = actorOf(provider, from);
  const role = claimedRole(provider, claims);
  const known = await trx
    .selectFrom('linked_identities')
    .select(['id', 'user_id'])
    .where('issuer', '=', claims.iss)
    .where('subject', '=', claims.sub)
    .executeTakeFirst();
  if (known) {
    // First the person, then the link, as whoever takes it away does.
    if (role) await refreshRole(trx, by, known.user_id, role);
    await trx
      .updateTable('linked_identities')
      .set({ last_used_at: new Date(), email: emailOf(claims) })
      .where('id', '=', known.id)
      .returning('id')
      .executeTakeFirstOrThrow(() => refused(`${provider.name} is no longer linked to your account.`));
    return known.user_id;
  }
  const userId = await makeAccount(trx, provider, claims, role, by);
  await keep(trx, userId, claims);
  return userId;
}

async function keep(trx: Trx, userId: number, claims: Claims): Promise<void> {
  await trx
    .insertInto('linked_identities')
    .values({
      user_id: userId,
      issuer: claims.iss,
      subject: claims.sub,
      email: emailOf(claims),
      last_used_at: null,
    })
    .onConflict((conflict) => conflict.constraint('linked_identities_once_key').doNothing())
    .returning('id')
    .executeTakeFirstOrThrow(
      () => new Problem('already-exists', 'This identity is linked to an account already.'),
    );
}

/** Links an identity to the account of whoever is signed in and gave its password. */
export async function linkIdentity(trx: Trx, by: Actor, userId: number, name: string, claims: Claims) {
  await keep(trx, userId, claims);
  await note(trx, by, 'identity-linked', {
    subject: `${name} (${emailOf(claims) || claims.sub})`,
    subjectUserId: userId,
  });
}

export const listIdentities = (db: Db, userId: number) =>
  db
    .selectFrom('linked_identities')
    .select(['id', 'issuer', 'subject', 'email', 'linked_at', 'last_used_at'])
    .where('user_id', '=', userId)
    .orderBy('id')
    .limit(50)
    .execute();

/** Takes a link away. Throws `invalid` where it is the only way in. */
export async function unlinkIdentity(trx: Trx, by: Actor, userId: number, id: number): Promise<void> {
  const user = await trx
    .selectFrom('users')
    .select('has_password')
    .where('id', '=', userId)
    .forUpdate()
    .executeTakeFirstOrThrow();
  const all = await trx
    .selectFrom('linked_identities')
    .select(['id', 'issuer', 'email', 'subject'])
    .where('user_id', '=', userId)
    .execute();
  const one = all.find((row) => row.id === id);
  if (!one) throw notFound('such link of your account');
  if (!user.has_password && all.length === 1)
    throw new Problem(
      'invalid',
      'Your account has no password, so this is the only way in. Have an administrator set one first.',
    );
  await trx.deleteFrom('linked_identities').where('id', '=', id).execute();
  await note(trx, by, 'identity-unlinked', {
    subject: `${one.issuer} (${one.email || one.subject})`,
    subjectUserId: userId,
  });
}
