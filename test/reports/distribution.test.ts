import fc from 'fast-check';
import t from 'tap';
import { durationOf, STEPS } from '../../src/outcomes/steps.ts';
import { distributionOf, type StepCount, within } from '../../src/reports/distribution.ts';

const step = fc.integer({ min: 1, max: STEPS });
const count = fc.record({ step, waiting: fc.boolean(), n: fc.integer({ min: 1, max: 9 }) });

t.test('where everything has ended, the curve is the share that has', async (t) => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 40 }), (steps) => {
      const { curve } = distributionOf(steps.map((one) => ({ step: one, waiting: false, n: 1 })));
      for (const [index, share] of curve.entries()) {
        const ended = steps.filter((one) => one <= index + 1).length / steps.length;
        t.ok(Math.abs(share - ended) < 1e-9);
      }
      t.ok(Math.abs((curve.at(-1) ?? 0) - 1) < 1e-9);
    }),
  );
});

t.test('whoever still waits makes nothing quicker', async (t) => {
  fc.assert(
    fc.property(fc.array(count, { minLength: 1, maxLength: 30 }), step, (counts: StepCount[], late) => {
      const before = distributionOf(counts);
      const after = distributionOf([...counts, { step: late, waiting: true, n: 5 }]);
      for (const share of [0.25, 0.5, 0.9])
        t.ok(
          (within(after, share) ?? Number.POSITIVE_INFINITY) >=
            (within(before, share) ?? Number.POSITIVE_INFINITY),
        );
    }),
  );
});

t.test('a time that so many have not reached is not known', async (t) => {
  const some = distributionOf([
    { step: 10, waiting: false, n: 4 },
    { step: 40, waiting: true, n: 6 },
  ]);
  t.equal(within(some, 0.25), durationOf(10));
  t.equal(within(some, 0.5), null);
  t.match(some, { ended: 4, waiting: 6 });
  t.equal(within(distributionOf([{ step: 5, waiting: true, n: 3 }]), 0.25), null);
  t.strictSame(distributionOf([]), { ended: 0, waiting: 0, curve: [] });
});
