import t from 'tap';
import { readWarmUp } from '../../src/letters/warm-up.ts';

t.test('a plan as people note it', async (t) => {
  t.strictSame(
    readWarmUp(
      'start 2026-03-16; moved from 203.0.113.9 (old web server); 50 a day in week 1, 200 in week 2, 1,000 to 1,200 in week 3; 48 sent yesterday',
      null,
    ),
    {
      startsAt: new Date('2026-03-16'),
      movedFrom: '203.0.113.9 (old web server)',
      weeks: [
        { week: 1, daily: '50' },
        { week: 2, daily: '200' },
        { week: 3, daily: '1,000 to 1,200' },
      ],
    },
  );
  t.match(readWarmUp('week 2: 400; week 1: 100', '2026-03-02'), {
    startsAt: new Date('2026-03-02'),
    weeks: [
      { week: 1, daily: '100' },
      { week: 2, daily: '400' },
    ],
  });
  t.equal(readWarmUp('we go slowly', null), null);
  t.match(readWarmUp('start 2026-99-99', '2026-03-02'), { startsAt: new Date('2026-03-02') });
});

t.test('a hostile plan is read in linear time', { timeout: 60_000 }, async (t) => {
  for (const text of ['1,'.repeat(50_000), '5 a day in week '.repeat(10_000), 'moved from '.repeat(20_000)])
    t.ok((readWarmUp(text, null)?.weeks.length ?? 0) <= 12);
});
