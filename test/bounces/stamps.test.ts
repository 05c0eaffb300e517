import t from 'tap';
import { epochStamp, mailStamp, readStamp } from '../../src/bounces/stamps.ts';

const clock = (now: string, timeZone = 'UTC') => ({ now: new Date(now), timeZone });
const JANUARY = clock('2026-01-15T12:00:00Z');

t.test('a stamp without a year is last year’s when it would lie ahead', (t) => {
  t.same(readStamp('Dec 31 23:59:59 mx', JANUARY), { at: '2025-12-31T23:59:59.000Z', guessed: true });
  t.same(readStamp('Jan  3 01:02:03 mx', JANUARY), { at: '2026-01-03T01:02:03.000Z', guessed: true });
  t.same(
    readStamp('Jan 16 08:00:00 mx', JANUARY)?.at,
    '2026-01-16T08:00:00.000Z',
    'a clock may run ahead by some hours',
  );
  t.same(readStamp('Jan 18 08:00:00 mx', JANUARY)?.at, '2025-01-18T08:00:00.000Z');
  t.same(readStamp('Feb 29 08:00:00 mx', clock('2024-03-01T00:00:00Z'))?.at, '2024-02-29T08:00:00.000Z');
  t.end();
});

t.test('the new year comes earlier east of Greenwich', (t) => {
  const eve = (timeZone: string) => clock('2026-12-31T23:15:00Z', timeZone);
  t.equal(readStamp('Jan  1 00:14:00 mx', eve('Europe/Berlin'))?.at, '2026-12-31T23:14:00.000Z');
  t.equal(readStamp('Dec 31 23:59:00 mx', eve('Europe/Berlin'))?.at, '2026-12-31T22:59:00.000Z');
  t.equal(
    readStamp('Jan  1 03:00:00 mx', clock('2026-12-31T14:00:30Z', 'Pacific/Auckland'))?.at,
    '2026-12-31T14:00:00.000Z',
  );
  t.equal(
    readStamp('Dec 31 18:00:00 mx', clock('2027-01-01T02:00:30Z', 'America/Los_Angeles'))?.at,
    '2027-01-01T02:00:00.000Z',
  );
  t.end();
});

t.test('a stamp without a zone is in the given zone, summer time included', (t) => {
  t.same(readStamp('2026-07-01 10:00:00', clock('2026-07-02T00:00:00Z', 'Europe/Berlin')), {
    at: '2026-07-01T08:00:00.000Z',
    guessed: true,
  });
  t.same(
    readStamp('2026-01-01 10:00:00', clock('2026-07-02T00:00:00Z', 'Europe/Berlin'))?.at,
    '2026-01-01T09:00:00.000Z',
  );
  t.same(
    readStamp('2026-07-01 10:00:00', clock('2026-07-02T00:00:00Z', 'America/St_Johns'))?.at,
    '2026-07-01T12:30:00.000Z',
  );
  t.end();
});

t.test('stamps with zone are not guessed', (t) => {
  t.same(readStamp('2026-01-01T10:00:00.123456+05:30', JANUARY), {
    at: '2026-01-01T04:30:00.123Z',
    guessed: false,
  });
  t.same(readStamp('2026-01-01 10:00:00-0500,b', JANUARY), {
    at: '2026-01-01T15:00:00.000Z',
    guessed: false,
  });
  t.same(mailStamp('Thu, 1 Jan 2026 10:00:00 +0100 (CET)', JANUARY), {
    at: '2026-01-01T09:00:00.000Z',
    guessed: false,
  });
  t.same(mailStamp('25 Jun 2024 10:36:44 -0000', JANUARY)?.at, '2024-06-25T10:36:44.000Z');
  t.end();
});

t.test('epochs in seconds, milliseconds and microseconds', (t) => {
  for (const value of [1767945600, 1767945600000, 1767945600000000])
    t.equal(epochStamp(value)?.at, '2026-01-09T08:00:00.000Z');
  for (const value of [Number.NaN, 0, -5, Number.POSITIVE_INFINITY]) t.equal(epochStamp(value), null);
  t.end();
});

t.test('what is no stamp is none', (t) => {
  for (const text of [
    '',
    'hello',
    'Foo 12 10:00:00',
    '2026-13-01 10:00:00',
    '2026-01-01 25:00:00',
    '550 5.7.1 no',
  ])
    t.equal(readStamp(text, JANUARY), null, text);
  t.end();
});
