import t from 'tap';
import { FLOOD_MAILS } from '../../src/mail-in/flood-count.ts';
import { signedIn, testDesk } from '../desk.ts';
import { mailOf } from './talk.fixture.ts';

const RFC822 = { 'content-type': 'message/rfc822' };

t.test('a mail is stored byte for byte and answered when it is; twice is known', async (t) => {
  const desk = await testDesk(t);
  const raw = Buffer.from(mailOf(1, 'a@provider.example', '\xff\x00'), 'latin1');
  t.match(await desk.api('POST', '/mail', raw, RFC822), { status: 202, body: { id: 1, known: false } });
  t.match(await desk.api('POST', '/mail', raw, RFC822), { status: 202, body: { id: 1, known: true } });
  const path = '/mail?way=pipe&sender=b%40provider.example&recipient=desk%2B1%40example.com';
  t.match(await desk.api('POST', path, Buffer.from(mailOf(2)), RFC822), { status: 202 });
  const rows = await desk.db.selectFrom('arrivals').selectAll().orderBy('id').execute();
  t.ok(rows[0]?.raw?.equals(raw));
  t.match(rows, [
    { way: 'api', envelope_sender: null },
    { way: 'pipe', envelope_sender: 'b@provider.example', envelope_recipients: ['desk+1@example.com'] },
  ]);
  t.match(await desk.api('POST', '/mail', Buffer.from('no mail'), RFC822), { status: 422 });
  const key = { ...RFC822, 'idempotency-key': 'k1' };
  const third = Buffer.from(mailOf(3));
  t.match(await desk.api('POST', '/mail', third, key), { status: 202, body: { known: false } });
  t.match(await desk.api('POST', '/mail', third, key), { status: 202, body: { known: false } }, 'replayed');
});

t.test('a flood is answered 429', async (t) => {
  const desk = await testDesk(t);
  const bring = (n: number) => desk.api('POST', '/mail', Buffer.from(mailOf(n)), RFC822);
  await Promise.all(Array.from({ length: FLOOD_MAILS }, (_, n) => bring(n)));
  const held = await bring(FLOOD_MAILS);
  t.match(held, { status: 429, body: { detail: /^More than 200 mails came from a@provider\.example/ } });
  const admin = await signedIn(desk, 'admin');
  t.match(
    (await admin.get('/settings/mailboxes')).body,
    /1 mail from a@provider\.example.*was|were held back/s,
  );
  await admin.post('/settings/mailboxes/floods/let-in', { sender: 'a@provider.example' });
  t.match(await bring(FLOOD_MAILS), { status: 202 });
  const keyed = { ...RFC822, 'idempotency-key': 'let-in' };
  t.match(await desk.api('POST', '/mail', Buffer.from(mailOf(FLOOD_MAILS + 1)), keyed), { status: 202 });
  t.match((await admin.get('/settings/mailboxes')).body, /All mails from <b>a@provider\.example/);
});

t.test('mails with a key are counted against floods as well; a key that was answered is not', async (t) => {
  const desk = await testDesk(t);
  const bring = (n: number) =>
    desk.api('POST', '/mail', Buffer.from(mailOf(n)), { ...RFC822, 'idempotency-key': `k${n}` });
  await Promise.all(Array.from({ length: FLOOD_MAILS }, (_, n) => bring(n)));
  t.match(await bring(0), { status: 202, body: { known: false } }, 'answered as before');
  t.match(await bring(FLOOD_MAILS), { status: 429 });
  t.match(await bring(FLOOD_MAILS), { status: 429 }, 'its key is free');
  t.match(await bring(0), { status: 202, body: { known: false } });
});

t.test('an mbox brings each of its mails as it was, by the API and the page', async (t) => {
  const desk = await testDesk(t);
  const quoted = mailOf(1, 'a@provider.example', 'We wrote:\r\n>From here on\r\n>>From there').replaceAll(
    '\r',
    '',
  );
  const mbox = `From a Mon Mar  2 10:00:00 2026\n${quoted}\nFrom b Mon Mar  2 10:00:00 2026\n${mailOf(2)}`;
  const type = { 'content-type': 'application/mbox' };
  t.match(await desk.api('POST', '/mail/mbox', Buffer.from(mbox), type), {
    status: 202,
    body: { taken: 2, known: 0 },
  });
  t.match(await desk.api('POST', '/mail/mbox', Buffer.from(mbox), type), {
    status: 202,
    body: { taken: 0, known: 2 },
  });
  const rows = await desk.db.selectFrom('arrivals').select('raw').orderBy('id').execute();
  const texts = rows.map(({ raw }) => raw?.toString()).sort((a, b) => (a?.length ?? 0) - (b?.length ?? 0));
  t.strictSame(texts, [mailOf(2), quoted.replace('>From here', 'From here').replace('>>From', '>From')]);

  const operator = await signedIn(desk);
  await operator.get('/mail/take');
  const boundary = 'x';
  const part = (name: string, content: string, file = '') =>
    `--${boundary}\r\ncontent-disposition: form-data; name="${name}"${file ? `; filename="${file}"\r\ncontent-type: message/rfc822` : ''}\r\n\r\n${content}\r\n`;
  const send = (...parts: string[]) =>
    desk.app.inject({
      method: 'POST',
      url: '/mail/take',
      payload: `${part('_csrf', operator.csrf)}${parts.join('')}--${boundary}--\r\n`,
      headers: {
        cookie: [...operator.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
        'content-type': `multipart/form-data; boundary=${boundary}`,
      },
    });
  t.equal((await send(part('file', mailOf(2), 'a.eml'), part('file', mailOf(3), 'b.eml'))).statusCode, 303);
  t.equal((await desk.db.selectFrom('arrivals').select('id').execute()).length, 3);
  const wrong = await send(part('file', mailOf(4), 'a.eml'), part('file', '%PDF-1.4', 'b.pdf'));
  t.match(wrong, { statusCode: 422, body: /File 2: this is no mail/ });
  t.equal((await desk.db.selectFrom('arrivals').select('id').execute()).length, 3, 'all or nothing');
});
