import t from 'tap';
import { accountQueue } from '../../src/accounts/mails.ts';
import { addAccount } from '../../src/mail-out/accounts.ts';
import { Browser, PASSWORD, SECRETS, signedIn, type TestDesk, testDesk } from '../desk.ts';
import { ACCOUNT } from '../mail-out/mail-out.fixture.ts';

const BASE = 'https://desk.example.com';
const ADA = { name: 'Ada', email: 'ada@example.com', role: 'operator' };
const JOINING = { name: 'Ada Field', password: PASSWORD, timeZone: 'Europe/Berlin' };

const linkIn = (text: string, part: string) =>
  new RegExp(`(?:https?://[\\w.:-]+)?/${part}/[\\w-]{43}`).exec(text)?.[0] ?? '';
const pathOf = (link: string) => link.replace(/^https?:\/\/[^/]+/, '');
const invitedRow = ({ db }: TestDesk) => db.selectFrom('invitations').selectAll().executeTakeFirstOrThrow();

t.test('without mail, the link is shown once, kept as a hash, and makes one account', async (t) => {
  const desk = await testDesk(t);
  const admin = await signedIn(desk, 'admin');
  t.match((await admin.get('/settings/invitations')).body, /BASE_URL is not set, so no link is mailed/);
  const shown = await admin.post('/settings/invitations', ADA);
  t.equal(shown.statusCode, 200);
  const link = linkIn(shown.body, 'invitation');
  const secret = link.slice(-43);
  t.equal(secret.length, 43, '256 bits');
  t.notMatch((await admin.get('/settings/invitations')).body, secret, 'never again');
  const row = await invitedRow(desk);
  t.notMatch(row.token_hash.toString('base64url'), secret);
  t.equal(row.token_hash.length, 32);
  const lasts = row.expires_at.getTime() - Date.now();
  t.ok(lasts > 6.9 * 86_400_000 && lasts < 7.1 * 86_400_000, 'seven days');
  const again = await admin.post('/settings/invitations', ADA);
  t.equal(again.statusCode, 422);
  t.match(again.body, /has an open invitation/);

  const path = pathOf(link);
  const ada = new Browser(desk.app);
  t.match((await ada.get(path)).body, 'value="ada@example.com"');
  t.equal((await ada.get(path)).statusCode, 200, 'looking uses nothing up');
  const short = await ada.post(path, { ...JOINING, password: 'short' });
  t.equal(short.statusCode, 422);
  t.match(short.body, 'value="Ada Field"', 'what was typed is still there');
  const eve = new Browser(desk.app);
  await eve.get(path);
  const both = await Promise.all([ada.post(path, JOINING), eve.post(path, { ...JOINING, name: 'Eve' })]);
  t.strictSame(both.map(({ statusCode }) => statusCode).sort(), [303, 404], 'of two at once, one');
  t.equal((await ada.get(path)).statusCode, 404);
  const made = await desk.db.selectFrom('users').selectAll().where('email', '=', ADA.email).execute();
  t.match(made, [{ role: 'operator', time_zone: 'Europe/Berlin' }]);
  const inside = both[0]?.statusCode === 303 ? ada : eve;
  t.equal((await inside.get('/')).statusCode, 200, 'and is signed in');
});

t.test('an invitation ends by time, by being taken back, and by a newer link', async (t) => {
  const desk = await testDesk(t);
  const admin = await signedIn(desk, 'admin');
  await admin.get('/settings/invitations');
  const first = pathOf(linkIn((await admin.post('/settings/invitations', ADA)).body, 'invitation'));
  const { id } = await invitedRow(desk);
  const second = pathOf(linkIn((await admin.post(`/settings/invitations/${id}/again`)).body, 'invitation'));
  const anybody = new Browser(desk.app);
  t.equal((await anybody.get(first)).statusCode, 404, 'the earlier link has stopped');
  t.equal((await anybody.get(second)).statusCode, 200);
  await desk.db
    .updateTable('invitations')
    .set({ expires_at: new Date(Date.now() - 1000) })
    .execute();
  t.equal((await anybody.post(second, JOINING)).statusCode, 404, 'too late');
  t.match((await admin.get('/settings/invitations')).body, /expired/);
  await admin.post(`/settings/invitations/${id}/again`);
  t.equal((await admin.post(`/settings/invitations/${id}/revocation`)).statusCode, 303);
  t.match((await admin.get('/settings/invitations')).body, 'No open invitation');
  t.equal((await admin.post(`/settings/invitations/${id}/again`)).statusCode, 404);
  for (const wrong of ['', 'x', 'A'.repeat(43), 'A'.repeat(101)])
    t.not((await anybody.get(`/invitation/${wrong}`)).statusCode, 200, `“${wrong}”`);
  t.strictSame(
    (await desk.db.selectFrom('audit_entries').select('kind').orderBy('id').execute())
      .map(({ kind }) => kind)
      .filter((kind) => kind !== 'signed-in'),
    ['person-invited', 'invitation-sent-again', 'invitation-sent-again', 'invitation-revoked'],
  );
});

t.test('where mail can be sent, the link goes by the queue, sealed, and leads to BASE_URL', async (t) => {
  const desk = await testDesk(t, { BASE_URL: BASE });
  await desk.db.transaction().execute((trx) => addAccount(trx, SECRETS, ACCOUNT));
  const admin = await signedIn(desk, 'admin', 'desk.example.com');
  await admin.get('/settings/invitations');
  const sent = await admin.post('/settings/invitations', ADA);
  t.equal(sent.statusCode, 303);
  const kept = await desk.db.selectFrom('account_mails').selectAll().executeTakeFirstOrThrow();
  t.notMatch(kept.raw.toString('latin1'), '/invitation/', 'no link can be read in the database');
  const mail = await accountQueue(SECRETS).take(desk.db);
  const text = (mail?.raw.toString('latin1') ?? '').replace(/=\r\n/g, '').replaceAll('=3D', '=');
  t.match(text, `${BASE}/invitation/`);
  t.match(text, 'To: ada@example.com');
  const link = linkIn(text, 'invitation');
  const ada = new Browser(desk.app, 'desk.example.com');
  t.equal((await ada.get(pathOf(link))).statusCode, 200);
});
