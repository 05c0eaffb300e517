import t from 'tap';
import { readMail } from '../../src/correspondence/mail.ts';
import { fanOut } from '../../src/notifications/fan-out.ts';
import { mailDue } from '../../src/notifications/mailing.ts';
import { markAllRead } from '../../src/notifications/notices.ts';
import { peopleTold } from '../../src/notifications/tell-people.ts';
import { addNote } from '../../src/timeline/notes.ts';
import { SYSTEM } from '../../src/web/access.ts';
import { REFUSAL } from '../desk.ts';
import { arrive, mail, readAll } from '../mail-in/mails.fixture.ts';
import { noticeDesk, RULE } from './mail.fixture.ts';

const NOON = new Date('2026-01-14T11:00:00Z');
const header = (raw: Buffer | undefined, name: string) =>
  new RegExp(`^${name}:((?:\\r\\n[ \\t]|.)*)`, 'im').exec(raw?.toString('latin1') ?? '')?.[1]?.trim();

t.test(
  'what is to be mailed at once is mailed once, to the person alone, and asks for no answer',
  async (t) => {
    const desk = await noticeDesk(t);
    const { db, api, server, person } = desk;
    await person('Ann', { rules: [{ ...RULE, topics: ['block', 'note'] }] });
    await person('Bob', { rules: [{ ...RULE, topics: ['import'] }] });
    await api('POST', '/incidents', { report: REFUSAL });
    await db
      .transaction()
      .execute((trx) => addNote(trx, SYSTEM, 1, 'Line\r\nBcc: x@example.net <b>&"\u202e'));
    await fanOut(db, [peopleTold(() => NOON)]);
    t.equal(await desk.mail(NOON), 1);
    t.equal(await desk.mail(NOON), 0, 'once');
    t.strictSame(server.recipients, ['ann@example.com']);
    const [raw] = server.messages;
    t.equal(header(raw, 'Auto-Submitted'), 'auto-generated');
    t.equal(header(raw, 'List-Unsubscribe'), '<https://desk.example.com/settings/notifications>');
    t.equal(header(raw, 'Bcc'), undefined);
    t.equal(header(raw, 'Reply-To'), undefined);
    t.match(header(raw, 'Message-ID'), /^<[\da-f-]{36}\.notice@harbour\.example\.com>$/);
    const read = await readMail(raw ?? Buffer.alloc(0));
    t.match(read.subject, /^#1 Outlook\.com blocks 203\.0\.113\.7: 2 new$/);
    t.match(read.text, /#1 Outlook\.com blocks 203\.0\.113\.7\n.*Logged, Outlook\.com/);
    t.match(read.text, /Note: Line Bcc: x@example\.net <b>&"$/m);
    t.match(read.text, 'https://desk.example.com/incidents/1#e');
    t.match(read.text, /Times are Europe\/Berlin, now UTC\+01:00/);
    t.match(read.html, 'Bcc: x@example.net &lt;b&gt;&amp;&quot;');
    t.match(await desk.mails(), [{ state: 'sent', server_words: /queued/ }]);
  },
);

t.test('a digest is one mail at its hour, with all that happened until then', async (t) => {
  const desk = await noticeDesk(t);
  await desk.person('Ann', { rules: [{ ...RULE, way: 'digest' }] });
  await desk.happen('First', NOON);
  await desk.happen('Second', new Date('2026-01-15T06:59:00Z'));
  await desk.happen('Third', new Date('2026-01-15T07:00:00Z'));
  t.equal(await desk.mail(new Date('2026-01-15T06:59:59Z')), 0, 'not before 8 in Berlin');
  t.equal(await desk.mail(new Date('2026-01-15T07:00:00Z')), 1);
  const { subject, text } = await readMail(desk.server.messages[0] ?? Buffer.alloc(0));
  t.match(subject, '2 new');
  t.match(text, /First[\s\S]*Second/);
  t.notMatch(text, 'Third');
  await desk.wait(60 * 24);
  t.equal(await desk.mail(new Date('2026-01-16T07:00:00Z')), 1, 'what happened at 8 is in the next');
});

t.test('no more than one mail a minute; what happens meanwhile goes along', async (t) => {
  const desk = await noticeDesk(t);
  await desk.person('Ann');
  await desk.happen('First', new Date());
  t.equal(await desk.mail(new Date()), 1);
  await desk.happen('Second', new Date());
  await desk.happen('Third', new Date());
  t.equal(await desk.mail(new Date()), 0);
  await desk.wait(2);
  t.equal(await desk.mail(new Date()), 1);
  t.match((await readMail(desk.server.messages[1] ?? Buffer.alloc(0))).text, /Second[\s\S]*Third/);
});

t.test(
  'what was read meanwhile is not mailed, nor anything where nothing sends it or nobody wants it',
  async (t) => {
    const desk = await noticeDesk(t, null);
    const ann = await desk.person('Ann');
    await desk.person('Bob', {
      rules: [RULE],
      times: { takesMail: false, cadence: 'daily', digestHour: 8, quiet: null, criticalBreaksThrough: true },
    });
    await desk.happen('Without an account', NOON);
    t.equal(await desk.mail(NOON), 0);
    const due = () =>
      desk.db.selectFrom('notices').select('id').where('mail_due_at', 'is not', null).execute();
    t.strictSame(await due(), [], 'and does not wait for one');

    const other = await noticeDesk(t);
    const cid = await other.person('Cid');
    await other.happen('Read by the time', NOON);
    await other.db.transaction().execute((trx) => markAllRead(trx, cid, Number.MAX_SAFE_INTEGER));
    t.equal(await other.mail(NOON), 0);
    t.strictSame(other.server.messages, []);
    t.ok(ann);
  },
);

t.test('several processes at a time compose one mail', async (t) => {
  const desk = await noticeDesk(t);
  for (const name of ['Ann', 'Bob', 'Cid']) await desk.person(name);
  await desk.happen('Once', NOON);
  const counts = await Promise.all([1, 2, 3, 4].map(() => mailDue(desk.desk, NOON)));
  t.equal(
    counts.reduce((sum, one) => sum + one, 0),
    3,
  );
  t.equal((await desk.mails()).length, 3);
});

t.test('a server that refuses for now is asked again; one that refuses for good is not', async (t) => {
  const desk = await noticeDesk(t);
  await desk.person('Ann');
  await desk.happen('Once', NOON);
  desk.server.script = { rcpt: '450 4.2.0 Later' };
  await desk.mail(NOON);
  t.match(await desk.mails(), [{ state: 'deferred', attempts: 1, server_words: /Later/ }]);
  await desk.db
    .updateTable('notice_mails')
    .set({ due_at: new Date(0) })
    .execute();
  desk.server.script = { rcpt: '550 5.1.1 No such person' };
  await desk.mail(NOON);
  t.match(await desk.mails(), [{ state: 'failed', attempts: 2, server_words: /No such person/ }]);
  t.equal(await desk.mail(NOON), 0);
});

t.test(
  'mail about mail goes round no further: reports, automatic answers and answers are told to nobody',
  async (t) => {
    const desk = await noticeDesk(t);
    await desk.person('Ann', { rules: [{ ...RULE, topics: ['unfiled', 'import'] }] });
    await desk.happen('Once', NOON);
    await desk.mail(NOON);
    const [sent] = await desk.mails();
    const id = sent?.message_id ?? '';
    const come = async (raw: string | Buffer) => {
      await arrive(desk, Buffer.from(raw));
      await readAll(desk);
    };
    await come(
      [
        'From: MAILER-DAEMON@example.com',
        'To: desk@harbour.example.com',
        'Subject: Undelivered Mail Returned to Sender',
        'Auto-Submitted: auto-replied',
        'MIME-Version: 1.0',
        'Content-Type: multipart/report; report-type=delivery-status; boundary=b',
        '',
        '--b',
        'Content-Type: text/plain',
        '',
        'It did not work.',
        '--b',
        'Content-Type: message/delivery-status',
        '',
        'Reporting-MTA: dns; mail.example.com',
        '',
        'Final-Recipient: rfc822; ann@example.com',
        'Action: failed',
        'Status: 5.1.1',
        'Diagnostic-Code: smtp; 550 5.1.1 No such person',
        '',
        '--b',
        'Content-Type: text/rfc822-headers',
        '',
        `Message-ID: ${id}`,
        '--b--',
        '',
      ].join('\r\n'),
    );
    t.match(await desk.mails(), [{ state: 'failed', server_words: /No such person/ }], 'the report is taken');
    const from = 'From: ann@example.com\r\nTo: desk@harbour.example.com\r\n';
    await come(`${from}Subject: Out of office\r\nAuto-Submitted: auto-replied\r\n\r\nAway.\r\n`);
    await come(`${from}Subject: Re: Once\r\nIn-Reply-To: ${id}\r\nReferences: ${id}\r\n\r\nThanks.\r\n`);
    t.strictSame(await desk.db.selectFrom('event_outbox').select('id').execute(), []);
    await come(await mail({ text: 'Which address is it?' }));
    t.match(await desk.db.selectFrom('event_outbox').selectAll().execute(), [
      { kind: 'mail-unfiled', link: /^\/unfiled\/\d+$/ },
    ]);
  },
);
