import t from 'tap';
import { readMail } from '../../src/correspondence/mail.ts';

t.test('a mail of HTML alone keeps apart what it quotes', async (t) => {
  const html = '<div>Answer.</div><blockquote><p>Old words.</p></blockquote>';
  const mail = await readMail(
    Buffer.from(`From: desk@example.net\r\nSubject: x\r\nContent-Type: text/html\r\n\r\n${html}\r\n`),
  );
  t.equal(mail.text.replace(/\n+/g, '\n'), 'Answer.\n> Old words.');
});
