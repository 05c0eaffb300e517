import t from 'tap';
import { distinct } from '../../../src/bounces/distinct.ts';
import { parseReport } from '../../../src/bounces/parse-report.ts';
import { partAfter, partsAt } from '../../../src/incidents/logging/parts.ts';
import { CATALOGUE, REFUSAL } from '../../desk.ts';

const MOMENT = new Date('2026-03-10T12:00:00Z');
const at = (hour: number) => `2026-03-10T${hour}:00:00.000Z`;
const [one] = parseReport(REFUSAL, { catalogue: CATALOGUE, timeZone: 'UTC', now: MOMENT }).rejections;
const alike = (...hours: (number | null)[]) =>
  distinct(hours.flatMap((hour) => (one ? [{ ...one, at: hour === null ? null : at(hour) }] : [])))[0];
const told = (parts: ReturnType<typeof partsAt>) => parts.map(({ at: first, seen }) => [first, seen]);
const split = (...hours: (number | null)[]) => {
  const all = alike(...hours);
  return all ? told(partsAt(all, MOMENT)) : [];
};

t.test('of refusals alike, each part has its first time and its count', async (t) => {
  t.strictSame(split(10, 11, 13, 14), [
    [at(10), 2],
    [at(13), 2],
  ]);
  t.strictSame(split(10, 11), [[at(10), 2]]);
  t.strictSame(split(14, 13), [[at(14), 2]], 'what has one part is left as it is');
});

t.test('what does not say when was pasted just now, and takes no time from the others', async (t) => {
  t.strictSame(split(null), [[null, 1]]);
  t.strictSame(split(null, 10), [
    [at(10), 1],
    [null, 1],
  ]);
  t.strictSame(split(null, 10, 13), [
    [at(10), 1],
    [null, 2],
  ]);
  const all = alike(null, 10);
  t.strictSame(all && told(partAfter(all, MOMENT)), [[null, 1]]);
});
