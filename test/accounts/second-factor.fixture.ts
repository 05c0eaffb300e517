import { firstRecoveryCodes, unconfirmedKey, useAppCode } from '../../src/accounts/second-factor/store.ts';
import { stepAt, totpCode } from '../../src/accounts/second-factor/totp.ts';
import { Browser, PASSWORD, SECRETS, type TestDesk } from '../desk.ts';

/** Whoever was added last. */
export const newest = ({ db }: TestDesk) =>
  db.selectFrom('users').select(['id', 'email']).orderBy('id', 'desc').limit(1).executeTakeFirstOrThrow();

/** A code app for a person, set up an hour ago. */
export function appOf({ db }: Pick<TestDesk, 'db'>, id: number) {
  return db.transaction().execute(async (trx) => {
    const secret = (await unconfirmedKey(trx, SECRETS, id, true)) ?? '';
    const then = new Date(Date.now() - 3_600_000);
    await useAppCode(trx, SECRETS, id, totpCode(secret, stepAt(then)), { confirms: true, now: then });
    const recovery = (await firstRecoveryCodes(trx, id)) ?? [];
    /** The code that the app shows so many steps from now. */
    const code = (steps = 0) => totpCode(secret, stepAt(new Date()) + steps);
    return { code, recovery, secret };
  });
}

/** The same for the newest person. */
export async function withApp(desk: TestDesk) {
  const user = await newest(desk);
  return { ...user, ...(await appOf(desk, user.id)) };
}

/** A browser in which the password was just entered. */
export async function atSecondFactor(desk: TestDesk, email: string, next = '/') {
  const browser = new Browser(desk.app);
  await browser.get('/sign-in');
  const answer = await browser.post('/sign-in', { email, password: PASSWORD, next });
  await browser.get(String(answer.headers.location));
  return { browser, answer };
}
