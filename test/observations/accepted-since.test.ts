import t from 'tap';
import { acceptedSince } from '../../src/observations/accepted-since.ts';

const hour = (at: number, accepted: number, refused = 0, deferred = 0) => ({
  hour: new Date(Date.UTC(2026, 10, 26, at)),
  accepted,
  refused,
  deferred,
});

t.test('what was accepted after the last hour with a refusal is counted', async (t) => {
  t.equal(
    acceptedSince([hour(8, 50), hour(9, 3, 40), hour(10, 0), hour(11, 700), hour(12, 512)]),
    '1,212 of 1,212 messages accepted since 2026-11-26 11:00 UTC',
  );
  t.equal(
    acceptedSince([hour(9, 0, 0, 1), hour(10, 7)]),
    '7 of 7 messages accepted since 2026-11-26 10:00 UTC',
  );
});

t.test('nothing is said where that proves nothing', async (t) => {
  t.equal(acceptedSince([]), '');
  t.equal(acceptedSince([hour(8, 50)]), '', 'no refusal that it would be the end of');
  t.equal(acceptedSince([hour(8, 50), hour(9, 50, 1)]), '', 'refused in the newest hour');
  t.equal(acceptedSince([hour(8, 0, 9), hour(9, 0)]), '', 'nothing was sent since');
});
