import t from 'tap';
import { deliveryChart, type HourCount, incidentSpan, weekSpan } from '../../src/observations/chart.ts';

const HOUR_MS = 3_600_000;
const FROM = new Date('2026-03-10T00:00:00Z');
const hours = (n: number) => new Date(FROM.getTime() + n * HOUR_MS);
const at = (n: number, accepted: number, refused: number, deferred = 0): HourCount => ({
  hour: hours(n),
  accepted,
  refused,
  deferred,
});
const none = { letters: [], lifted: null };

t.test('one bar for each hour that has deliveries, all within the picture', async (t) => {
  const chart = deliveryChart(
    [at(0, 100, 0), at(1, 50, 0), at(30, 0, 25, 25), at(47, 1, 1)],
    { from: FROM, to: hours(48) },
    none,
    'UTC',
  );
  t.equal(chart.bars.length, 4);
  t.equal(chart.largest, 100);
  t.match(chart, { accepted: 151, refused: 51, per: 'hour', isEmpty: false });
  t.match(chart.bars[2], { x: 62.5, accepted: 0, refused: 24 }, 'deferrals stand with the refusals');
  t.equal(chart.bars[3]?.accepted, 1.5, 'one message is still to be seen');
  for (const bar of chart.bars) {
    t.ok(bar.x >= 0 && bar.x + bar.width <= 100.01, `${bar.x} + ${bar.width}`);
    t.ok(bar.y >= 10 && bar.accepted <= 48 && bar.refused <= 48);
  }
  t.match(chart.words, /^151 accepted and 51 refused from Tue 10 March 2026, 00:00:00/);
});

t.test('long times are drawn in steps, and lose nothing', async (t) => {
  for (const days of [1, 3, 7, 30]) {
    const all = Array.from({ length: days * 24 }, (_, n) => at(n, 3, 2, 1));
    const chart = deliveryChart(all, { from: FROM, to: hours(days * 24) }, none, 'UTC');
    t.ok(chart.bars.length <= 72, `${days} days in ${chart.bars.length} bars`);
    t.match(chart, { accepted: days * 72, refused: days * 72 });
    t.ok(chart.days.length <= 6, `${chart.days.length} days are named`);
  }
  t.equal(deliveryChart([], { from: FROM, to: hours(7 * 24) }, none, 'UTC').per, '3 h');
});

t.test('days begin at midnight of the viewer, also where clocks change', async (t) => {
  const span = { from: new Date('2026-03-28T00:00:00Z'), to: new Date('2026-03-31T00:00:00Z') };
  const { days } = deliveryChart([], span, none, 'Europe/Berlin');
  t.strictSame(
    days.map(({ label }) => label),
    ['Sun 29', 'Mon 30', ''],
    'a label that would run out of the picture is left out',
  );
  t.equal(days[0]?.x, Math.round((23 / 72) * 10_000) / 100);
  t.equal(days[1]?.x, Math.round((46 / 72) * 10_000) / 100, 'a day of 23 hours');
});

t.test('letters and the moment of lifting are marked where they are in the picture', async (t) => {
  const marks = { letters: [new Date('2026-03-09T00:00:00Z'), hours(12), hours(36)], lifted: hours(40) };
  const chart = deliveryChart([at(0, 1, 0)], { from: FROM, to: hours(48) }, marks, 'UTC');
  t.strictSame(chart.letters, [
    { x: 25, label: '▲2' },
    { x: 75, label: '▲3' },
  ]);
  const [bar] = chart.bars;
  t.ok(bar && bar.y >= 28, 'the marks stand in a row above the tallest bar');
  t.equal(
    deliveryChart([at(0, 1, 0)], { from: FROM, to: hours(48) }, none, 'UTC').y.height,
    chart.y.height - 14,
  );
  t.strictSame(chart.lifted, { x: 83.33, right: true });
});

t.test('an incident is drawn from a day before it to a day after it, at most thirty days', async (t) => {
  const now = new Date('2026-03-20T10:20:00Z');
  const first = new Date('2026-03-18T08:10:00Z');
  t.strictSame(incidentSpan({ first, ended: null }, now), {
    from: new Date('2026-03-17T08:00:00Z'),
    to: new Date('2026-03-20T11:00:00Z'),
  });
  t.strictSame(
    incidentSpan({ first, ended: new Date('2026-03-18T20:00:00Z') }, now).to,
    new Date('2026-03-19T21:00:00Z'),
  );
  const long = incidentSpan({ first: new Date('2025-01-01T00:00:00Z'), ended: null }, now);
  t.equal(long.to.getTime() - long.from.getTime(), 30 * 24 * HOUR_MS);
  t.equal(weekSpan(now).to.getTime() - weekSpan(now).from.getTime(), 7 * 24 * HOUR_MS);
});
