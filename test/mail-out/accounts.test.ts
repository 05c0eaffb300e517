import t from 'tap';
import type { Trx } from '../../src/database/open.ts';
import { accountToSendBy, addAccount, makeDefault, setAccountDisabled } from '../../src/mail-out/accounts.ts';
import { sendTest } from '../../src/mail-out/test-message.ts';
import { SYSTEM } from '../../src/web/access.ts';
import { SECRETS, signedIn, testDesk } from '../desk.ts';
import { ACCOUNT, CANARY, HASTE } from './mail-out.fixture.ts';
import { FakeSmtp } from './smtp.fixture.ts';

const form = (port: number) => ({
  name: 'Desk',
  host: '127.0.0.1',
  port: String(port),
  security: 'none',
  auth: 'password',
  userName: 'desk@harbour.example.com',
  secret: CANARY,
  fromAddress: 'desk@harbour.example.com',
  undoSeconds: '10',
});

t.test('an account is added, tested, changed, switched off; its secrets are in no answer', async (t) => {
  const desk = await testDesk(t);
  const smtp = await FakeSmtp.start(t);
  const admin = await signedIn(desk, 'admin');
  const seen: string[] = [];
  const post = async (path: string, fields: Record<string, string>) => {
    const answer = await admin.post(`/settings/mail/accounts${path}`, fields);
    seen.push(answer.body, JSON.stringify(answer.headers));
    return answer;
  };
  const get = async (path: string) => {
    const answer = await admin.get(path);
    seen.push(answer.body, JSON.stringify(answer.headers));
    return answer.body;
  };
  t.match(await get('/settings'), 'href="/settings/mail"');
  t.match(await get('/settings/mail'), 'None yet');
  const wrong = await post('', { ...form(smtp.port), host: 'mail.example.com' });
  t.match(wrong, { statusCode: 422, body: /not sent over a line that anybody can read/ });
  t.match(wrong.body, 'value="mail.example.com"', 'what was typed is kept');
  t.match(await post('', { ...form(smtp.port), fromAddress: 'a b@x' }), { statusCode: 422 });
  const faulty = await post('', { ...form(smtp.port), name: '', host: 'a b', port: 'x', dkimSelector: 's1' });
  for (const name of ['name', 'host', 'port', 'dkimDomain', 'dkimKey'])
    t.match(faulty.body, `id="error-${name}"`, `${name} is told with all that is wrong`);
  t.match(faulty.body, /<details class="more" open><summary>Sign here/, 'and is in sight');
  t.match(
    await post('', {
      ...form(smtp.port),
      dkimDomain: 'harbour.example.com',
      dkimSelector: 's1',
      dkimKey: CANARY,
    }),
    {
      statusCode: 422,
      body: /no private key in PEM/,
    },
  );
  const added = await post('', form(smtp.port));
  t.equal(added.statusCode, 303);
  const here = String(added.headers['location']).replace('/settings/mail/accounts', '');
  const page = await get(String(added.headers['location']));
  t.match(page, 'The line to this server is not encrypted.');
  t.match(page, 'Empty: unchanged.');
  const tested = await post(`${here}/test`, { to: 'me@example.net' });
  t.match(tested.body, 'The server took the test message.');
  t.match(tested.body, '250 2.0.0 Ok: queued as 4F00');
  t.strictSame(smtp.recipients, ['me@example.net']);
  smtp.script = { auth: `535 5.7.8 not with ${CANARY}` };
  t.match((await post(`${here}/test`, { to: 'me@example.net' })).body, '535 5.7.8 not with …');
  const login = smtp.lines.find((line) => line.startsWith('AUTH PLAIN'))?.split(' ')[2] ?? '';
  t.equal(Buffer.from(login, 'base64').toString(), `\0desk@harbour.example.com\0${CANARY}`);

  const { secret: _, ...kept } = form(smtp.port);
  t.equal((await post(here, { ...kept, fromName: 'Jonas', version: '1' })).statusCode, 303);
  const elsewhere = await post(here, { ...kept, host: 'localhost', version: '2' });
  t.match(
    elsewhere,
    { statusCode: 422, body: /Needed: the password/ },
    'another server does not get the password',
  );
  t.match(await post(here, { ...kept, version: '1' }), { statusCode: 409 });
  t.equal((await post(`${here}/disabling`, { disabled: 'yes' })).statusCode, 303);
  t.match(await get('/settings/mail'), 'switched off');
  t.equal((await post(`${here}/disabling`, { disabled: 'no' })).statusCode, 303);
  t.equal((await post(`${here}/default`, {})).statusCode, 303);
  const api = await desk.api('GET', '/sending-accounts');
  t.match(api.body.items, [{ name: 'Desk', fromAddress: 'desk@harbour.example.com', isDefault: true }]);
  seen.push(JSON.stringify(api.body));
  const rows = await desk.db.selectFrom('sending_accounts').selectAll().execute();
  seen.push(
    JSON.stringify(rows),
    Buffer.concat(rows.map((row) => row.secret ?? Buffer.of())).toString('latin1'),
  );
  t.strictSame(
    seen.filter((text) => text.includes(CANARY) || text.includes(Buffer.from(CANARY).toString('base64'))),
    [],
    'threat 29: the canary is in no page, header, answer or row',
  );
});

t.test('only an admin sees accounts', async (t) => {
  const desk = await testDesk(t);
  const operator = await signedIn(desk, 'operator');
  t.equal((await operator.get('/settings/mail')).statusCode, 403);
  t.equal((await operator.get('/settings/mail/accounts/new')).statusCode, 403);
});

t.test(
  'a server without the encryption that was asked for, or with a certificate of nobody, gets no password',
  async (t) => {
    const desk = await testDesk(t);
    const smtp = await FakeSmtp.start(t);
    const admin = await signedIn(desk, 'admin');
    await admin.post('/settings/mail/accounts', { ...form(smtp.port), security: 'starttls' });
    const account = await desk.db.selectFrom('sending_accounts').selectAll().executeTakeFirstOrThrow();
    const result = await sendTest(account, SECRETS, 'me@example.net', HASTE);
    t.match(result, { isGood: false, words: String });
    t.notOk(
      smtp.lines.some((line) => line.startsWith('AUTH')),
      'no login in clear',
    );
  },
);

t.test(
  'one account is the default, whoever chooses at the same time, and also after it was switched off',
  async (t) => {
    const { db, desk } = await testDesk(t);
    const change = (effect: (trx: Trx) => Promise<unknown>) => db.transaction().execute(effect);
    const defaults = async () =>
      (await db.selectFrom('sending_accounts').select('id').where('is_default', '=', true).execute()).map(
        ({ id }) => id,
      );
    await Promise.all(
      ['A', 'B', 'C'].map((name) => change((trx) => addAccount(trx, desk.secrets, { ...ACCOUNT, name }))),
    );
    t.equal((await defaults()).length, 1);
    for (let round = 0; round < 10; round++)
      await Promise.all([1, 2, 3].map((id) => change((trx) => makeDefault(trx, id, SYSTEM))));
    t.equal((await defaults()).length, 1);
    for (const id of [1, 2, 3]) await change((trx) => setAccountDisabled(trx, id, true, SYSTEM));
    t.strictSame(await defaults(), []);
    await t.rejects(
      change((trx) => accountToSendBy(trx)),
      /No sending account is the default/,
    );
    await change((trx) => setAccountDisabled(trx, 2, false, SYSTEM));
    await change((trx) => setAccountDisabled(trx, 3, false, SYSTEM));
    t.strictSame(await defaults(), [2]);
  },
);
