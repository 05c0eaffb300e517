import t from 'tap';
import { readReports } from '../../src/complaints/read-reports.ts';
import { MOST_MAILS } from '../../src/mail-in/mbox.ts';
import { CATALOGUE } from '../desk.ts';

const REPORT =
  'From loop Thu Jan  1 00:00:00 2026\nSubject: complaint about message from 203.0.113.7\nFrom: a@example.com\n\nx\n\n';
const OTHER = 'From a Thu Jan  1 00:00:00 2026\nSubject: x\n\ny\n\n';

t.test('of an mbox with more mails than are read nothing is taken, and it is said', async (t) => {
  const read = (others: number) =>
    readReports(Buffer.from(REPORT + OTHER.repeat(others)), 'mail', {
      catalogue: CATALOGUE,
      keepMails: false,
    });
  t.match(await read(MOST_MAILS - 1), { complaints: { length: 1 }, others: MOST_MAILS - 1 });
  await t.rejects(read(MOST_MAILS), { message: /more than 5000 mails. Bring them in parts/ });
});
