import fc from 'fast-check';
import t from 'tap';
import { PRESET_KEYS, partsOf, periodBefore, plusMonths, readPeriod } from '../../src/reports/period.ts';

const BERLIN = 'Europe/Berlin';
const NOW = new Date('2026-11-26T23:30:00Z');
const read = (asked: Parameters<typeof readPeriod>[0], zone = BERLIN) => {
  const period = readPeriod(asked, '12-months', zone, NOW);
  if (!period) throw new Error('no period');
  return period;
};

t.test('days are those of the viewer: in Berlin it is tomorrow already', async (t) => {
  t.match(read({ period: 'this-month' }), { first: '2026-11-01', last: '2026-11-27' });
  t.match(read({ period: 'this-month' }, 'UTC'), { first: '2026-11-01', last: '2026-11-26' });
  t.equal(read({ period: 'this-month' }).from.toISOString(), '2026-10-31T23:00:00.000Z');
});

t.test('a month in which clocks change has its 23 or 25 hours', async (t) => {
  const hours = (from: string, to: string) => {
    const period = read({ from, to });
    return (period.to.getTime() - period.from.getTime()) / 3_600_000;
  };
  t.equal(hours('2026-03-29', '2026-03-29'), 23);
  t.equal(hours('2026-10-25', '2026-10-25'), 25);
  t.equal(hours('2026-03-01', '2026-03-31'), 31 * 24 - 1);
});

t.test(
  'a calendar period is compared with the calendar one before, one that goes on as far as it has got',
  async (t) => {
    const before = (asked: Parameters<typeof readPeriod>[0]) => periodBefore(read(asked), BERLIN);
    t.match(before({ period: 'last-month' }), { first: '2026-09-01', last: '2026-09-30' });
    t.match(before({ period: 'this-year' }), { first: '2025-01-01', last: '2025-11-27' });
    t.match(before({ period: '12-months' }), { first: '2024-11-28', last: '2025-11-27' });
    t.match(before({ from: '2026-03-01', to: '2026-03-10' }), { first: '2026-02-19', last: '2026-02-28' });
  },
);

t.test('the end of a month stays the end of a shorter one', async (t) => {
  t.equal(plusMonths('2026-03-31', -1), '2026-02-28');
  t.equal(plusMonths('2024-02-29', 12), '2025-02-28');
});

t.test('parts of a period lie end to end over all of it, each named once', async (t) => {
  const day = fc
    .date({ min: new Date('1995-01-01'), max: new Date('2030-12-31'), noInvalidDate: true })
    .map((at) => at.toISOString().slice(0, 10));
  fc.assert(
    fc.property(
      day,
      day,
      fc.constantFrom(BERLIN, 'UTC', 'America/St_Johns', 'Pacific/Apia'),
      (a, b, zone) => {
        const period = read(a < b ? { from: a, to: b } : { from: b, to: a }, zone);
        const parts = partsOf(period, zone, NOW);
        t.strictSame(
          [parts[0]?.from, ...parts.slice(1).map(({ from }) => from)],
          [period.from, ...parts.slice(0, -1).map(({ to }) => to)],
        );
        t.strictSame(parts.at(-1)?.to, period.to);
        t.equal(new Set(parts.map(({ label }) => label)).size, parts.length);
      },
    ),
    { numRuns: 60 },
  );
});

t.test('each preset is a period with one before it that ends no later than it begins', async (t) => {
  for (const period of PRESET_KEYS) {
    const one = read({ period });
    t.ok(one.first <= one.last, period);
    t.ok(periodBefore(one, BERLIN).to <= one.to && periodBefore(one, BERLIN).from < one.from, period);
  }
  t.equal(readPeriod({ from: '2026-03-02', to: '2026-03-01' }, '12-months', BERLIN, NOW), undefined);
});
