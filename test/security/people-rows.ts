import { hashSecret, newSecret } from '../../src/accounts/accounts.ts';
import type { Furnished } from '../bad-input/forms.fixture.ts';

/** Rows that no form makes while nothing is mailed, with the secrets of their links. */
export async function peopleRows({ desk, mails }: Furnished): Promise<Record<string, string>> {
  const { db } = desk;
  const account = await db
    .selectFrom('sending_accounts')
    .select('id')
    .orderBy('id')
    .limit(1)
    .executeTakeFirstOrThrow();
  const user = await db.selectFrom('users').select('id').orderBy('id').limit(1).executeTakeFirstOrThrow();
  const later = new Date(Date.now() + 3_600_000);
  const invited = newSecret();
  const reset = newSecret();
  await db
    .insertInto('account_mails')
    .values({
      account_id: account.id,
      envelope_sender: 'desk@example.com',
      envelope_recipients: [`somebody-${mails.length}@example.com`],
      raw: Buffer.from('sealed below'),
      state: 'sent',
      lease_until: null,
      settled_at: new Date(),
    })
    .execute();
  await db
    .insertInto('invitations')
    .values({
      email: 'walked@example.com',
      name: 'Walked',
      role: 'viewer',
      token_hash: hashSecret(invited),
      invited_by: null,
      expires_at: later,
      accepted_at: null,
      revoked_at: null,
      mail_id: null,
    })
    .execute();
  await db
    .insertInto('password_resets')
    .values({ token_hash: hashSecret(reset), user_id: user.id, expires_at: later })
    .execute();
  await db
    .insertInto('totp_keys')
    .values({ user_id: user.id, secret_sealed: Buffer.from('sealed below'), confirmed_at: null })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  return { invited, reset };
}
