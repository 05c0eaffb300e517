import t from 'tap';
import { MOST_IN_LINE } from '../../src/aside/aside.ts';
import { readMail } from '../../src/correspondence/mail.ts';
import { holdThread } from '../aside.fixture.ts';

t.test('a mail of HTML alone keeps apart what it quotes', async (t) => {
  const html = '<div>Answer.</div><blockquote><p>Old words.</p></blockquote>';
  const mail = await readMail(
    Buffer.from(`From: desk@example.net\r\nSubject: x\r\nContent-Type: text/html\r\n\r\n${html}\r\n`),
  );
  t.equal(mail.text.replace(/\n+/g, '\n'), 'Answer.\n> Old words.');
});

t.test('a large mail is taken apart beside what else is asked, and reads as a small one does', async (t) => {
  const picture = Buffer.from(Array.from({ length: 700_000 }, (_, place) => (place * 7) % 251));
  const mail = (text: string) =>
    Buffer.from(
      [
        'From: Mia <mia@provider.example>',
        'To: desk@example.com',
        'Subject: Re: your request',
        'MIME-Version: 1.0',
        'Content-Type: multipart/mixed; boundary=b',
        '',
        '--b',
        'Content-Type: text/plain; charset=utf-8',
        '',
        text,
        '--b',
        'Content-Type: image/png; name="p.png"',
        'Content-Disposition: attachment; filename="p.png"',
        'Content-Transfer-Encoding: base64',
        '',
        picture.toString('base64').replace(/(.{76})/g, '$1\r\n'),
        '--b--',
        '',
      ].join('\r\n'),
    );
  let turns = 0;
  const turning = setInterval(() => {
    turns += 1;
  }, 1);
  const read = await readMail(mail('We have mitigated it.'));
  clearInterval(turning);
  t.ok(turns > 0, 'others had their turn');
  t.match(read, { from: 'Mia <mia@provider.example>', text: 'We have mitigated it.\n', problem: null });
  t.match(read.attachments, [{ fileName: 'p.png', contentType: 'image/png' }]);
  t.ok(read.attachments[0]?.content.equals(picture), 'octet by octet');
  const deep = Array.from(
    { length: 40 },
    (_, n) => `Content-Type: multipart/mixed; boundary=b${n}\r\n\r\n--b${n}\r\n`,
  );
  const bomb = await readMail(Buffer.from(`From: a@b.example\r\n${deep.join('')}\r\n${'x'.repeat(600_000)}`));
  t.match(bomb.problem, /could not be taken apart \(.*nest/i);
});

t.test(
  'where too many wait, a mail that somebody brings is refused, never kept unread; one that came in waits',
  async (t) => {
    const raw = Buffer.from(`From: a@b.example\r\nSubject: x\r\n\r\n${'Words.\r\n'.repeat(80_000)}`);
    const letGo = holdThread();
    const line = Array.from({ length: MOST_IN_LINE - 1 }, () => readMail(raw));
    await t.rejects(readMail(raw), { code: 'too-busy' });
    const own = readMail(raw, { patient: true });
    await letGo();
    for (const read of [...line, own]) t.match(await read, { subject: 'x', problem: null });
  },
);
