import { type CDPSession, chromium, type Page } from 'playwright-core';
import t, { type Test } from 'tap';
import { stepAt, totpCode } from '../../src/accounts/second-factor/totp.ts';
import { addUser } from '../../src/accounts/store.ts';
import { PASSWORD, testDesk } from '../desk.ts';
import { freePort } from '../free-port.ts';
import { axe } from './axe.ts';
import { CHROMIUM, FLAGS, NO_CHROMIUM } from './chromium.ts';

/** A key of a browser's own, which a person unlocks with a finger. */
async function withKey(cdp: CDPSession): Promise<string> {
  await cdp.send('WebAuthn.enable');
  const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return authenticatorId;
}

async function withPassword(page: Page, base: string, next = ''): Promise<void> {
  await page.goto(`${base}/sign-in${next}`);
  await page.fill('#email', 'mara@example.com');
  await page.fill('#password', PASSWORD);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}
const signOut = async (page: Page, base: string) => {
  await page.goto(`${base}/settings/sessions`);
  await page.getByRole('button', { name: 'Menu' }).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.waitForURL(/sign-in/);
};
const byPasskey = (page: Page) => page.getByRole('button', { name: 'Sign in with a passkey' }).click();

async function started(t: Test) {
  const port = await freePort();
  const base = `http://localhost:${port}`;
  const desk = await testDesk(t, { BASE_URL: base });
  await desk.app.listen({ host: '127.0.0.1', port });
  await addUser(desk.db, { email: 'mara@example.com', name: 'Mara', role: 'admin', password: PASSWORD });
  const browser = await chromium.launch({ executablePath: CHROMIUM as string, args: FLAGS });
  t.teardown(() => browser.close());
  const context = await browser.newContext({ viewport: { width: 390, height: 844 } });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => /Content Security/.test(message.text()) && complaints.push(message.text()));
  return { desk, base, page, complaints, cdp: await context.newCDPSession(page) };
}

t.test(
  'passkeys: added by name, alone and as second factor, once each, and removed',
  { skip: NO_CHROMIUM },
  async (t) => {
    const { desk, base, page, complaints, cdp } = await started(t);
    const authenticatorId = await withKey(cdp);
    await withPassword(page, base);
    await page.goto(`${base}/settings/second-factor`);
    t.strictSame(await axe(page), []);
    await page.fill('#passkey-name', 'this laptop');
    await page.getByRole('button', { name: 'Add a passkey' }).click();
    await page.getByText('Keep these codes').waitFor();
    t.equal(await page.locator('#recovery-codes li').count(), 10);
    await page.goto(`${base}/settings/second-factor`);
    await page.fill('#passkey-name', 'again');
    await page.getByRole('button', { name: 'Add a passkey' }).click();
    await page.getByText('among your passkeys already').waitFor();

    await signOut(page, base);
    const sent = page.waitForRequest((request) => request.url() === `${base}/sign-in/passkey`);
    await byPasskey(page);
    await page.waitForURL(`${base}/`);
    const replayed = (await sent).postData() ?? '';

    await signOut(page, base);
    await withPassword(page, base, '?next=%2Fsettings%2Ftags');
    await page.waitForURL(/second-factor\?next=/);
    t.strictSame(await axe(page), []);
    await page.getByRole('button', { name: 'Use a passkey' }).click();
    await page.waitForURL(`${base}/settings/tags`);
    await page.goto(`${base}/settings/second-factor`);
    t.match(await page.textContent('table'), /this laptop.*on one device.*just now/s);

    await signOut(page, base);
    const csrf = await page.inputValue('form[data-passkey] [name=_csrf]');
    const form = new URLSearchParams(replayed);
    form.set('_csrf', csrf);
    const again = await page.request.post(`${base}/sign-in/passkey`, {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      data: form.toString(),
    });
    t.equal(again.status(), 422);
    t.match(await again.text(), 'took too long, or was sent already', 'what was signed counts once');

    const refused = async (words: string, what: string) => {
      await page.goto(`${base}/sign-in`);
      await byPasskey(page);
      await page.getByText(words).waitFor();
      t.match(page.url(), /sign-in/, what);
    };
    await desk.db.updateTable('passkeys').set({ counter: 1_000_000 }).execute();
    await refused('could not be checked', 'a key that counts backwards is a copy');
    await desk.db.updateTable('passkeys').set({ counter: 0 }).execute();
    await cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false });
    await refused('No passkey was used', 'without finger or PIN it signs nobody in');
    await cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: true });
    await page.route('**/sign-in/passkey', async (route) => {
      await desk.db
        .updateTable('passkey_challenges')
        .set({ expires_at: new Date(0) })
        .execute();
      await route.continue();
    });
    await refused('took too long', 'a challenge ends');
    await page.unroute('**/sign-in/passkey');
    await desk.db.updateTable('users').set({ disabled_at: new Date() }).execute();
    await refused('could not be checked', 'somebody who was shut out');
    await desk.db.updateTable('users').set({ disabled_at: null }).execute();
    t.equal((await desk.db.selectFrom('sessions').selectAll().execute()).length, 0);

    await page.goto(`${base}/sign-in`);
    await byPasskey(page);
    await page.waitForURL(`${base}/`);
    await page.goto(`${base}/settings/second-factor`);
    await page.locator('td summary').click();
    await page.fill('td [name=current]', 'wrong wrong');
    await page.getByRole('button', { name: 'Remove it' }).click();
    await page.locator('td [name=current]:focus').waitFor();
    t.match(
      await page.textContent('td .field-error'),
      'not your present password',
      'said where it is mended',
    );
    await page.fill('td [name=current]', PASSWORD);
    await page.getByRole('button', { name: 'Remove it' }).click();
    await page.getByText('The passkey was removed').waitFor();
    await signOut(page, base);
    await refused('could not be checked', 'a key that was removed');
    t.strictSame(complaints, []);
  },
);

t.test('an app is set up from its key, on a telephone in the dark', { skip: NO_CHROMIUM }, async (t) => {
  const { base, page, complaints } = await started(t);
  await withPassword(page, base);
  await page.goto(`${base}/settings/second-factor`);
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.getByRole('button', { name: 'Set up an app' }).click();
  const key = ((await page.textContent('#totp-key')) ?? '').replaceAll(' ', '');
  t.strictSame(await axe(page), []);
  const over = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
  t.ok((over as number) <= 0, 'nothing stands over the edge');
  await page.fill('#code', totpCode(key, stepAt(new Date())));
  await page.getByRole('button', { name: 'Confirm' }).click();
  await page.getByText('Keep these codes').waitFor();
  t.strictSame(await axe(page), []);
  t.strictSame(complaints, []);
});
