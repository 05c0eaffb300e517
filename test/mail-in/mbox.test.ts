import t from 'tap';
import { MOST_MAILS } from '../../src/mail-in/mbox.ts';
import { mailsOf } from '../../src/mail-in/take-files.ts';

const mbox = (mails: number) => ({
  name: '',
  octets: Buffer.from('From a Thu Jan  1 00:00:00 2026\nSubject: x\n\ny\n\n'.repeat(mails)),
});

t.test('an mbox with as many mails as are taken at a time is taken; one more is refused whole', async (t) => {
  t.equal(mailsOf(mbox(MOST_MAILS), 'mail').length, MOST_MAILS);
  t.throws(() => mailsOf(mbox(MOST_MAILS + 1), 'mail'), { message: /this is more than 5000 mails/ });
});
