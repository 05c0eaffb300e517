import t from 'tap';
import type { Answer } from '../../src/correspondence/verdicts.ts';
import { interval } from '../../src/outcomes/interval.ts';
import { outcomesOf, type SentLetter } from '../../src/outcomes/outcome.ts';
import { durationOf, quantile, STEPS, stepOf } from '../../src/outcomes/steps.ts';

const HOUR = 3_600_000;
const at = (hours: number) => new Date(Date.UTC(2026, 0, 5) + hours * HOUR);
const letter = (id: number, hours: number, round = 'first'): SentLetter => ({
  id,
  template: 'outlook-com/first',
  language: 'en',
  round,
  wording: 0,
  claims: [],
  sentAt: at(hours),
});
const answer = (hours: number, verdict: Answer['verdict']): Answer => ({ at: at(hours), verdict });

t.test(
  'an answer belongs to the letter before it; the last word counts, the first tells the time',
  async (t) => {
    const [first, second] = outcomesOf(
      [letter(2, 30, 'second-review'), letter(1, 0)],
      [
        answer(50, 'mitigated'),
        answer(1, 'acknowledged'),
        answer(40, 'needs-information'),
        answer(20, 'denied'),
      ],
    );
    t.match(first, { id: 1, verdict: 'denied', answerStep: stepOf(20 * HOUR), mitigationStep: null });
    t.match(second, {
      id: 2,
      verdict: 'mitigated',
      answerStep: stepOf(10 * HOUR),
      mitigationStep: stepOf(20 * HOUR),
    });
  },
);

t.test('a receipt is no answer, and what came before the letter is none of its', async (t) => {
  const [only] = outcomesOf(
    [letter(1, 10)],
    [answer(5, 'denied'), answer(11, 'acknowledged'), answer(12, 'other')],
  );
  t.match(only, { verdict: null, answerStep: null, mitigationStep: null });
});

t.test('a mitigation that was taken back in the same round counts as the denial it became', async (t) => {
  const [only] = outcomesOf([letter(1, 0)], [answer(1, 'mitigated'), answer(9, 'denied')]);
  t.match(only, { verdict: 'denied', mitigationStep: stepOf(HOUR) });
});

t.test('durations are known to within a twelfth, from a minute to years', async (t) => {
  for (const ms of [60_000, 5 * HOUR, 26 * HOUR, 400 * 24 * HOUR])
    t.ok(Math.abs(durationOf(stepOf(ms)) / ms - 1) < 0.09, String(ms));
  t.equal(stepOf(0), 1);
  t.equal(stepOf(Number.MAX_SAFE_INTEGER), STEPS);
  const counts = Array<number>(STEPS).fill(0);
  t.equal(quantile(counts, 0.5), null);
  for (const hours of [1, 2, 48]) counts[stepOf(hours * HOUR) - 1] = 1;
  t.ok(Math.abs((quantile(counts, 0.5) ?? 0) / (2 * HOUR) - 1) < 0.09);
});

t.test('few letters prove little', async (t) => {
  t.match(interval(0, 0), { from: 0, to: 1 });
  const few = interval(2, 2);
  const many = interval(200, 200);
  t.ok(few.from < 0.4 && few.to > 0.999);
  t.ok(many.from > 0.97);
});
