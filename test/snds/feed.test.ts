import t from 'tap';
import { daysToAsk, dueDates, linkFor, maskedLink, nextTurn } from '../../src/snds/feed.ts';

const NOW = new Date('2026-06-10T09:00:00Z');

t.test('the day goes into a link as the link asks for it', async (t) => {
  t.equal(linkFor('https://a.example/data/{yyyy-MM-dd}', '2026-06-01'), 'https://a.example/data/2026-06-01');
  t.equal(linkFor('https://a.example/?date={MMddyy}', '2026-06-01'), 'https://a.example/?date=060126');
  t.equal(linkFor('https://a.example/?date={ddMMyy}', '2026-06-01'), 'https://a.example/?date=010626');
});

t.test('of a link only its place and the end of its key are shown', async (t) => {
  const cases = [
    [
      'https://a.example/snds/data.aspx?key=11111111-2222-3333-4444-555566667777',
      'a.example/snds/data.aspx?key=…7777',
    ],
    ['https://a.example/snds/data.aspx?key=1234567', 'a.example/snds/data.aspx?key=…'],
    ['https://a.example/x?date={MMddyy}&key=abcdefghijklmnop', 'a.example/x?date={MMddyy}&key=…mnop'],
    [
      'https://a.example/ip-domain-management-snds/data/{yyyy-MM-dd}',
      'a.example/ip-domain-management-snds/data/{yyyy-MM-dd}',
    ],
    ['https://a.example/auto/11111111-2222-3333-4444-555566667777/data', 'a.example/auto/…7777/data'],
    ['no link', '…'],
  ] as const;
  for (const [link, shown] of cases) t.equal(maskedLink(link), shown, link);
});

t.test('days are asked for up to yesterday, ten at a turn, and the last two again', async (t) => {
  t.strictSame(daysToAsk('2026-06-07', NOW), ['2026-06-06', '2026-06-07', '2026-06-08', '2026-06-09']);
  t.strictSame(daysToAsk('2026-06-09', NOW), ['2026-06-08', '2026-06-09']);
  const first = daysToAsk(null, NOW);
  t.equal(first.length, 10);
  t.equal(first[0], '2026-03-12', 'ninety days');
  t.equal(daysToAsk('2020-01-01', NOW)[0], '2026-03-12', 'what SNDS has no more is not asked for');
});

t.test('a link is due after 30 days and a network after ten months', async (t) => {
  t.strictSame(dueDates({ renewedOn: '2026-05-14', attestedOn: '2025-08-31' }, NOW), [
    { key: 'link', what: 'renew the link', on: '2026-06-13', isPast: false, isSoon: true },
    { key: 'attestation', what: 'attest the network again', on: '2026-06-30', isPast: false, isSoon: false },
  ]);
  t.match(dueDates({ renewedOn: '2026-05-01', attestedOn: null }, NOW), [
    { on: '2026-05-31', isPast: true, isSoon: false },
  ]);
  t.match(dueDates({ renewedOn: '2026-06-10', attestedOn: '2025-04-30' }, NOW)[1], {
    on: '2026-02-28',
    isPast: true,
  });
});

t.test('after a failure the next turn is soon, and never later than usual', async (t) => {
  const hours = [0, 1, 2, 3, 4, 50].map(
    (failures) => (nextTurn(NOW, failures).getTime() - NOW.getTime()) / 3_600_000,
  );
  t.strictSame(hours, [6, 1, 2, 4, 6, 6]);
});
