import fc from 'fast-check';
import t from 'tap';
import { isQuiet, mailDueAt, nextDigest, type Times } from '../../src/notifications/times.ts';
import { clock } from '../../src/web/format.ts';

const BERLIN = 'Europe/Berlin';
const at = (text: string) => new Date(`${text}Z`);
const NIGHT = { from: 22 * 60, until: 7 * 60 };
const times = (more: Partial<Times> = {}): Times => ({
  zone: BERLIN,
  cadence: 'daily',
  digestHour: 8,
  quiet: NIGHT,
  criticalBreaksThrough: true,
  ...more,
});
const due = (
  text: string,
  more: Partial<Times> = {},
  way: 'at-once' | 'digest' = 'at-once',
  critical = false,
) => mailDueAt(way, times(more), critical, at(text))?.toISOString();

t.test('quiet hours hold mail back until they end, by the clock of the person', async (t) => {
  t.equal(due('2026-01-14T12:00:00'), '2026-01-14T12:00:00.000Z', 'by day at once');
  t.equal(due('2026-01-14T20:59:59'), '2026-01-14T20:59:59.000Z', 'until 22:00');
  t.equal(due('2026-01-14T21:00:00'), '2026-01-15T06:00:00.000Z', 'then the next morning at 7');
  t.equal(due('2026-01-15T05:59:59'), '2026-01-15T06:00:00.000Z');
  t.equal(due('2026-01-15T06:00:00'), '2026-01-15T06:00:00.000Z', 'when it is over');
  t.equal(
    due('2026-01-14T12:30:00', { quiet: { from: 720, until: 840 } }),
    '2026-01-14T13:00:00.000Z',
    'at noon',
  );
  t.equal(due('2026-01-14T23:00:00', {}, 'at-once', true), '2026-01-14T23:00:00.000Z', 'critical');
  t.equal(
    due('2026-01-14T23:00:00', { criticalBreaksThrough: false }, 'at-once', true),
    '2026-01-15T06:00:00.000Z',
    'unless the person says so',
  );
  t.equal(due('2026-01-14T23:00:00', { zone: 'Asia/Kathmandu' }), '2026-01-15T01:15:00.000Z', 'UTC+05:45');
  t.equal(mailDueAt('product', times(), true, at('2026-01-14T12:00:00')), null);
});

t.test('quiet hours over a change of clocks', async (t) => {
  // 29 March 2026: 02:00 becomes 03:00 in Berlin; 25 October: 03:00 becomes 02:00.
  t.equal(
    due('2026-03-28T22:00:00'),
    '2026-03-29T05:00:00.000Z',
    'the short night ends at 7 of the new time',
  );
  t.equal(due('2026-10-24T21:00:00'), '2026-10-25T06:00:00.000Z', 'the long one too');
  const early = { quiet: { from: 22 * 60, until: 2 * 60 + 30 } };
  t.equal(due('2026-03-29T00:10:00', early), '2026-03-29T01:00:00.000Z', '02:30 is skipped: over at 03:00');
  t.equal(
    due('2026-10-24T23:00:00', early),
    '2026-10-25T00:30:00.000Z',
    '02:30 comes twice: over at the first',
  );
  t.equal(due('2026-10-25T01:10:00', early), '2026-10-25T01:30:00.000Z', 'and quiet again by the clock');
});

t.test('a digest comes at its hour of the person’s day', async (t) => {
  const digest = (text: string, more: Partial<Times> = {}) => nextDigest(at(text), times(more)).toISOString();
  t.equal(digest('2026-01-14T06:59:59'), '2026-01-14T07:00:00.000Z', '8 in Berlin, in winter');
  t.equal(digest('2026-01-14T07:00:00'), '2026-01-15T07:00:00.000Z', 'what happens at 8 is in the next');
  t.equal(digest('2026-07-14T05:00:00'), '2026-07-14T06:00:00.000Z', 'in summer');
  t.equal(digest('2026-03-28T08:00:00'), '2026-03-29T06:00:00.000Z', 'on the day of the change');
  t.equal(
    digest('2026-03-28T12:00:00', { digestHour: 2 }),
    '2026-03-29T01:00:00.000Z',
    '02:00 is skipped: 03:00',
  );
  t.equal(digest('2026-10-24T12:00:00', { digestHour: 2 }), '2026-10-25T00:00:00.000Z', 'twice: the first');
  t.equal(digest('2026-10-25T00:30:00', { digestHour: 2 }), '2026-10-26T01:00:00.000Z', 'and once that day');
  t.equal(digest('2026-01-14T23:30:00', { zone: 'Pacific/Auckland' }), '2026-01-15T19:00:00.000Z');
  t.equal(digest('2026-01-14T12:00:00', { cadence: 'hourly' }), '2026-01-14T13:00:00.000Z');
  t.equal(
    digest('2026-01-14T12:01:00', { cadence: 'hourly', zone: 'Asia/Kathmandu' }),
    '2026-01-14T12:15:00.000Z',
    'the full hour there',
  );
  t.equal(
    due('2026-01-14T12:00:00', { digestHour: 6 }, 'digest'),
    '2026-01-15T06:00:00.000Z',
    'no sooner than 7',
  );
});

t.test(
  'whatever the zone and the hours: mail leaves within two days, in no quiet hour, and no sooner than now',
  async () => {
    const zones = [
      BERLIN,
      'UTC',
      'Asia/Kathmandu',
      'America/St_Johns',
      'Pacific/Chatham',
      'Australia/Lord_Howe',
    ];
    const quarter = fc.integer({ min: 0, max: 95 }).map((value) => value * 15);
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.date({ min: at('2026-01-01T00:00:00'), max: at('2027-12-31T00:00:00'), noInvalidDate: true }),
        fc.record({ from: quarter, until: quarter }),
        fc.integer({ min: 0, max: 23 }),
        fc.constantFrom('at-once' as const, 'digest' as const),
        (zone, now, quiet, digestHour, way) => {
          const held = quiet.from === quiet.until ? null : quiet;
          const moment = mailDueAt(way, times({ zone, quiet: held, digestHour }), false, now);
          if (moment === null || moment < now || isQuiet(moment, held, zone)) return false;
          if (moment.getTime() - now.getTime() > 51 * 3_600_000) return false;
          const isNow = way === 'at-once' && moment.getTime() === now.getTime();
          return isNow || /:(00|15|30|45)$/.test(clock(moment, zone));
        },
      ),
      { numRuns: 5000 },
    );
  },
);

t.test('late in the evening before a short day, the digest of that day is the next', async (t) => {
  const evening = at('2026-03-28T22:30:00');
  t.equal(nextDigest(evening, times()).toISOString(), '2026-03-29T06:00:00.000Z');
});
