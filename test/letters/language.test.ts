import t from 'tap';
import { letterDay, letterList, letterTime } from '../../src/letters/language.ts';

t.test('days and times read as in the language, in UTC whatever the zone of the machine', async (t) => {
  const at = new Date('2026-03-01T23:05:59.999Z');
  t.equal(letterDay(at, 'en'), '1 March 2026');
  t.equal(letterDay(at, 'de'), '1. März 2026');
  t.equal(letterTime(at, 'en'), '1 March 2026, 23:05 UTC');
  t.equal(letterTime(at, 'de'), '1. März 2026, 23:05 Uhr (UTC)');
});

t.test('lists', async (t) => {
  t.equal(letterList([], 'en'), '');
  t.equal(letterList(['a'], 'en'), 'a');
  t.equal(letterList(['a', 'b'], 'de'), 'a und b');
  t.equal(letterList(['a', 'b', 'c'], 'en'), 'a, b and c');
  t.equal(letterList(['a', 'b', 'c'], 'en', 3), 'a, b and c');
  t.equal(letterList(['a', 'b', 'c', 'd'], 'en', 2), 'a, b and 2 more');
  t.equal(letterList(['a', 'b', 'c', 'd'], 'de', 2), 'a, b und 2 weitere');
});
