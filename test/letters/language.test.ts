import t from 'tap';
import { letterDay, letterList, letterMonth, letterTime } from '../../src/letters/language.ts';

t.test('days and times read as in the language, in UTC whatever the zone of the machine', async (t) => {
  const at = new Date('2026-03-01T23:05:59.999Z');
  t.equal(letterDay(at, 'en'), '1 March 2026');
  t.equal(letterDay(at, 'de'), '1. März 2026');
  t.equal(letterDay(at, 'fr'), '1er mars 2026');
  t.equal(letterDay(new Date('2026-08-12T00:00:00Z'), 'fr'), '12 août 2026');
  t.equal(letterDay(at, 'it'), '1º marzo 2026');
  t.equal(letterDay(at, 'es'), '1 de marzo de 2026');
  t.equal(letterDay(at, 'nl'), '1 maart 2026');
  t.equal(letterTime(at, 'en'), '1 March 2026, 23:05 UTC');
  t.equal(letterTime(at, 'de'), '1. März 2026, 23:05 Uhr (UTC)');
  t.equal(letterTime(at, 'fr'), '1er mars 2026 à 23\u00a0h\u00a005 (UTC)');
  t.equal(letterTime(at, 'it'), '1º marzo 2026, ore 23:05 (UTC)');
  t.equal(letterTime(at, 'es'), '1 de marzo de 2026, 23:05\u00a0h (UTC)');
  t.equal(letterTime(at, 'nl'), '1 maart 2026, 23.05 uur (UTC)');
  t.equal(letterMonth('2024-06', 'fr'), 'juin 2024');
  t.equal(letterMonth('2024-06-05', 'es'), 'junio de 2024');
  t.equal(letterMonth('2013', 'es'), '2013');
});

t.test('lists', async (t) => {
  t.equal(letterList([], 'en'), '');
  t.equal(letterList(['a'], 'en'), 'a');
  t.equal(letterList(['a', 'b'], 'de'), 'a und b');
  t.equal(letterList(['a', 'b', 'c'], 'en'), 'a, b and c');
  t.equal(letterList(['a', 'b', 'c'], 'en', 3), 'a, b and c');
  t.equal(letterList(['a', 'b', 'c', 'd'], 'en', 2), 'a, b and 2 more');
  t.equal(letterList(['a', 'b', 'c', 'd'], 'de', 2), 'a, b und 2 weitere');
  t.equal(letterList(['a', 'b', 'c', 'd'], 'fr', 3), 'a, b, c et 1 autre');
  t.equal(letterList(['a', 'b', 'c', 'd'], 'it', 2), 'a, b e altri 2');
  t.equal(letterList(['a', 'b', 'c', 'd'], 'es', 2), 'a, b y 2 más');
  t.equal(letterList(['a', 'b', 'c', 'd'], 'nl', 2), 'a, b en 2 andere');
});
