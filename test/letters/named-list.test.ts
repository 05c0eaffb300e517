import t from 'tap';
import { namedList } from '../../src/letters/named-list.ts';

t.test('the list that a refusal names, and whether it has ended', async (t) => {
  const refusal = '554 Service unavailable; Client host [203.0.113.7] blocked using dnsbl.sorbs.net';
  t.strictSame(namedList('SORBS (ended 2024)', refusal), { name: 'SORBS', ended: '2024-06' });
  t.strictSame(namedList(null, refusal), { name: 'SORBS', ended: '2024-06' }, 'by its zone alone');
  t.strictSame(namedList('Spamhaus XBL', 'blocked using zen.spamhaus.org'), {
    name: 'Spamhaus XBL',
    ended: null,
  });
  t.equal(namedList(null, '550 5.7.1 blocked'), null);
});
