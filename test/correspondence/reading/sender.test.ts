import t from 'tap';
import { providerOfSender } from '../../../src/correspondence/reading/sender.ts';
import { readCatalogue } from '../../../src/providers/catalogue.ts';

const catalogue = readCatalogue();
const keyOf = (address: string): string | undefined => providerOfSender(address, catalogue)?.key;

t.test('knows desks by the domain of their answers', async (t) => {
  t.equal(keyOf('Outlook support <agent@css.one.microsoft.com>'), 'outlook-com');
  t.equal(keyOf('delist@messaging.microsoft.com'), 'microsoft-365', 'the longest domain decides');
  t.equal(keyOf('removals@SPAMHAUS.ORG'), 'spamhaus');
  t.equal(keyOf('x@mail.talosintelligence.com'), 'talos', 'a host below counts');
});

t.test('is not taken in by look-alikes', async (t) => {
  t.equal(keyOf('x@notspamhaus.org'), undefined);
  t.equal(keyOf('"a@spamhaus.org" <x@example.com>'), undefined);
  t.equal(keyOf('nothing'), undefined);
});
