import t from 'tap';
import { readMessage } from '../../src/correspondence/take-message.ts';
import { readCatalogue } from '../../src/providers/catalogue.ts';

const context = { catalogue: readCatalogue(), provider: 'spamhaus' };
const read = (text: string, subject?: string) =>
  readMessage({ direction: 'in', channel: 'email', rawMail: null, text, subject }, context);

t.test(
  'a text pasted with the line of its subject has that subject, and shows the line no more',
  async (t) => {
    const pasted = 'Subject: Your request [ST1790021]\n\nHello,\n\nthe listing stays.';
    const message = await read(pasted);
    t.match(message, {
      mail: { subject: 'Your request [ST1790021]', text: 'Hello,\n\nthe listing stays.' },
      reading: { verdict: 'denied' },
      reference: 'ST1790021',
    });
    t.equal(String(message.raw), pasted, 'kept as it came');
  },
);

t.test('a subject that was typed stands, and the text as it was pasted', async (t) => {
  const pasted = 'Subject: theirs\n\nThe listing stays.';
  t.match((await read(pasted, 'ours')).mail, { subject: 'ours', text: pasted });
});
