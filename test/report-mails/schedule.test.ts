import fc from 'fast-check';
import t from 'tap';
import { nextDue, type Schedule } from '../../src/report-mails/schedule.ts';
import { clock, isoDay } from '../../src/web/format.ts';

const BERLIN: Schedule = { cadence: 'daily', weekday: null, hour: 7, zone: 'Europe/Berlin' };
const due = (after: string, schedule: Partial<Schedule> = {}) =>
  nextDue({ ...BERLIN, ...schedule }, new Date(after)).toISOString();

t.test('the hour is that of the zone, in summer and in winter', async (t) => {
  t.equal(due('2026-03-28T06:00:00Z'), '2026-03-29T05:00:00.000Z', 'clocks went forward in between');
  t.equal(due('2026-10-24T05:00:00Z'), '2026-10-25T06:00:00.000Z', 'and back');
  t.equal(due('2026-03-28T05:59:59Z'), '2026-03-28T06:00:00.000Z');
});

t.test('an hour that is skipped or comes twice is due once', async (t) => {
  const walk = (from: string, hour: number) => {
    const days: string[] = [];
    let at = new Date(from);
    for (let index = 0; index < 3; index += 1) {
      at = nextDue({ ...BERLIN, hour }, at);
      days.push(isoDay(at, 'Europe/Berlin'));
    }
    return days;
  };
  t.strictSame(walk('2026-03-28T12:00:00Z', 2), ['2026-03-29', '2026-03-30', '2026-03-31']);
  t.strictSame(walk('2026-10-24T12:00:00Z', 2), ['2026-10-25', '2026-10-26', '2026-10-27']);
});

t.test('weeks and months', async (t) => {
  t.equal(due('2026-11-26T12:00:00Z', { cadence: 'weekly', weekday: 4 }), '2026-12-03T06:00:00.000Z');
  t.equal(due('2026-11-26T05:00:00Z', { cadence: 'weekly', weekday: 4 }), '2026-11-26T06:00:00.000Z');
  t.equal(due('2026-11-01T06:00:00Z', { cadence: 'monthly' }), '2026-12-01T06:00:00.000Z');
});

t.test('a due time is after the moment, at the hour where clocks allow, and none lies between', async (t) => {
  const zone = fc.constantFrom(
    'Europe/Berlin',
    'UTC',
    'America/New_York',
    'Asia/Kolkata',
    'Australia/Lord_Howe',
  );
  const cadence = fc.constantFrom('daily' as const, 'weekly' as const, 'monthly' as const);
  fc.assert(
    fc.property(
      fc.date({ min: new Date('2020-01-01'), max: new Date('2035-01-01'), noInvalidDate: true }),
      zone,
      cadence,
      fc.integer({ min: 4, max: 23 }),
      (after, zone, cadence, hour) => {
        const schedule = { cadence, weekday: cadence === 'weekly' ? 3 : null, hour, zone };
        const at = nextDue(schedule, after);
        t.ok(at > after);
        t.equal(clock(at, zone), `${String(hour).padStart(2, '0')}:00`);
        t.strictSame(nextDue(schedule, new Date(at.getTime() - 1)), at);
      },
    ),
  );
});
