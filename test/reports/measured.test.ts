import t from 'tap';
import { stepOf } from '../../src/outcomes/steps.ts';
import { distributionOf } from '../../src/reports/distribution.ts';
import { eachOf } from '../../src/reports/measured.ts';
import { boxesPicture } from '../../src/reports/pictures.ts';

const HOUR = 3_600_000;
const took = (hours: number, n = 1, waiting = false) => ({ step: stepOf(hours * HOUR), waiting, n });

t.test('few durations are told one by one, the shortest first; what has not ended says so', async (t) => {
  t.equal(eachOf([took(28), took(4.1, 2)]), '4 h, 4 h, 27 h');
  t.equal(eachOf([took(110, 1, true), took(4.1)]), '4 h, not within 4 d');
  t.equal(eachOf([]), '');
});

t.test('the label at the edge of a scale has its room to itself', async (t) => {
  const distribution = distributionOf([took(1, 5), took(170, 5)]);
  const { ticks } = boxesPicture([{ name: 'To mitigation', href: '/', distribution }]);
  const labels = ticks.map(({ label }) => label);
  t.equal(labels.at(-1), '1 week');
  t.notOk(labels.includes('3 d'), labels.join(', '));
});
