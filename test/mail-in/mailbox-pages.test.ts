import t from 'tap';
import { findMailbox } from '../../src/mail-in/mailboxes/mailboxes.ts';
import { signedIn, testDesk } from '../desk.ts';
import { MAIL_PASSWORD, whyNoDovecot } from '../trial/dovecot.ts';
import { dovecot, MAILBOX_FORM } from './mailbox.fixture.ts';
import { mailOf } from './talk.fixture.ts';

const PAGE = '/settings/mailboxes';

t.test('a mailbox is added, changed and disabled; its password is never shown again', async (t) => {
  const desk = await testDesk(t);
  const admin = await signedIn(desk, 'admin');
  t.equal((await admin.post(PAGE, MAILBOX_FORM)).statusCode, 303);
  const page = (await admin.get(PAGE)).body;
  t.match(page, /desk at 127\.0\.0\.1:1/);
  t.match(page, /not looked at yet/);
  t.match(page, /not encrypted/);
  t.notMatch(page, MAIL_PASSWORD);
  const row = await findMailbox(desk.db, 1);
  t.notOk(row.secret.includes(MAIL_PASSWORD), 'nor stored as it is');
  const keys = await desk.db.selectFrom('idempotency_keys').selectAll().execute();
  t.notMatch(JSON.stringify(keys), MAIL_PASSWORD);
  t.match(await desk.api('GET', '/mailboxes'), { status: 200, body: { items: [{ id: 1, name: 'Desk' }] } });
  t.notMatch(JSON.stringify((await desk.api('GET', '/mailboxes')).body), /secret|canary/i);

  const change = { ...MAILBOX_FORM, secret: '', name: 'Postmaster', version: '1' };
  t.equal((await admin.post(`${PAGE}/1`, change)).statusCode, 303);
  t.strictSame((await findMailbox(desk.db, 1)).secret, row.secret, 'an empty field keeps it');
  t.match(await admin.post(`${PAGE}/1`, change), { statusCode: 409, body: /Somebody changed this mailbox/ });

  const elsewhere = { ...change, host: 'imap.example.net', version: '2' };
  t.match(await admin.post(`${PAGE}/1`, elsewhere), { statusCode: 422, body: /Enter it again/ });
  t.equal((await findMailbox(desk.db, 1)).host, '127.0.0.1', 'a password goes only where it was entered for');
  t.equal((await admin.post(`${PAGE}/1`, { ...elsewhere, secret: 'another' })).statusCode, 303);
  t.equal((await admin.post(`${PAGE}/1/disable`)).statusCode, 303);
  t.match((await admin.get(PAGE)).body, /disabled/);
  t.equal((await admin.post(`${PAGE}/1/enable`)).statusCode, 303);
  t.equal((await admin.post(`${PAGE}/9/disable`)).statusCode, 404);
});

t.test(
  'what is wrong stands beside its field, and the form keeps what was typed but the password',
  async (t) => {
    const desk = await testDesk(t);
    const admin = await signedIn(desk, 'admin');
    await admin.post(PAGE, MAILBOX_FORM);
    for (const [change, words] of [
      [{ name: 'desk' }, /Another mailbox has this name/],
      [{ name: 'b', secret: '' }, /Needed: the password/],
      [{ name: 'b', afterTaking: 'move' }, /Needed: the folder/],
      [{ name: 'b', afterTaking: 'move', moveTo: 'INBOX' }, /the folder that is looked at/],
      [{ name: 'b', auth: 'oauth2' }, /Needed with OAuth 2/],
      [
        { name: 'b', auth: 'oauth2', clientId: 'x', tokenUrl: 'http://login.example.com/' },
        /begins with https/,
      ],
      [{ name: 'b', host: 'https://imap.example.com' }, /Must be a host name/],
      [{ name: 'b', port: '99999' }, /Must be a port/],
    ] as [Record<string, string>, RegExp][]) {
      const answer = await admin.post(PAGE, { ...MAILBOX_FORM, userName: 'typed-by-me', ...change });
      t.match(answer, { statusCode: 422, body: words });
      t.match(answer.body, /value="typed-by-me"/);
      t.notMatch(answer.body, MAIL_PASSWORD);
    }
    t.equal((await desk.db.selectFrom('mailboxes').select('id').execute()).length, 1);
  },
);

t.test('looking at once tells what the server says', { skip: whyNoDovecot() ?? false }, async (t) => {
  const desk = await testDesk(t);
  const server = await dovecot(t);
  server.deliver(mailOf(1), mailOf(2));
  const admin = await signedIn(desk, 'admin');
  await admin.post(PAGE, { ...MAILBOX_FORM, port: String(server.port) });
  t.equal((await admin.post(`${PAGE}/1/look`)).statusCode, 303);
  t.match(
    (await admin.get(PAGE)).body,
    /127\.0\.0\.1 holds 2 messages in INBOX\. It tells of new ones at once/,
  );
  await admin.post(`${PAGE}/1`, {
    ...MAILBOX_FORM,
    port: String(server.port),
    secret: 'wrong',
    version: '1',
  });
  await admin.post(`${PAGE}/1/look`);
  t.match((await admin.get(PAGE)).body, /refuses the sign-in\. It says: “.*Authentication failed/);
});
