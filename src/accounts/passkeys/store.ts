import type { Db, Trx } from '../../database/open.ts';
import { invalid, notFound } from '../../problem.ts';
import { dropCodesWithoutFactor } from '../second-factor/store.ts';

const MOST_PASSKEYS = 20;

export type NewPasskey = {
  name: string;
  credentialId: Buffer;
  publicKey: Buffer;
  counter: number;
  transports: string[];
  isSynced: boolean;
};

/** Passkeys as they are shown: neither their keys nor their ids. */
export const listPasskeys = (db: Db | Trx, userId: number) =>
  db
    .selectFrom('passkeys')
    .select(['id', 'name', 'is_synced', 'created_at', 'last_used_at'])
    .where('user_id', '=', userId)
    .orderBy('id')
    .limit(MOST_PASSKEYS)
    .execute();

/** What a browser is told of the passkeys that it may use, or that a person has already. */
export const credentialsOf = async (db: Db | Trx, userId: number) =>
  (
    await db
      .selectFrom('passkeys')
      .select(['credential_id', 'transports'])
      .where('user_id', '=', userId)
      .orderBy('id')
      .limit(MOST_PASSKEYS)
      .execute()
  ).map(({ credential_id: id, transports }) => ({ id: id.toString('base64url'), transports }));

/** The passkey with that id, and whose it is; undefined: there is none, or they may not sign in. */
export const findPasskey = (db: Db, credentialId: Buffer) =>
  db
    .selectFrom('passkeys as p')
    .innerJoin('users as u', 'u.id', 'p.user_id')
    .select(['p.id', 'p.user_id', 'p.public_key', 'p.counter', 'p.transports', 'u.passkey_handle'])
    .where('p.credential_id', '=', credentialId)
    .where('u.disabled_at', 'is', null)
    .executeTakeFirst();

/** Adds one. Throws `invalid` on `name`: the person has too many, or this one. */
export async function addPasskey(trx: Trx, userId: number, passkey: NewPasskey): Promise<void> {
  await trx.selectFrom('users').select('id').where('id', '=', userId).forUpdate().execute();
  const theirs = await trx.selectFrom('passkeys').select('name').where('user_id', '=', userId).execute();
  if (theirs.length >= MOST_PASSKEYS)
    throw invalid(
      'name',
      `A person has at most ${MOST_PASSKEYS} passkeys. Remove one that you no longer use.`,
    );
  if (theirs.some(({ name }) => name.toLowerCase() === passkey.name.toLowerCase()))
    throw invalid('name', 'Another passkey of yours has this name.');
  await trx
    .insertInto('passkeys')
    .values({
      user_id: userId,
      name: passkey.name,
      credential_id: passkey.credentialId,
      public_key: passkey.publicKey,
      counter: passkey.counter,
      transports: passkey.transports,
      is_synced: passkey.isSynced,
      last_used_at: null,
    })
    .onConflict((conflict) => conflict.column('credential_id').doNothing())
    .returning('id')
    .executeTakeFirstOrThrow(() => invalid('name', 'This passkey was added already.'));
}

/** Notes that it signed. False: somebody signed with it at the same moment, or with a copy of it. */
export async function notePasskeyUse(
  db: Db,
  { id, counter }: { id: number; counter: number },
  now: { counter: number; isSynced: boolean },
): Promise<boolean> {
  const used = await db
    .updateTable('passkeys')
    .set({ counter: now.counter, is_synced: now.isSynced, last_used_at: new Date() })
    .where('id', '=', id)
    .where('counter', '=', counter)
    .executeTakeFirst();
  return used.numUpdatedRows === 1n;
}

/** Removes one of the person's. Returns what it was called. */
export async function removePasskey(trx: Trx, userId: number, id: number): Promise<string> {
  const removed = await trx
    .deleteFrom('passkeys')
    .where('user_id', '=', userId)
    .where('id', '=', id)
    .returning('name')
    .executeTakeFirstOrThrow(() => notFound('such passkey'));
  await dropCodesWithoutFactor(trx, userId);
  return removed.name;
}
