import { sql } from 'kysely';
import type { Db, Trx } from '../../database/open.ts';
import type { Secrets } from '../../secrets/secrets.ts';
import { hashRecoveryCode, newRecoveryCodes } from './recovery-codes.ts';
import { newTotpSecret, stepOfCode } from './totp.ts';

/** What a person can show beside their password. */
type Factors = { app: boolean; passkeys: number; recoveryCodes: number };

export async function factorsOf(db: Db | Trx, userId: number): Promise<Factors> {
  const row = await db
    .selectNoFrom((eb) => [
      eb
        .exists(
          eb
            .selectFrom('totp_keys')
            .select('id')
            .where('user_id', '=', userId)
            .where('confirmed_at', 'is not', null),
        )
        .as('app'),
      eb
        .selectFrom('passkeys')
        .select(eb.fn.countAll<number>().as('n'))
        .where('user_id', '=', userId)
        .as('passkeys'),
      eb
        .selectFrom('recovery_codes')
        .select(eb.fn.countAll<number>().as('n'))
        .where('user_id', '=', userId)
        .where('used_at', 'is', null)
        .as('recovery_codes'),
    ])
    .executeTakeFirstOrThrow();
  return { app: Boolean(row.app), passkeys: row.passkeys ?? 0, recoveryCodes: row.recovery_codes ?? 0 };
}

/** Whether the password alone does not sign this person in. */
export const hasSecondFactor = ({ app, passkeys }: Pick<Factors, 'app' | 'passkeys'>): boolean =>
  app || passkeys > 0;

/** The key that waits for its first code, made where there is none; undefined: an app is set up already. */
export async function unconfirmedKey(
  trx: Trx,
  secrets: Secrets,
  userId: number,
  make: boolean,
): Promise<string | undefined> {
  const row = await trx
    .selectFrom('totp_keys')
    .select(['secret_sealed', 'confirmed_at'])
    .where('user_id', '=', userId)
    .executeTakeFirst();
  if (row?.confirmed_at || (!row && !make)) return undefined;
  if (row && !make) return secrets.open('totp_keys.secret_sealed', row.secret_sealed);
  const secret = newTotpSecret();
  const sealed = secrets.seal('totp_keys.secret_sealed', secret);
  // One that was shown and never confirmed is worth nothing.
  await trx
    .insertInto('totp_keys')
    .values({ user_id: userId, secret_sealed: sealed, confirmed_at: null })
    .onConflict((conflict) =>
      conflict
        .column('user_id')
        .doUpdateSet({ secret_sealed: sealed, created_at: new Date() })
        .where('totp_keys.confirmed_at', 'is', null),
    )
    .execute();
  return secret;
}

/**
 * Whether the code is the app's, now. The step it is of is used up by it, in the same statement, so that of two who
 * send one code at the same time one gets in. `confirms`: it is the first, by which the app is set up.
 */
export async function useAppCode(
  db: Db | Trx,
  secrets: Secrets,
  userId: number,
  code: string,
  { confirms, now = new Date() }: { confirms: boolean; now?: Date },
): Promise<boolean> {
  const row = await db
    .selectFrom('totp_keys')
    .select(['id', 'secret_sealed', 'confirmed_at', 'last_step'])
    .where('user_id', '=', userId)
    .executeTakeFirst();
  if (!row || (row.confirmed_at === null) !== confirms) return false;
  const secret = secrets.open('totp_keys.secret_sealed', row.secret_sealed);
  const step = stepOfCode(secret, code, now, row.last_step);
  if (step === undefined) return false;
  const used = await db
    .updateTable('totp_keys')
    .set({ last_step: step, ...(confirms ? { confirmed_at: now } : {}) })
    .where('id', '=', row.id)
    .where('last_step', '<', step)
    .where('secret_sealed', '=', row.secret_sealed)
    .executeTakeFirst();
  return used.numUpdatedRows === 1n;
}

/** Whether it is one of the person's recovery codes, which is used up by it. */
export async function useRecoveryCode(db: Db | Trx, userId: number, code: string): Promise<boolean> {
  const used = await db
    .updateTable('recovery_codes')
    .set({ used_at: sql<Date>`now()` })
    .where('user_id', '=', userId)
    .where('code_hash', '=', hashRecoveryCode(code))
    .where('used_at', 'is', null)
    .executeTakeFirst();
  return used.numUpdatedRows === 1n;
}

/** New recovery codes in place of all earlier ones. They are returned this once. */
export async function renewRecoveryCodes(trx: Trx, userId: number): Promise<string[]> {
  const codes = newRecoveryCodes();
  await trx.deleteFrom('recovery_codes').where('user_id', '=', userId).execute();
  await trx
    .insertInto('recovery_codes')
    .values(codes.map((code) => ({ user_id: userId, code_hash: hashRecoveryCode(code), used_at: null })))
    .execute();
  return codes;
}

/** The first codes of somebody who has just set up their first factor; undefined: they have some. */
export async function firstRecoveryCodes(trx: Trx, userId: number): Promise<string[] | undefined> {
  const has = await trx
    .selectFrom('recovery_codes')
    .select('id')
    .where('user_id', '=', userId)
    .limit(1)
    .executeTakeFirst();
  return has ? undefined : renewRecoveryCodes(trx, userId);
}

/** Recovery codes go with the last factor that they stand in for. */
export async function dropCodesWithoutFactor(trx: Trx, userId: number): Promise<void> {
  if (!hasSecondFactor(await factorsOf(trx, userId)))
    await trx.deleteFrom('recovery_codes').where('user_id', '=', userId).execute();
}

/** False: no app was set up. */
export async function removeAppKey(trx: Trx, userId: number): Promise<boolean> {
  const removed = await trx.deleteFrom('totp_keys').where('user_id', '=', userId).executeTakeFirst();
  await dropCodesWithoutFactor(trx, userId);
  return removed.numDeletedRows === 1n;
}

/** Takes app, passkeys and recovery codes from somebody who lost them. Returns what they had. */
export async function removeAllFactors(trx: Trx, userId: number): Promise<Factors> {
  const had = await factorsOf(trx, userId);
  for (const table of ['totp_keys', 'passkeys', 'recovery_codes'] as const)
    await trx.deleteFrom(table).where('user_id', '=', userId).execute();
  return had;
}
