import { note } from '../audit/note.ts';
import type { Db, Trx } from '../database/open.ts';
import { notFound } from '../problem.ts';
import { calledSo, hashSecret, newSecret, SETUP_LINK_MS } from './accounts.ts';
import { addUser, hasUsers, type NewUser } from './store.ts';

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

export const notNeeded = () => notFound('such set-up link: the first account exists. Sign in with it');

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
  // An account may have been added on the command line since the link was printed, which others may have read.
  if (await hasUsers(trx)) throw notNeeded();
  const id = await addUser(trx, { ...user, role: 'admin' });
  await note(trx, { userId: id, tokenId: null, name: user.name, from }, 'set-up', {
    subject: calledSo(user),
    subjectUserId: id,
  });
  return id;
}
