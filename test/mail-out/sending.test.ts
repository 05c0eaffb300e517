import { generateKeyPairSync } from 'node:crypto';
import { dkimVerify } from 'mailauth/lib/dkim/verify.js';
import t from 'tap';
import { readMail } from '../../src/correspondence/mail.ts';
import { readReplyTag } from '../../src/mail-out/reply-tag.ts';
import { replyTagSecret } from '../../src/mail-out/tag-secret.ts';
import { signedIn } from '../desk.ts';
import { type MailDesk, mailDesk, TO } from './mail-out.fixture.ts';

const rawOf = async ({ db }: MailDesk, message: number) =>
  (await db.selectFrom('messages').select('raw').where('id', '=', message).executeTakeFirstOrThrow()).raw;
/** Header fields, unfolded. */
const headOf = (raw: Buffer) => (raw.toString().split('\r\n\r\n')[0] ?? '').replace(/\r\n[ \t]+/g, ' ');

t.test(
  'a letter is marked as sent, kept and queued at once, and the server gets the octets that were kept',
  async (t) => {
    const desk = await mailDesk(t);
    const { letter, message } = await desk.send();
    const before = await desk.dispatch(message);
    t.match(before, {
      state: 'queued',
      envelope_recipients: [TO],
      envelope_sender: 'desk@harbour.example.com',
    });
    t.equal(await desk.state(), 'awaiting-provider');
    t.equal(await desk.work(), 1);
    const raw = await rawOf(desk, message);
    t.equal(desk.server.messages[0]?.toString('latin1'), raw.toString('latin1'), 'the same octets');
    t.strictSame(desk.server.recipients, [TO]);
    t.match(headOf(raw), /^Message-ID: <[0-9a-f-]{36}\.desk@harbour\.example\.com>$/m);
    t.match(headOf(raw), /^From: Jonas Weber <desk@harbour\.example\.com>$/m);
    t.match(headOf(raw), new RegExp(`^To: ${TO}$`, 'm'));
    const after = await desk.dispatch(message);
    t.match(after, { state: 'sent', server_words: '250 2.0.0 Ok: queued as 4F00', attempts: 1 });
    t.equal(await desk.work(), 0, 'nothing is left to be sent');
    t.equal(desk.server.messages.length, 1);
    const shown = await desk.api('GET', `/letters/${letter}`);
    t.match(shown.body.mail, { state: 'sent', serverWords: '250 2.0.0 Ok: queued as 4F00', to: [TO] });
    const timeline = await desk.api('GET', `/incidents/${desk.number}/timeline`);
    t.match(
      timeline.body.items.find((entry: { kind: string }) => entry.kind === 'dispatch-settled'),
      { detail: { state: 'sent', to: TO, account: 'Desk', words: '250 2.0.0 Ok: queued as 4F00' } },
    );
  },
);

t.test('without an account and deliver, the API only records that a letter was sent', async (t) => {
  const desk = await mailDesk(t);
  const letter = await desk.draft();
  const answer = await desk.api('POST', `/letters/${letter}/send`, { channel: 'email', reference: 'SRX1ID' });
  t.match(answer, { status: 200, body: { state: 'sent', mail: null } });
  t.equal(await desk.work(), 0);
  const other = await desk.draft();
  t.match(
    await desk.api('POST', `/letters/${other}/send`, { channel: 'form', deliver: true, to: TO }),
    { status: 422, body: { fields: { channel: String } } },
    'a form is not mail',
  );
  t.match(
    await desk.api('POST', `/letters/${other}/send`, { channel: 'email', account: 'Desk', to: TO }),
    { status: 200, body: { mail: { state: 'queued', account: 'Desk' } } },
    'an account by its name',
  );
});

t.test('a second letter of the ticket refers to what was written before, and names the ticket', async (t) => {
  const desk = await mailDesk(t, {
    account: { tagsReplies: true, replyAddress: 'answers@harbour.example.com' },
  });
  const first = await desk.send({ reference: 'SRX1234567890ID' });
  await desk.work();
  const answer =
    'From: Outlook <support@provider.example.net>\nTo: desk@harbour.example.com\nSubject: SRX1234567890ID\nMessage-ID: <answer-1@provider.example.net>\nDate: Thu, 26 Nov 2026 01:00:00 +0000\n\nYour IP does not qualify for mitigation.\n';
  await desk.api('POST', `/incidents/${desk.number}/messages`, {
    direction: 'in',
    body: answer,
    reference: 'SRX1234567890ID',
  });
  const { body: draft } = await desk.api('POST', `/incidents/${desk.number}/letters`, {
    template: 'outlook-com/second-review',
    language: 'en',
  });
  const sent = await desk.api('POST', `/letters/${draft.id}/send`, { channel: 'email', deliver: true });
  t.equal(sent.status, 200, JSON.stringify(sent.body));
  t.strictSame(sent.body.mail.to, [TO], 'to whom answered');
  const head = headOf(await rawOf(desk, sent.body.mail.messageId));
  const own = (await readMail(await rawOf(desk, first.message))).messageId;
  t.match(head, /^In-Reply-To: <answer-1@provider\.example\.net>$|^In-Reply-To: <[0-9a-f-]+\.desk@/m);
  const references = /^References: (.*)$/m.exec(head)?.[1] ?? '';
  t.match(references, own);
  t.match(references, '<answer-1@provider.example.net>');
  t.match(head, /^Subject: .*SRX1234567890ID/m);
  const replyTo = /^Reply-To: <?([^>\r\n]+)>?$/m.exec(head)?.[1] ?? '';
  t.equal(readReplyTag(await replyTagSecret(desk.db), replyTo), desk.number, replyTo);
});

t.test('a letter is signed where it is composed, and the signature holds on arrival', async (t) => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const desk = await mailDesk(t, {
    account: { dkimDomain: 'harbour.example.com', dkimSelector: 's1', dkimKey: privateKey },
  });
  await desk.send();
  await desk.work();
  const resolver = async (name: string, type: string) => {
    if (name !== 's1._domainkey.harbour.example.com' || type !== 'TXT')
      throw Object.assign(new Error(name), { code: 'ENOTFOUND' });
    return [[`v=DKIM1; k=rsa; p=${publicKey.toString('base64')}`]];
  };
  const { results } = await dkimVerify(desk.server.messages[0] as Buffer, { resolver } as never);
  t.match(results, [{ signingDomain: 'harbour.example.com', status: { result: 'pass' } }]);
});

t.test('from the composer: files go along, and a double click sends once', async (t) => {
  const desk = await mailDesk(t);
  const letter = await desk.draft();
  const browser = await signedIn(desk);
  const page = (await browser.get(`/incidents/${desk.number}/letters/${letter}`)).body;
  t.match(page, 'Send by e-mail');
  t.match(page, 'Desk, desk@harbour.example.com');
  const row = await desk.db
    .selectFrom('letters')
    .selectAll()
    .where('id', '=', letter)
    .executeTakeFirstOrThrow();
  const once = /name="_once" value="([^"]+)"/.exec(page)?.[1] ?? '';
  const fields = {
    _csrf: browser.csrf,
    _once: once,
    subject: row.subject,
    body: `${row.body}\nOne more line.`,
    version: String(row.version),
    account: String(desk.account),
    mailTo: TO,
  };
  const boundary = 'b0undary';
  const payload = [
    ...Object.entries(fields).map(([name, value]) => [`name="${name}"`, value]),
    ['name="file"; filename="log.txt"\r\nContent-Type: text/plain', 'a line\n.\nof a log\n'],
    ['name="file"; filename="Übersicht.pdf"\r\nContent-Type: application/pdf', '%PDF-1.4'],
  ]
    .map(([head, value]) => `--${boundary}\r\nContent-Disposition: form-data; ${head}\r\n\r\n${value}\r\n`)
    .join('');
  const post = () =>
    desk.app.inject({
      method: 'POST',
      url: `/incidents/${desk.number}/letters/${letter}/mailing`,
      payload: `${payload}--${boundary}--\r\n`,
      headers: {
        cookie: [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
        'content-type': `multipart/form-data; boundary=${boundary}`,
      },
    });
  const answers = [await post(), await post()];
  t.strictSame(
    answers.map((answer) => [answer.statusCode, answer.headers['location']]),
    answers.map(() => [303, answers[0]?.headers['location']]),
  );
  t.equal(await desk.work(), 1);
  const read = await readMail(desk.server.messages[0] as Buffer);
  t.match(read.text, /One more line\.\s*$/);
  t.strictSame(
    read.attachments.map((one) => [one.fileName, one.contentType, one.content.toString()]),
    [
      ['log.txt', 'text/plain', 'a line\n.\nof a log\n'],
      ['Übersicht.pdf', 'application/pdf', '%PDF-1.4'],
    ],
  );
  const shown = (await browser.get(String(answers[0]?.headers['location']))).body;
  t.match(shown, 'Übersicht.pdf');
  t.match(shown, '250 2.0.0 Ok: queued as 4F00');
});

t.test(
  'a process whose clock is wrong delays no mail: the queue goes by the clock of the database',
  { skip: process.env['TEST_DATABASE_URL'] ? false : 'the embedded database has the clock of its process' },
  async (t) => {
    const desk = await mailDesk(t);
    const letter = await desk.draft();
    const real = Date.now;
    Date.now = () => real() + 3_600_000;
    t.teardown(() => {
      Date.now = real;
    });
    const answer = await desk.api('POST', `/letters/${letter}/send`, {
      channel: 'email',
      deliver: true,
      to: TO,
    });
    Date.now = real;
    t.equal(answer.status, 200);
    t.equal(await desk.work(), 1, 'it is sent at once');
  },
);
